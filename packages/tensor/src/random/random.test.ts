import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { key, split } from './key.js';
import { bernoulli, normal, permutation, randomBits, uniform } from './random.js';

async function values(x: Tensor): Promise<Float64Array> {
  const data = Float64Array.from(await x.data());
  x.dispose();
  return data;
}

/** The mean of f over the values. */
function mean(x: Float64Array, f = (value: number) => value): number {
  return x.reduce((sum, value) => sum + f(value), 0) / x.length;
}

/** The Kolmogorov–Smirnov distance to a distribution function, times √n: above 1.95 once in 1000 draws. */
function kolmogorovSmirnov(x: Float64Array, cdf: (value: number) => number): number {
  const sorted = x.toSorted();
  let distance = 0;
  sorted.forEach((value, i) => {
    const p = cdf(value);
    distance = Math.max(distance, p - i / x.length, (i + 1) / x.length - p);
  });
  return distance * Math.sqrt(x.length);
}

function correlation(x: Float64Array, y: Float64Array): number {
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (i: number) => number) => x.reduce((total, _, i) => total + f(i), 0);
  return sum((i) => (x[i] - mx) * (y[i] - my)) / Math.sqrt(sum((i) => (x[i] - mx) ** 2) * sum((i) => (y[i] - my) ** 2));
}

