import { ones, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

describe('toBeAllClose', () => {
  test('compares tensors, numbers, arrays and typed arrays', async () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    await expect(x).toBeAllClose(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    await expect(x).toBeAllClose([
      [1, 2],
      [3, 4],
    ]);
    await expect(x).toBeAllClose(Float32Array.of(1, 2, 3, 4));
    await expect(3).toBeAllClose(tensor(3));
    await expect(x).not.toBeAllClose([
      [1, 2],
      [3, 5],
    ]);
  });

  test('tensors must agree in shape', async () => {
    await expect(expect(ones([2, 3])).toBeAllClose(ones([3, 2]))).rejects.toThrow('expected shape [3, 2], got [2, 3]');
  });

  test('refuses what holds no numbers', async () => {
    await expect(expect('1').toBeAllClose([1])).rejects.toThrow(
      'toBeAllClose: values must be tensors, numbers or arrays, got 1',
    );
  });
});

describe('toLeakNoTensor', () => {
  const kept: Tensor[] = [];

  test('counts what is left, but for what the function returns', async () => {
    await expect(() => ones([3])).toLeakNoTensor();
    await expect(async () => [ones([3]), ones([2])]).toLeakNoTensor();
    await expect(expect(() => void kept.push(ones([3]), ones([2]))).toLeakNoTensor()).rejects.toThrow(
      'expected no leaked tensor, got 2',
    );
    for (const tensor of kept) tensor.dispose();
  });
});
