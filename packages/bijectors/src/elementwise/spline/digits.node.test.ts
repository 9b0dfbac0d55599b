import { ones, setBackend, tensor, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { key, normal, split, uniform, vjp } from '@pushforward/tensor';
import { afterAll, expect, test } from 'vitest';
import { RationalQuadraticSplineTransform } from './rational-quadratic-spline.js';

// Splines of random parameters against the same formulas in float64.

const minimum = 1e-3;
const kinds = ['value', 'logDet', 'gradient'] as const;
type Kind = (typeof kinds)[number];

afterAll(async () => {
  await setBackend('wasm');
});

/** The knots of one axis. */
function knotsOf(raw: readonly number[], bound: number): number[] {
  const top = Math.max(...raw);
  const exps = raw.map((value) => Math.exp(value - top));
  const total = exps.reduce((sum, value) => sum + value);
  const knots = [-bound];
  for (const value of exps)
    knots.push(knots.at(-1)! + 2 * bound * (minimum + (1 - raw.length * minimum) * (value / total)));
  knots[raw.length] = bound;
  return knots;
}

/** Value, log-derivative, and the gradient of that. */
function spline(
  place: number,
  raw: readonly number[],
  bins: number,
  bound: number,
  isInverse: boolean,
): Record<Kind, number> {
  const [x, y] = [0, 1].map((axis) => knotsOf(raw.slice(axis * bins, (axis + 1) * bins), bound));
  const derivatives = [
    1,
    ...raw.slice(2 * bins).map((value) => minimum + Math.log1p(Math.exp(value + Math.log(Math.expm1(1 - minimum))))),
    1,
  ];
  const knots = isInverse ? y : x;
  const k = knots.slice(1, -1).filter((knot) => place >= knot).length;
  const [width, height, d0, d1] = [x[k + 1] - x[k], y[k + 1] - y[k], derivatives[k], derivatives[k + 1]];
  const slope = height / width;
  let t = (place - knots[k]) / (knots[k + 1] - knots[k]);
  if (isInverse) {
    const r = t;
    const e = d1 * r - d0 * (1 - r);
    const product = 4 * slope * slope * r * (1 - r);
    const root = Math.sqrt(e * e + product);
    t = (2 * slope * r) / (2 * slope * r + (e > 0 ? product / (root + e) : root - e));
  }
  const u = 1 - t;
  const denominator = slope + (d0 + d1 - 2 * slope) * t * u;
  const numerator = d1 * t * t + 2 * slope * t * u + d0 * u * u;
  const logDet = 2 * Math.log(slope / denominator) + Math.log(numerator);
  const byT = 2 * ((d1 * t + slope * (u - t) - d0 * u) / numerator - ((d0 + d1 - 2 * slope) * (u - t)) / denominator);
  const gradient = byT / width;
  if (isInverse) return { value: x[k] + width * t, logDet: -logDet, gradient: -gradient * Math.exp(-logDet) };
  return { value: y[k] + (height * t * (slope * t + d0 * u)) / denominator, logDet, gradient };
}

/** What 99 of 100 errors are below, and the largest. */
function worst(errors: readonly number[]): { most: number; all: number } {
  const sorted = errors.toSorted((a, b) => a - b);
  return { most: sorted[Math.floor(0.99 * sorted.length)], all: sorted.at(-1)! };
}

// The kernel sums in float64 and keeps what float32 can hold of the results, wherever they are. Plain operations have knots of twice float32's
// digits, of shares that have float32's alone: where a bin is narrow beside its neighbours, its steepness is uncertain by that much. The errors of
// gradients of log-derivatives are relative to 1 and the gradient.
test.each([
  ['wasm', 8, 1, { value: [1e-6, 5e-6], logDet: [2e-6, 1e-5], gradient: [2e-6, 5e-5] }],
  ['wasm', 8, 3, { value: [1e-6, 5e-6], logDet: [2e-6, 2e-5], gradient: [2e-6, 5e-5] }],
  ['wasm', 32, 2, { value: [1e-6, 5e-6], logDet: [2e-6, 2e-5], gradient: [2e-6, 5e-5] }],
  ['cpu', 8, 1, { value: [3e-6, 2e-4], logDet: [1e-5, 5e-4], gradient: [1e-5, 5e-4] }],
  ['cpu', 8, 3, { value: [3e-6, 2e-4], logDet: [2e-5, 1e-3], gradient: [2e-5, 1e-3] }],
] as const)('%s, %i bins, parameters of deviation %d', async (backend, bins, scale, tolerances) => {
  const bound = 5;
  const count = backend === 'cpu' ? 1000 : 5000;
  const transform = new RationalQuadraticSplineTransform({ bins, bound });
  const [a, b, c] = split(key(3), 3);
  const places = Float32Array.from(await uniform(a, [count], { minval: -bound, maxval: bound }).data());
  // A tenth of them next to an end, where most knots have been added up.
  const near = await uniform(c, [count / 10], { minval: 0, maxval: 1e-3 }).data();
  for (const [i, distance] of near.entries()) places[i] = (i % 2 === 0 ? 1 : -1) * (bound - distance);
  const raw = Float32Array.from(await normal(b, [count, transform.parameterCount]).data(), (value) => scale * value);
  await setBackend(backend);
  for (const way of ['forward', 'inverse'] as const) {
    const method = `${way}AndLogDet` as const;
    const [x, parameters] = [tensor(places), tensor(raw, [count, transform.parameterCount])];
    const { value, logDet } = transform[method](x, parameters);
    const [dx] = vjp(
      (at: Tensor) => Object.values(transform[method](at, parameters)),
      [x],
      [zeros([count]), ones([count])],
    );
    const [values, logDets, gradients] = [await value.data(), await logDet.data(), await dx.data()];
    const errors: Record<Kind, number[]> = { value: [], logDet: [], gradient: [] };
    for (let i = 0; i < count; i++) {
      const own = Array.from(raw.subarray(i * transform.parameterCount, (i + 1) * transform.parameterCount));
      const expected = spline(places[i], own, bins, bound, way === 'inverse');
      errors.value.push(Math.abs(values[i] - expected.value));
      errors.logDet.push(Math.abs(logDets[i] - expected.logDet));
      errors.gradient.push(Math.abs(gradients[i] - expected.gradient) / (1 + Math.abs(expected.gradient)));
    }
    for (const what of kinds) {
      const { most, all } = worst(errors[what]);
      const [mostAllowed, allAllowed] = tolerances[what];
      expect(most, `${way}, ${what}: 99 %`).toBeLessThan(mostAllowed);
      expect(all, `${way}, ${what}: largest`).toBeLessThan(allAllowed);
    }
  }
});
