import { grad, mul, range, sum, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { softBound } from './soft-bound.js';

test('bends numbers towards the bound, infinite ones too, and is flat there', async () => {
  const x = tensor1d([-Infinity, -7, 0, 1e-3, 7, Infinity]);
  const t = Math.tanh(1);
  await expect(softBound(x, 7)).toBeAllClose([-7, -7 * t, 0, 1e-3, 7 * t, 7]);
  await expect(grad((raw) => softBound(raw, 7))(x)).toBeAllClose([0, 1 - t * t, 1, 1, 1 - t * t, 0]);
});

test.each([0, 1, 5, 8, 4099])(
  'of %d numbers, NaN among them, values and gradients are those of float64',
  async (count) => {
    const numbers = Array.from({ length: count }, (_, i) => (i === 3 ? Number.NaN : 9 * Math.sin(i)));
    const x = tensor1d(numbers, 'float32');
    const values = await softBound(x, 4).data();
    const slopes = await grad((raw) => sum(mul(softBound(raw, 4), range(0, count))))(x).data();
    expect(values.length).toBe(count);
    for (const [i, number] of numbers.entries()) {
      const t = Math.tanh(number / 4);
      if (Number.isNaN(number)) expect([values[i], slopes[i]]).toEqual([Number.NaN, Number.NaN]);
      else {
        expect(values[i]).toBeCloseTo(4 * t, 5);
        expect(Math.abs(slopes[i] - i * (1 - t * t))).toBeLessThanOrEqual(2e-6 * i);
      }
    }
  },
);
