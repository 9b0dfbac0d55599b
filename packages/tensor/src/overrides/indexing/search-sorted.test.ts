import { cast, searchSorted, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { searchSortedKernel } from './search-sorted.js';

const sorted = [
  [-1, 0, 0, 2.5],
  [-3, -2, -1, 4],
];
const values = [
  [-2, -1, 0, 0.5, 2.5, 9],
  [-3, -2.5, 4, 5, -1, -9],
];
const expected = {
  left: [
    [0, 0, 1, 3, 3, 4],
    [0, 1, 3, 4, 2, 0],
  ],
  right: [
    [0, 1, 3, 3, 4, 4],
    [1, 1, 4, 4, 3, 0],
  ],
};

describe.each(['left', 'right'] as const)('searchSorted, %s', (side) => {
  test('counts what is before a value', async () => {
    const places = searchSorted(tensor(sorted), tensor(values), side);
    expect(places.dtype).toBe('int32');
    await expect(places).toBeAllClose(expected[side], { atol: 0 });
    await expect(searchSorted(tensor([1, 2]), tensor([1, 3]), side)).toBeAllClose(side === 'left' ? [0, 2] : [1, 2], {
      atol: 0,
    });
  });

  test('the composition gives it on every backend', async () => {
    // On backends that have a kernel of their own, too.
    const compose = () =>
      searchSortedKernel.reference!({ sortedSequence: tensor(sorted), values: tensor(values) }, { side });
    await expect(tidy(() => cast(compose() as Tensor, 'int32'))).toBeAllClose(expected[side], { atol: 0 });
  });
});
