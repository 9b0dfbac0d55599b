import { concat, reshape, reverse, type Tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { DeepSet } from './deep-set.js';

const options = { items: 4, features: 2, hidden: [5], width: 6, outputDim: 3, activation: 'tanh', seed: 0 } as const;

const flat = (set: Tensor) => reshape(set, [2, 5, 8]);

describe('DeepSet', () => {
  test('does not ask for the order of the items', async () => {
    const network = new DeepSet(options);
    const items = normal(key(1), [2, 5, 4, 2]);
    await expect(network.apply(flat(items))).toBeAllClose(network.apply(flat(reverse(items, 2))), { atol: 1e-6 });
    expect(network.apply(flat(items)).shape).toEqual([2, 5, 3]);
  });

  test('is the formula', async () => {
    const network = new DeepSet(options);
    const items = [normal(key(2), [2]), normal(key(3), [2]), normal(key(4), [2]), normal(key(5), [2])];
    const each = await Promise.all(items.map(async (item) => [...(await network.each.apply(item).data())]));
    const mean = each[0].map((_, i) => each.reduce((total, row) => total + row[i], 0) / 4);
    await expect(network.apply(concat(items))).toBeAllClose(network.all.apply(tensor1d(mean)), { atol: 1e-6 });
  });

  test('of padded sets reads the items that there are, and how many', async () => {
    const network = new DeepSet({ ...options, padded: true });
    const [full, padded, other, empty] = [
      [1, 2, 1, 3, 4, 1, 1, 2, 1, 3, 4, 1],
      [1, 2, 1, 3, 4, 1, 0, 0, 0, 0, 0, 0],
      [9, 9, 0, 3, 4, 1, -5, 7, 0, 1, 2, 1],
      [9, 9, 0, 3, 4, 0, -5, 7, 0, 1, 2, 0],
    ].map((set) => network.apply(tensor1d(set)));
    await expect(padded).toBeAllClose(other, { atol: 1e-6 });
    await expect(padded).not.toBeAllClose(full);
    await expect(empty).toBeAllClose(network.all.apply(zeros([7])), { atol: 1e-6 });
  });

  test('is the same once rebuilt, and leaks nothing', async () => {
    const network = new DeepSet({ ...options, padded: true });
    const x = normal(key(6), [3, 12]);
    await expect(network.clone().apply(x)).toBeAllClose(network.apply(x), { rtol: 0, atol: 0 });
    await expect(() => network.apply(x)).toLeakNoTensor();
  });

  test('refuses what does not fit', () => {
    expect(() => new DeepSet({ ...options, items: 0 })).toThrow(
      'DeepSet: items must be an integer of at least 1, got 0',
    );
    expect(() => new DeepSet(options).apply(tensor2d([[1, 2]]))).toThrow('DeepSet: x must be [..., 8], got [1, 2]');
  });
});
