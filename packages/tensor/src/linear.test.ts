import { grads, mul, ones, sum, tensor, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { linear } from './linear.js';

const weights = () => tensor([[1, 2], [3, 4], [5, 6]]);

describe('linear', () => {
  test.each([[[3]], [[4, 3]], [[2, 4, 3]]])('maps the last axis of %j', async (shape) => {
    const y = linear(ones(shape), weights(), tensor([10, 20]));
    expect(y.shape).toEqual([...shape.slice(0, -1), 2]);
    await expect(y).toBeAllClose(Array.from({ length: y.size / 2 }, () => [19, 32]));
  });

  test('an empty batch stays empty', () => {
    expect(linear(zeros([0, 3]), weights()).shape).toEqual([0, 2]);
  });

  test('gradients of x, weights and bias', async () => {
    const x = tensor([[[1, 2, 3]], [[4, 5, 6]]]);
    const scale = tensor([[[1, 2]], [[3, 4]]]);
    const [dx, dw, db] = grads((a: Tensor, w: Tensor, b: Tensor) => sum(mul(linear(a, w, b), scale)))([x, weights(), zeros([2])]);
    await expect(dx).toBeAllClose(tensor([[[5, 11, 17]], [[11, 25, 39]]]));
    await expect(dw).toBeAllClose(tensor([[13, 18], [17, 24], [21, 30]]));
    await expect(db).toBeAllClose(tensor([4, 6]));
  });

  test('refuses shapes that do not fit', () => {
    expect(() => linear(zeros([4, 2]), weights())).toThrow('linear: x must be [..., 3], got [4, 2]');
    expect(() => linear(zeros([4, 2]), zeros([2]))).toThrow('linear: weights must be [inputs, outputs], got [2]');
  });
});
