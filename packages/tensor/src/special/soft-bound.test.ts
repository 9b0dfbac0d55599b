import { grad, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { softBound } from './soft-bound.js';

test('bends numbers towards the bound, infinite ones too, and is flat there', async () => {
  const x = tensor1d([-Infinity, -7, 0, 1e-3, 7, Infinity]);
  const t = Math.tanh(1);
  await expect(softBound(x, 7)).toBeAllClose([-7, -7 * t, 0, 1e-3, 7 * t, 7]);
  await expect(grad((raw) => softBound(raw, 7))(x)).toBeAllClose([0, 1 - t * t, 1, 1, 1 - t * t, 0]);
});
