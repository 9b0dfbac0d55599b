import {
  asinh,
  atanh,
  cosh,
  elu,
  exp,
  expm1,
  log,
  log1p,
  sigmoid,
  sinh,
  softplus,
  tanh,
  type Tensor,
  tensor,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { flushedBelow } from '../../testing/flushed-below.js';

/** In float64, of the float32 nearest to x. */
const functions: [string, (x: Tensor) => Tensor, (x: number) => number][] = [
  ['asinh', asinh, Math.asinh],
  ['atanh', atanh, Math.atanh],
  ['cosh', cosh, Math.cosh],
  ['elu', elu, (x) => (x > 0 ? x : Math.expm1(x))],
  ['exp', exp, Math.exp],
  ['expm1', expm1, Math.expm1],
  ['log', log, Math.log],
  ['log1p', log1p, Math.log1p],
  ['sigmoid', sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  ['sinh', sinh, Math.sinh],
  ['softplus', softplus, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))],
  ['tanh', tanh, Math.tanh],
];
const magnitudes = [
  0,
  1e-30,
  1e-8,
  1e-4,
  0.01,
  0.1,
  0.29,
  0.3,
  0.35,
  0.5,
  0.75,
  0.999,
  1,
  1.5,
  3,
  10,
  19,
  50,
  87,
  88.5,
  100,
  1e4,
  1e10,
  3e38,
  Infinity,
];
const numbers = Float32Array.from([...magnitudes, ...magnitudes.map((x) => -x), NaN]);

describe('the elementwise functions of a GPU', () => {
  test.each(functions)('%s is that of float64', async (_, ours, reference) => {
    const expected = Float32Array.from(numbers, reference);
    await expect(ours(tensor(numbers))).toBeAllClose(expected, { rtol: 5e-7, atol: flushedBelow() });
  });

  test.each(functions)('%s of any shape and of no number', async (_, ours) => {
    for (const shape of [[], [1], [0], [3, 0], [2, 3], [7, 5, 3], [2, 2, 2, 3]]) {
      const x = tensor(
        Array.from({ length: shape.reduce((size, n) => size * n, 1) }, () => 0.5),
        shape,
      );
      const y = ours(x);
      expect(y.shape).toEqual(shape);
      const data = await y.data();
      expect(data.every((value) => value === data[0])).toBe(true);
    }
  });
});
