import { gather, grad, mul, sum, tensor, tensor1d, unsortedSegmentSum } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { build, spread } from '../../testing/operations/float64.js';
import { repetitions } from '../../testing/repetitions.js';

describe('unsortedSegmentSum', () => {
  test('adds rows to the segments that they name, over random shapes', async () => {
    const size = fc.integer({ min: 0, max: 9 });
    await fc.assert(
      fc.asyncProperty(
        size,
        size,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 1000 }),
        async (rows, count, segments, seed) => {
          const x = spread([rows, count], -1, 1, seed);
          const ids = Array.from({ length: rows }, (_, i) => (i * seed) % segments);
          const expected = build([segments, count], ([segment, j]) =>
            ids.reduce((total, id, i) => total + (id === segment ? x.values[i * count + j] : 0), 0),
          );
          const actual = unsortedSegmentSum(tensor([...x.values], [rows, count]), tensor1d(ids, 'int32'), segments);
          expect(actual.shape).toEqual([segments, count]);
          await expect(actual).toBeAllClose(expected.values);
        },
      ),
      { seed: 1, numRuns: repetitions(60) },
    );
  });

  test('is the gradient of gather, at places taken twice', async () => {
    const weights = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const gradient = grad((x) => sum(mul(gather(x, tensor1d([2, 0, 2], 'int32')), weights)));
    await expect(
      gradient(
        tensor([
          [1, 1],
          [1, 1],
          [1, 1],
        ]),
      ),
    ).toBeAllClose([
      [3, 4],
      [0, 0],
      [6, 8],
    ]);
  });
});
