import { mul, ones, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { representatives } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import { checkElementwiseTransform } from '../../testing/index.js';
import { RationalQuadraticSplineTransform } from './rational-quadratic-spline.js';

const softmax = (raw: readonly number[]) => {
  const exponentials = raw.map(Math.exp);
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
};

/** Equations 4 and 5 of Durkan et al. in float64, with the default options. */
function splineOf(raw: readonly number[], bins: number, bound: number) {
  const minimum = 0.001;
  const knots = [0, 1].map((axis) => {
    const shares = softmax(raw.slice(axis * bins, (axis + 1) * bins)).map(
      (share) => minimum + (1 - bins * minimum) * share,
    );
    return shares.reduce((all, share) => [...all, all[all.length - 1] + 2 * bound * share], [-bound]);
  });
  const inner = raw
    .slice(2 * bins)
    .map((value) => minimum + Math.log1p(Math.exp(value + Math.log(Math.expm1(1 - minimum)))));
  return { x: knots[0], y: knots[1], derivatives: [1, ...inner, 1] };
}

function evaluate(
  place: number,
  { x, y, derivatives }: ReturnType<typeof splineOf>,
): [value: number, logDerivative: number] {
  const bound = x[x.length - 1];
  if (Math.abs(place) >= bound) return [place, 0];
  const k = x.findIndex((knot, i) => place >= knot && place < x[i + 1]);
  const slope = (y[k + 1] - y[k]) / (x[k + 1] - x[k]);
  const t = (place - x[k]) / (x[k + 1] - x[k]);
  const denominator = slope + (derivatives[k + 1] + derivatives[k] - 2 * slope) * t * (1 - t);
  const numerator = derivatives[k + 1] * t ** 2 + 2 * slope * t * (1 - t) + derivatives[k] * (1 - t) ** 2;
  return [
    y[k] + ((y[k + 1] - y[k]) * (slope * t ** 2 + derivatives[k] * t * (1 - t))) / denominator,
    Math.log((slope ** 2 * numerator) / denominator ** 2),
  ];
}

const RAW = [0.3, -1.2, 0.8, 0.1, -0.4, 1.1, 0.2, -0.9, 0.6, -1.5, 0.4];

describe('RationalQuadraticSplineTransform', () => {
  test.each(
    representatives([
      {},
      { bins: 2, bound: 1 },
      { bins: 16, bound: 3, minWidth: 0.01, minHeight: 0.01, minDerivative: 0.1 },
    ]),
  )('obeys the laws with %j', async (options) => {
    await checkElementwiseTransform(() => new RationalQuadraticSplineTransform(options));
  });

  test('equals a float64 reference, at its knots and beyond its bounds too', async () => {
    const reference = splineOf(RAW, 4, 2);
    const x = [-50, -2, -1.99, -1.3, -0.2, 0, 0.7, 1.5, 1.999, 2, 1e6, ...reference.x];
    const expected = x.map((place) => evaluate(place, reference));
    const spline = new RationalQuadraticSplineTransform({ bins: 4, bound: 2 });
    const { value, logDet } = spline.forwardAndLogDet(tensor1d(x), tensor1d(RAW));
    await expect(value).toBeAllClose(
      expected.map(([y]) => y),
      { rtol: 1e-5, atol: 1e-6 },
    );
    // Knots are rounded to 2e-7; the log-derivative changes by up to 100 for 1 in the steepest bin.
    await expect(logDet).toBeAllClose(
      expected.map(([, logDerivative]) => logDerivative),
      { rtol: 1e-5, atol: 5e-5 },
    );
    const back = spline.inverseAndLogDet(tensor1d(expected.map(([y]) => y)), tensor1d(RAW));
    await expect(back.value).toBeAllClose(x, { rtol: 1e-5, atol: 2e-6 });
    await expect(back.logDet).toBeAllClose(
      expected.map(([, logDerivative]) => -logDerivative),
      { rtol: 1e-5, atol: 5e-5 },
    );
  });

  test('is the identity beyond its bounds, bit for bit', async () => {
    const far = tensor1d([-1e30, -1e4, -5, 5, 1e4, 1e30]);
    const parameters = mul(normal(key(0), [6, 23]), 3);
    for (const way of ['forwardAndLogDet', 'inverseAndLogDet'] as const) {
      const { value, logDet } = new RationalQuadraticSplineTransform()[way](far, parameters);
      expect(await value.data()).toEqual(await far.data());
      // At ±bound itself the log-derivative is computed, beyond it as well, from the end of the last bin.
      await expect(logDet).toBeAllClose([0, 0, 0, 0, 0, 0], { atol: 1e-5 });
    }
  });

  test('comes back from its bin edges and from far outside its tails', async () => {
    const raw = await normal(key(1), [11]).data();
    const edges = splineOf([...raw], 4, 3).x;
    const x = [...edges, ...edges.map((edge) => edge + 1e-6), -3.000001, 3.000001, -1e5, 1e5];
    const spline = new RationalQuadraticSplineTransform({ bins: 4, bound: 3 });
    const there = spline.forwardAndLogDet(tensor1d(x), tensor1d(raw));
    const back = spline.inverseAndLogDet(there.value, tensor1d(raw));
    await expect(back.value).toBeAllClose(x, { rtol: 1e-4, atol: 1e-4 });
    await expect(back.logDet).toBeAllClose(mul(there.logDet, -1), { rtol: 1e-4, atol: 1e-4 });
  });

  test('refuses options that make no spline, and parameters of another number', () => {
    const name = 'RationalQuadraticSplineTransform';
    expect(() => new RationalQuadraticSplineTransform({ bins: 1 })).toThrow(
      `${name}: bins must be an integer of at least 2, got 1`,
    );
    expect(() => new RationalQuadraticSplineTransform({ bound: 0 })).toThrow(
      `${name}: bound must be positive and finite, got 0`,
    );
    expect(() => new RationalQuadraticSplineTransform({ bins: 4, minWidth: 0.25 })).toThrow(
      `${name}: minWidth must be above 0 and below 1 / bins, got 0.25`,
    );
    expect(() => new RationalQuadraticSplineTransform({ minHeight: 0 })).toThrow(
      `${name}: minHeight must be above 0 and below 1 / bins, got 0`,
    );
    expect(() => new RationalQuadraticSplineTransform({ minDerivative: 1 })).toThrow(
      `${name}: minDerivative must be above 0 and below 1, got 1`,
    );
    expect(() =>
      new RationalQuadraticSplineTransform({ bins: 2 }).forwardAndLogDet(tensor1d([1]), tensor2d([[1]])),
    ).toThrow(`${name}: parameters must be [..., 5], got [1, 1]`);
  });

  test('elements of many axes keep their shape', () => {
    const { value, logDet } = new RationalQuadraticSplineTransform().forwardAndLogDet(
      ones([2, 1, 3, 1, 2]),
      ones([23]),
    );
    expect([value.shape, logDet.shape]).toEqual([
      [2, 1, 3, 1, 2],
      [2, 1, 3, 1, 2],
    ]);
  });
});
