import { grad, sum, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { log1mexp } from './log1mexp.js';

const numbers = [1e-30, 1e-6, 0.1, 0.69, 0.7, 1, 5, 17, 30, 80];

describe('log1mexp', () => {
  test('keeps its digits everywhere', async () => {
    const exact = [...Float32Array.from(numbers)].map((x) =>
      x < Math.LN2 ? Math.log(-Math.expm1(-x)) : Math.log1p(-Math.exp(-x)),
    );
    // Relative, however small; 4 roundings of float32, and an absolute one where the logarithm passes through small numbers of its input.
    await expect(log1mexp(tensor1d(numbers))).toBeAllClose(exact, { rtol: 1e-6, atol: 0 });
  });

  test('its derivative is 1 / (eˣ − 1)', async () => {
    const exact = [...Float32Array.from(numbers)].map((x) => 1 / Math.expm1(x));
    await expect(grad((x) => sum(log1mexp(x)))(tensor1d(numbers))).toBeAllClose(exact, { rtol: 1e-5, atol: 0 });
  });

  test('at the end of its domain and outside', async () => {
    const results = [...(await log1mexp(tensor1d([0, Infinity, -1, NaN])).data())];
    expect(results.map((value) => value + 0)).toEqual([-Infinity, 0, NaN, NaN]);
  });
});