/** The normal distribution function, by Simpson's rule on its density; good to 1e-10. */
function normalCdf(z: number): number {
  const steps = 200;
  const h = z / steps;
  let sum = 1 + Math.exp((-z * z) / 2);
  for (let i = 1; i < steps; i++) sum += (i & 1 ? 4 : 2) * Math.exp(-((i * h) ** 2) / 2);
  return 0.5 + (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

describe('randomBits', () => {
  test('begins with the known answer of Threefry for key 0, counter 0', () => {
    expect([...randomBits(key(0), 2)]).toEqual([0x6b200159, 0x99ba4efe]);
  });

  test('a shorter draw is the beginning of a longer one', () => {
    expect([...randomBits(key(3), 5)]).toEqual([...randomBits(key(3), 8).subarray(0, 5)]);
  });

  test('every bit is set half of the time', () => {
    const words = randomBits(key(1), 20_000);
    for (let bit = 0; bit < 32; bit++) {
      const ones = words.reduce((sum, word) => sum + ((word >>> bit) & 1), 0);
      expect(Math.abs(ones - 10_000)).toBeLessThan(4 * Math.sqrt(5_000));
    }
  });
});

describe('uniform', () => {
  test('is pinned: the same numbers on every backend and in every version', async () => {
    const u = uniform(key(0), [3]);
    expect([...(await values(u))].map((value) => value * 2 ** 24)).toEqual([
      0x6b2001,
      0x99ba4e,
      randomBits(key(0), 3)[2] >>> 8,
    ]);
  });

  test('has the moments and the distribution function of U(0, 1)', async () => {
    const u = await values(uniform(key(5), [200, 100]));
    expect(Math.abs(mean(u) - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / u.length));
    expect(Math.abs(mean(u, (x) => x * x) - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / u.length));
    expect(kolmogorovSmirnov(u, (x) => x)).toBeLessThan(1.95);
  });

  test('never returns maxval, even where rounding would give it', async () => {
    for (const [minval, maxval] of [
      [0, 1],
      [1, 2],
      [1, 1 + 2 ** -23],
      [-3, 1e-3],
      [2 ** 24, 2 ** 24 + 4],
      [-3e38, 3e38],
    ]) {
      const u = await values(uniform(key(6), [20_000], { minval, maxval }));
      expect(Math.min(...u)).toBeGreaterThanOrEqual(Math.fround(minval));
      expect(Math.max(...u)).toBeLessThan(Math.fround(maxval));
    }
  });

  test('takes the interval from its options', async () => {
    const u = await values(uniform(key(7), [20_000], { minval: -2, maxval: 6 }));
    expect(kolmogorovSmirnov(u, (x) => (x + 2) / 8)).toBeLessThan(1.95);
  });

  test('refuses an empty interval and a bad shape', () => {
    expect(() => uniform(key(0), [2], { minval: 1 })).toThrow(
      'uniform: minval must be finite and below maxval in float32, got [1, 1)',
    );
    expect(() => uniform(key(0), [2], { maxval: Infinity })).toThrow('got [0, Infinity)');
    expect(() => uniform(key(0), 5 as never)).toThrow('uniform: shape must be a list of sizes, got 5');
    expect(() => uniform(key(0), [2, -1])).toThrow(
      'uniform: every size of shape must be an integer of at least 0, got -1',
    );
  });

  test('leaks nothing, and takes empty and scalar shapes', async () => {
    await expect(() => uniform(key(0), [4])).toLeakNoTensor();
    for (const shape of [[], [0, 3], [1]]) {
      const u = uniform(key(0), shape);
      expect(u.shape).toEqual(shape);
      u.dispose();
    }
  });
});

describe('normal', () => {
  test('has the moments and the distribution function of N(0, 1)', async () => {
    const z = await values(normal(key(8), [40_000]));
    const n = z.length;
    expect(Math.abs(mean(z))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(mean(z, (x) => x ** 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
    expect(Math.abs(mean(z, (x) => x ** 3))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(mean(z, (x) => x ** 4) - 3)).toBeLessThan(4 * Math.sqrt(96 / n));
    expect(kolmogorovSmirnov(z, normalCdf)).toBeLessThan(1.95);
  });

  test('has the tails of N(0, 1)', async () => {
    const z = await values(normal(key(9), [1_000_000]));
    const beyond = z.reduce((count, x) => count + (Math.abs(x) > 4 ? 1 : 0), 0);
    // 63.3 of a million are expected beyond 4.
    expect(Math.abs(beyond - 63.3)).toBeLessThan(4 * Math.sqrt(63.3));
    expect(z.every(Number.isFinite)).toBe(true);
  });

  test('the two numbers of a pair, and neighbouring pairs, are uncorrelated', async () => {
    const z = await values(normal(key(10), [40_000]));
    for (const lag of [1, 2, 3]) {
      expect(Math.abs(correlation(z.subarray(0, -lag), z.subarray(lag)))).toBeLessThan(4 / Math.sqrt(z.length));
    }
  });

  test('keys that were split give uncorrelated numbers', async () => {
    const parent = key(11);
    const draws = await Promise.all([parent, ...split(parent, 3)].map((child) => values(normal(child, [20_000]))));
    for (let i = 0; i < draws.length; i++) {
      for (let j = 0; j < i; j++) expect(Math.abs(correlation(draws[i], draws[j]))).toBeLessThan(4 / Math.sqrt(20_000));
    }
  });

  test('an odd count, a scalar and an empty shape', async () => {
    await expect(normal(key(0), [3])).toBeAllClose([...(await values(normal(key(0), [4])))].slice(0, 3), {
      rtol: 0,
      atol: 0,
    });
    for (const shape of [[], [0], [3, 1]]) {
      const z = normal(key(0), shape);
      expect(z.shape).toEqual(shape);
      z.dispose();
    }
  });

  test('is pinned to the formula in float64', async () => {
    const [u, v] = [0x6b200159 * 64 + (0x99ba4efe >>> 26) + 0.5, (0x99ba4efe & 0x3ffffff) + 0.5];
    const radius = Math.sqrt(-2 * Math.log(u / 2 ** 38));
    const angle = (2 * Math.PI * v) / 2 ** 26;
    await expect(normal(key(0), [2])).toBeAllClose([radius * Math.cos(angle), radius * Math.sin(angle)], {
      rtol: 1e-7,
      atol: 0,
    });
  });
});

describe('bernoulli', () => {
  test('ones come with the given probability', async () => {
    const probs = [0, 0.1, 0.5, 0.9, 1];
    const bits = await values(bernoulli(key(12), tensor(probs), [10_000, 5]));
    probs.forEach((p, column) => {
      const ones = bits.filter((_, i) => i % 5 === column).reduce((sum, bit) => sum + bit, 0);
      expect(Math.abs(ones - 10_000 * p)).toBeLessThanOrEqual(4 * Math.sqrt(10_000 * p * (1 - p)));
    });
    expect(new Set(bits)).toEqual(new Set([0, 1]));
  });

  test('takes its shape from probs, and a number', async () => {
    expect(bernoulli(key(0), tensor([[0.5, 0.5]])).shape).toEqual([1, 2]);
    expect(bernoulli(key(0), 0.5).shape).toEqual([]);
    expect(bernoulli(key(0), 0.5, [2, 0]).shape).toEqual([2, 0]);
    expect(bernoulli(key(0), 0.5, [2]).dtype).toBe('float32');
  });

  test('refuses probs that do not broadcast', () => {
    expect(() => bernoulli(key(0), tensor([0.1, 0.2]), [2, 3])).toThrow(
      'bernoulli: probs must broadcast to [2, 3], got [2]',
    );
  });

  test('leaks nothing', async () => {
    await expect(() => bernoulli(key(0), 0.5, [4])).toLeakNoTensor();
  });
});

describe('permutation', () => {
  test('is a permutation', () => {
    for (const n of [0, 1, 2, 10, 1000]) {
      expect(permutation(key(n), n).toSorted((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
    }
  });

  test('every order of four is equally likely', () => {
    const counts = new Map<string, number>();
    for (const child of split(key(13), 24_000)) {
      const order = permutation(child, 4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    // χ² with 23 degrees of freedom is above 49.7 once in 1000.
    expect(chiSquare).toBeLessThan(49.7);
  });

  test('refuses a fraction', () => {
    expect(() => permutation(key(0), 2.5)).toThrow('permutation: n must be an integer of at least 0, got 2.5');
  });
});
