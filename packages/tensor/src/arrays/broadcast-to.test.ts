import { grad, ones, sum, tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { broadcastTo } from './broadcast-to.js';
import { where } from './where.js';

describe('broadcastTo', () => {
  test.each([[[0, 3]], [[0, 2, 3]], [[2, 0, 3]]])('to %j', (shape) => {
    expect(broadcastTo(ones([3]), shape).shape).toEqual(shape);
  });

  test('to more rows, with its gradient', async () => {
    await expect(broadcastTo(tensor1d([1, 2]), [2, 2])).toBeAllClose(
      tensor([
        [1, 2],
        [1, 2],
      ]),
    );
    await expect(grad((x) => sum(broadcastTo(x, [5, 2])))(tensor1d([1, 2]))).toBeAllClose([5, 5]);
  });
});

describe('where', () => {
  test('broadcasts all three', async () => {
    const condition = tensor([[1], [0]], [2, 1], 'bool');
    await expect(where(condition, tensor1d([1, 2]), tensor(7))).toBeAllClose(
      tensor([
        [1, 2],
        [7, 7],
      ]),
    );
  });

  test('an empty batch stays empty', () => {
    expect(where(zeros([0, 2], 'bool'), ones([2]), ones([1])).shape).toEqual([0, 2]);
  });
});
