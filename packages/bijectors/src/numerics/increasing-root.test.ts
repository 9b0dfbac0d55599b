import { add, getBackend, mul, square, type Tensor1D, tanh, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { increasingRoot } from './increasing-root.js';

const bracket = (low: number, high: number, count: number) => ({
  low: tensor1d(Array.from({ length: count }, () => low)),
  high: tensor1d(Array.from({ length: count }, () => high)),
});

const cubic = (x: Tensor1D) => ({
  value: add(mul(x, square(x)), x) as Tensor1D,
  derivative: add(mul(square(x), 3), 1) as Tensor1D,
});

const step = (x: Tensor1D) => ({
  value: add(tanh(mul(x, 5)), mul(x, 1e-3)) as Tensor1D,
  derivative: add(mul(add(mul(square(tanh(mul(x, 5))), -1), 1), 5), 1e-3) as Tensor1D,
});

const nowhere = () => ({ value: tensor1d([NaN, NaN]), derivative: tensor1d([1, 1]) });

const line = (x: Tensor1D) => ({ value: x, derivative: tensor1d([1]) });

describe('increasingRoot', () => {
  test('of a cubic, from a bracket a thousand wide', async () => {
    const roots = [-3, -0.5, 0, 2, 10];
    const root = increasingRoot(cubic, tensor1d(roots.map((x) => x ** 3 + x)), bracket(-500, 700, 5));
    await expect(root).toBeAllClose(roots, { rtol: 1e-6, atol: 1e-6 });
  });

  test('takes all its steps only where it cannot see that it has converged', () => {
    for (const [y, most] of [
      [[-30, 0.6, 2, 1010], 20],
      [[NaN, 2], 20],
    ] as const) {
      let steps = 0;
      const counted = (x: Tensor1D) => (steps++, cubic(x));
      increasingRoot(counted, tensor1d([...y]), bracket(-500, 700, y.length));
      if (getBackend().startsWith('webg')) expect(steps).toBe(32);
      else expect(steps).toBeLessThan(most);
    }
  });

  // Newton's method alone runs away from a start beyond ±1.1 here.
  test('of a step with tails so flat that Newton alone diverges', async () => {
    const roots = [-40, -0.1, 0, 0.2, 60];
    const root = increasingRoot(step, tensor1d(roots.map((x) => Math.tanh(5 * x) + 1e-3 * x)), bracket(-100, 100, 5));
    await expect(root).toBeAllClose(roots, { rtol: 1e-3, atol: 1e-6 });
  });

  test('a root does not depend on those beside it', async () => {
    const values = [-1010, 0.6, 2, 1e-6, 30];
    const together = await increasingRoot(cubic, tensor1d(values), bracket(-500, 700, 5)).data();
    for (const [i, y] of values.entries()) {
      const [alone] = await increasingRoot(cubic, tensor1d([y]), bracket(-500, 700, 1)).data();
      const [beside] = await increasingRoot(cubic, tensor1d([y, NaN]), bracket(-500, 700, 2)).data();
      expect([alone, beside]).toEqual([together[i], together[i]]);
    }
  });

  test('where the function is no number there is no root', async () => {
    const root = await increasingRoot(nowhere, tensor1d([0, 3]), bracket(-1, 5, 2)).data();
    expect([...root]).toEqual([NaN, NaN]);
  });

  test('between the largest numbers', async () => {
    await expect(increasingRoot(line, tensor1d([3e38]), bracket(2e38, 3.2e38, 1))).toBeAllClose([3e38]);
  });
});
