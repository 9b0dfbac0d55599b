import { grad, mul, sum, tensor, zeros } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repetitions } from '../../testing/repetitions.js';

describe('tf.sum', () => {
  test('random shapes, over any axes', async () => {
    const axis = fc.tuple(fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(9, 13)), fc.boolean());
    await fc.assert(
      fc.asyncProperty(fc.array(axis, { minLength: 1, maxLength: 4 }), fc.boolean(), async (axes, keepDims) => {
        const shape = axes.map(([size]) => size);
        const reduced = axes.flatMap(([, isReduced], i) => (isReduced ? [i] : []));
        const values = Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => Math.fround(Math.sin(i)));
        const keptShape = shape.map((size, i) => (reduced.includes(i) ? 1 : size));
        const expected = Array.from({ length: keptShape.reduce((a, b) => a * b) }, () => 0);
        values.forEach((value, i) => {
          let [rest, flat, stride] = [i, 0, 1];
          for (let k = shape.length - 1; k >= 0; k--) {
            if (keptShape[k] > 1) flat += stride * (rest % shape[k]);
            stride *= keptShape[k];
            rest = Math.floor(rest / shape[k]);
          }
          expected[flat] += value;
        });
        const x = tensor(values, shape);
        const actual = sum(x, reduced, keepDims);
        expect(actual.shape).toEqual(keepDims ? keptShape : shape.filter((_, i) => !reduced.includes(i)));
        await expect(actual).toBeAllClose(expected, { atol: 1e-5 });
        x.dispose();
        actual.dispose();
      }),
      { seed: 1, numRuns: repetitions(150) },
    );
  });

  test('all axes, negative axes, one number', async () => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    await expect(sum(x)).toBeAllClose(21);
    await expect(sum(x, -1)).toBeAllClose([6, 15]);
    await expect(sum(x, [-1, 0])).toBeAllClose(21);
    await expect(sum(tensor(3))).toBeAllClose(3);
  });

  test('an empty sum is 0, and no sums are none', async () => {
    await expect(sum(zeros([0]))).toBeAllClose(0);
    await expect(sum(zeros([0, 3]), 0)).toBeAllClose([0, 0, 0]);
    await expect(sum(zeros([3, 0]), 1)).toBeAllClose([0, 0, 0]);
    expect(sum(zeros([0, 3]), 1).shape).toEqual([0]);
  });

  test('integers and truth values are counted', async () => {
    const counts = sum(
      tensor(
        [
          [1, 2],
          [3, 4],
        ],
        [2, 2],
        'int32',
      ),
      0,
    );
    expect(counts.dtype).toBe('int32');
    await expect(counts).toBeAllClose([4, 6]);
    await expect(sum(tensor([true, false, true]))).toBeAllClose(2);
  });

  test('NaN and infinities stay where they are', async () => {
    await expect(
      sum(
        tensor([
          [1, NaN],
          [Infinity, 2],
        ]),
        0,
      ),
    ).toBeAllClose([Infinity, NaN]);
    await expect(
      sum(
        tensor([
          [1, NaN],
          [Infinity, 2],
        ]),
        1,
      ),
    ).toBeAllClose([NaN, Infinity]);
  });

  test('the gradient', async () => {
    const weights = tensor([10, 20, 30]);
    await expect(
      grad((x) => sum(mul(sum(x, 0), weights)))(
        tensor([
          [1, 2, 3],
          [4, 5, 6],
        ]),
      ),
    ).toBeAllClose([10, 20, 30, 10, 20, 30]);
  });
});
