import { grad, mul, square, sum, tensor, variable, variableGrads, type Scalar } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { stopGradient } from './stop-gradient.js';

test('keeps the values and stops the gradient', async () => {
  const x = tensor([2, 3]);
  await expect(stopGradient(x)).toBeAllClose([2, 3], { rtol: 0, atol: 0 });
  await expect(grad((x) => mul(square(x), stopGradient(square(x))))(x)).toBeAllClose([2 * 2 * 4, 2 * 3 * 9]);
  await expect(grad(stopGradient)(x)).toBeAllClose([0, 0]);
});

test('stops the gradient of a variable', async () => {
  const w = variable(tensor([2, 3]));
  const { grads } = variableGrads(() => sum(mul(w, stopGradient(w))) as Scalar);
  await expect(grads[w.name]).toBeAllClose([2, 3]);
  w.dispose();
});

test('leaks nothing', async () => {
  const x = tensor([2, 3]);
  await expect(() => stopGradient(x)).toLeakNoTensor();
  await expect(() => grad(stopGradient)(x)).toLeakNoTensor();
});
