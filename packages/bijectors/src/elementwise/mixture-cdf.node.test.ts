import { ones, setBackend, tensor, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { key, normal, split, vjp } from '@pushforward/tensor';
import { afterAll, describe, expect, test } from 'vitest';
import { MixtureCdfTransform } from './mixture-cdf.js';

// The kernel against float64, whose gradients are differences of its values, and against plain operations.

interface Mixture {
  readonly family: 'logistic' | 'gaussian';
  readonly components: number;
  readonly affine: boolean;
}

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** The logarithm of the Mills ratio for x ≥ 0: by the series of Φ near 0, by its continued fraction beyond. */
function logMills(x: number): number {
  if (x < 2.5) {
    const density = Math.exp(-0.5 * x * x - HALF_LOG_TWO_PI);
    let term = x;
    let sum = x;
    for (let n = 1; n < 60; n++) sum += term *= (x * x) / (2 * n + 1);
    return Math.log(0.5 - density * sum) - Math.log(density);
  }
  let fraction = x;
  for (let n = 60; n > 0; n--) fraction = x + n / fraction;
  return -Math.log(fraction);
}

/** `log F(u)` and `log (f(u) / F(u))`. */
const LOGARITHMS = {
  gaussian(u: number): [logCdf: number, logHazard: number] {
    const logDensity = -0.5 * u * u - HALF_LOG_TWO_PI;
    const tail = logDensity + logMills(Math.abs(u));
    if (u < 0) return [tail, -logMills(-u)];
    const logCdf = Math.log1p(-Math.exp(tail));
    return [logCdf, logDensity - logCdf];
  },
  logistic(u: number): [logCdf: number, logHazard: number] {
    const excess = Math.log1p(Math.exp(-Math.abs(u)));
    return [Math.min(u, 0) - excess, Math.min(-u, 0) - excess];
  },
};

/** The u with `log F(u) = p`, by Newton's method: the function is concave, and the start is to the left of the root. */
function quantile(family: Mixture['family'], p: number): number {
  let u = family === 'gaussian' ? -Math.sqrt(-2 * p) - 1 : p - 1;
  for (;;) {
    const [logCdf, logHazard] = LOGARITHMS[family](u);
    const step = (p - logCdf) / Math.exp(logHazard);
    u += step;
    if (!(step > 1e-12 * Math.max(1, Math.abs(u)))) return u;
  }
}

function logSumExp(values: readonly number[]): number {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

/** The transform of one number and its log-derivative, in JavaScript's own numbers. */
function mixtureFloat64(
  { family, components, affine }: Mixture,
  x: number,
  raw: readonly number[],
): { value: number; logDet: number } {
  const part = (i: number) => raw.slice(i * components, (i + 1) * components);
  const logTotal = logSumExp(part(0));
  const logWeights = part(0).map((logit) => logit - logTotal);
  const logScales = part(2).map((scale) => 7 * Math.tanh(scale / 7));
  const places = part(1).map(
    (location, k) => (x - (location * 2 * (k + 1)) / (components + 1)) / Math.exp(logScales[k]),
  );
  const tail = (side: number) => {
    const logarithms = places.map((u) => LOGARITHMS[family](side * u));
    const terms = logarithms.map(([logCdf], k) => logWeights[k] + logCdf);
    const logTail = logSumExp(terms);
    return { logTail, logHazard: logSumExp(logarithms.map(([, log], k) => terms[k] - logTail + log - logScales[k])) };
  };
  const side = tail(1).logTail <= tail(-1).logTail ? 1 : -1;
  const { logTail, logHazard } = tail(side);
  const z = quantile(family, logTail);
  const [shift, logScale] = affine ? [raw[3 * components], 5 * Math.tanh(raw[3 * components + 1] / 5)] : [0, 0];
  return {
    value: side * z * Math.exp(logScale) + shift,
    logDet: logHazard - LOGARITHMS[family](z)[1] + logScale,
  };
}

const WAYS = ['forwardAndLogDet', 'inverseAndLogDet'] as const;
type Way = (typeof WAYS)[number];

interface Results {
  readonly value: Float32Array;
  readonly logDet: Float32Array;
  /** The gradients of a sum of both, weighted by the cotangents. */
  readonly dx: Float32Array;
  readonly draw: Float32Array;
}

interface Given {
  readonly x: Float32Array;
  readonly raw: Float32Array;
  readonly cotangents: readonly Float32Array[];
}

const shapes = (['gaussian', 'logistic'] as const).flatMap((family) =>
  [1, 3, 10].map((components) => ({ family, components, affine: components === 3 })),
);

afterAll(async () => {
  await setBackend('wasm');
});

async function evaluateOn(backend: string, transform: MixtureCdfTransform, way: Way, given: Given): Promise<Results> {
  await setBackend(backend);
  const [x, raw] = [tensor(given.x), tensor(given.raw, [given.x.length, transform.parameterCount])];
  const cotangents = given.cotangents.map((cotangent) => tensor(cotangent));
  const run = (...[x, raw]: Tensor[]) => {
    const { value, logDet } = transform[way](x, raw);
    return [value, logDet];
  };
  const results = [...run(x, raw), ...vjp(run, [x, raw], cotangents)];
  const [value, logDet, dx, draw] = (await Promise.all(results.map((each) => each.data()))) as Float32Array[];
  for (const each of [...results, x, raw, ...cotangents]) each.dispose();
  return { value, logDet, dx, draw };
}

const read = async (from: Tensor) => (await from.data()) as Float32Array;

/** Numbers, raw parameters and cotangents, of a number of elements that fills no vector. */
async function draw(transform: MixtureCdfTransform, seed: number, spread: number, deviation: number, count = 203) {
  const [a, b, c, d] = split(key(seed), 4);
  return {
    x: (await read(normal(a, [count]))).map((number) => spread * number),
    raw: (await read(normal(b, [count * transform.parameterCount]))).map((number) => deviation * number),
    cotangents: [await read(normal(c, [count])), await read(normal(d, [count]))],
  };
}

/** A value and its derivatives by x and the parameters, as central differences. */
function withDifferences(f: (x: number, raw: number[]) => number, x: number, raw: readonly number[]) {
  const at = [x, ...raw];
  const of = ([x, ...raw]: number[]) => f(x, raw);
  const slopes = at.map((number, i) => {
    const step = 1e-5 * Math.max(1, Math.abs(number));
    return (of(at.with(i, number + step)) - of(at.with(i, number - step))) / (2 * step);
  });
  return { value: of(at), slopes };
}

/** In float64, the value and log-derivative at one element, each with its derivatives. */
function referenceOf(shape: Mixture, way: Way, x: number, raw: number[]) {
  const [value, logDet] = (['value', 'logDet'] as const).map((what) =>
    withDifferences((x, raw) => mixtureFloat64(shape, x, raw)[what], x, raw),
  );
  if (way === 'forwardAndLogDet') return { value, logDet };
  // With y = f(x; p) and D its log-derivative: dx = (dy − f_p dp) / f_x, and −D changes with x and p.
  const byX = value.slopes[0];
  const root = [1 / byX, ...value.slopes.slice(1).map((slope) => -slope / byX)];
  const own = [0, ...logDet.slopes.slice(1)];
  return {
    value: { value: x, slopes: root },
    logDet: { value: -logDet.value, slopes: root.map((slope, i) => -logDet.slopes[0] * slope - own[i]) },
  };
}

describe.each(shapes)('the kernel for $family components, $components of them', (shape) => {
  const transform = new MixtureCdfTransform(shape);
  const P = transform.parameterCount;
  const results = (of: Results, row: number) => [of.value[row], of.logDet[row], of.dx[row], ...rowOf(of.draw, row)];
  const rowOf = (raw: Float32Array, row: number) => Array.from(raw.subarray(row * P, (row + 1) * P));

  test('is the exact map of numbers and parameters next to those given, near and far, narrow and wide', async () => {
    for (const [seed, spread, deviation] of [
      [0, 1, 0.5],
      [1, 3, 1],
      [2, 30, 3],
      [3, 1e4, 3],
      [4, 1e4, 10],
    ]) {
      const given = await draw(transform, seed, spread, deviation, 41);
      const found = await evaluateOn('wasm', transform, 'forwardAndLogDet', given);
      for (const [row, x] of given.x.entries()) {
        const raw = rowOf(given.raw, row);
        const expected = referenceOf(shape, 'forwardAndLogDet', x, raw);
        for (const what of ['value', 'logDet'] as const) {
          const { value, slopes } = expected[what];
          // What it changes if every number given changes by one part.
          const condition = [x, ...raw].reduce((sum, number, i) => sum + Math.abs(number * slopes[i]), 0);
          const error = Math.abs(found[what][row] - value) / (1 + Math.abs(value) + condition);
          // A few roundings, of logarithms that cancel among them.
          expect(error, `${what} at ${x} with ${raw.join(', ')}`).toBeLessThan(4e-6);
        }
      }
    }
  });

  test.each(WAYS)('%s has the gradients of float64', async (way) => {
    const given = await draw(transform, 5, 1.5, 0.5, 41);
    const points = given.x;
    if (way === 'inverseAndLogDet') {
      given.x = points.map((x, row) => mixtureFloat64(shape, x, rowOf(given.raw, row)).value);
    }
    const found = await evaluateOn('wasm', transform, way, given);
    for (const [row, x] of points.entries()) {
      const { value, logDet } = referenceOf(shape, way, x, rowOf(given.raw, row));
      const gradients = [found.dx[row], ...rowOf(found.draw, row)];
      for (const [i, gradient] of gradients.entries()) {
        const parts = [given.cotangents[0][row] * value.slopes[i], given.cotangents[1][row] * logDet.slopes[i]];
        const size = 1 + Math.abs(parts[0]) + Math.abs(parts[1]);
        expect(Math.abs(gradient - parts[0] - parts[1]) / size).toBeLessThan(2e-5);
      }
      expect(Math.abs(found.value[row] - value.value)).toBeLessThan(2e-6 * (1 + Math.abs(value.slopes[0])) * 3);
    }
  });

  test.each(WAYS)('%s is what plain operations compute', async (way) => {
    const given = await draw(transform, 6, 2, 0.7);
    const [own, plain] = [
      await evaluateOn('wasm', transform, way, given),
      await evaluateOn('cpu', transform, way, given),
    ];
    for (const what of ['value', 'logDet', 'dx', 'draw'] as const) {
      for (const [i, number] of plain[what].entries()) {
        expect(Math.abs(own[what][i] - number) / (1 + Math.abs(number)), what).toBeLessThan(5e-5);
      }
    }
  });

  test('increases to the last digits, and is a number with all its gradients, to 10,000 and with scales of 1/1,000 to 1,000', async () => {
    const places = [
      ...Array.from({ length: 400 }, (_, i) => 10 ** (i / 100)),
      ...Array.from({ length: 100 }, (_, i) => i / 100),
    ];
    const x = Float32Array.from([...places, ...places.map((place) => -place)]).toSorted();
    for (const deviation of [0.5, 3, 100]) {
      const [parameters] = [(await normal(key(7), [P]).data()).map((number) => deviation * number)];
      const raw = Float32Array.from(Array.from(x, () => Array.from(parameters)).flat());
      const given = { x, raw, cotangents: [x.map(() => 1), x.map(() => 1)] };
      for (const way of WAYS) {
        const found = await evaluateOn('wasm', transform, way, given);
        for (const numbers of Object.values(found) as Float32Array[]) expect(numbers.every(Number.isFinite)).toBe(true);
        for (let i = 1; i < x.length; i++) {
          // Where the map is flat, rounding of the tails' logarithms is all that is left.
          const least =
            way === 'forwardAndLogDet' ? 1e-6 * (1 + Math.abs(found.value[i])) : 1e-3 * (1 + Math.abs(found.value[i]));
          expect(found.value[i]).toBeGreaterThanOrEqual(found.value[i - 1] - least);
        }
      }
    }
  });

  test.each(WAYS)('%s of one number does not depend on the others, and NaN stays in its place', async (way) => {
    const given = await draw(transform, 8, 3, 1, 9);
    const all = await evaluateOn('wasm', transform, way, given);
    for (const [row] of given.x.entries()) {
      const alone = await evaluateOn('wasm', transform, way, {
        x: given.x.slice(row, row + 1),
        raw: given.raw.slice(row * P, (row + 1) * P),
        cotangents: given.cotangents.map((cotangent) => cotangent.slice(row, row + 1)),
      });
      expect(results(alone, 0)).toEqual(results(all, row));
    }
    given.x[1] = NaN;
    given.raw[4 * P] = NaN;
    const dirty = await evaluateOn('wasm', transform, way, given);
    for (const [row] of given.x.entries()) {
      if (row === 1 || row === 4) expect([dirty.value[row], dirty.logDet[row]]).toEqual([NaN, NaN]);
      else expect(results(dirty, row)).toEqual(results(all, row));
    }
  });

  test.each(WAYS)('%s of nothing is nothing, and leaks no tensor', async (way) => {
    await setBackend('wasm');
    expect(transform[way](zeros([0]), zeros([0, P])).value.shape).toEqual([0]);
    const [x, raw] = [ones([5]), zeros([5, P])];
    await expect(() => Object.values(transform[way](x, raw))).toLeakNoTensor();
    await expect(() =>
      vjp((...[x, raw]: Tensor[]) => Object.values(transform[way](x, raw)), [x, raw], [x, x]),
    ).toLeakNoTensor();
  });
});
