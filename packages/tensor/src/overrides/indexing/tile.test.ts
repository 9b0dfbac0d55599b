import { grad, mean, mul, reshape, sum, tensor, tile, zeros } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repetitions } from '../../testing/repetitions.js';

describe('tf.tile', () => {
  test('random shapes, each axis so many times', async () => {
    const axis = fc.record({
      size: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constantFrom(17, 40)),
      repeats: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 70 })),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(axis, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const),
        async (axes, dtype) => {
          const shape = axes.map(({ size }) => size);
          const wanted = axes.map(({ size, repeats }) => size * repeats);
          fc.pre(wanted.reduce((a, b) => a * b) < 100_000);
          const values = Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) =>
            dtype === 'bool' ? Number(i % 3 === 0) : i,
          );
          const x = tensor(values, shape, dtype);
          const tiled = tile(
            x,
            axes.map(({ repeats }) => repeats),
          );
          expect(tiled.shape).toEqual(wanted);
          expect(tiled.dtype).toBe(dtype);
          const actual = await tiled.data();
          const place = (i: number) => {
            let [from, stride, rest] = [0, 1, i];
            for (let k = shape.length - 1; k >= 0; k--) {
              from += stride * ((rest % wanted[k]) % shape[k]);
              stride *= shape[k];
              rest = Math.floor(rest / wanted[k]);
            }
            return from;
          };
          expect(actual.findIndex((number, i) => number !== values[place(i)])).toBe(-1);
          x.dispose();
          tiled.dispose();
        },
      ),
      { seed: 1, numRuns: repetitions(100) },
    );
  });

  test('five axes and six', async () => {
    const x = tensor([1, 2, 3, 4], [2, 1, 1, 2, 1]);
    const tiled = tile(x, [1, 1, 2, 1, 1]);
    expect(tiled.shape).toEqual([2, 1, 2, 2, 1]);
    await expect(tiled).toBeAllClose([1, 2, 1, 2, 3, 4, 3, 4]);
    const turned = tile(reshape(x, [1, 2, 1, 2, 1, 1]), [1, 1, 1, 1, 1, 3]);
    expect(turned.shape).toEqual([1, 2, 1, 2, 1, 3]);
    await expect(turned).toBeAllClose([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
  });

  test('no numbers, and none of an axis', () => {
    expect(tile(zeros([0, 3]), [5, 2]).shape).toEqual([0, 6]);
    expect(tile(zeros([2, 3]), [0, 1]).shape).toEqual([0, 3]);
  });
});

describe('the gradients of sums and means', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

  test('are what stands for each sum', async () => {
    const weights = tensor([10, 20]);
    await expect(grad((x) => sum(mul(sum(x, 1), weights)))(x)).toBeAllClose([10, 10, 10, 20, 20, 20]);
    await expect(grad((x) => sum(mul(mean(x, -1), weights)))(x)).toBeAllClose(
      [10, 10, 10, 20, 20, 20].map((w) => w / 3),
    );
    await expect(grad((x) => sum(x))(x)).toBeAllClose([1, 1, 1, 1, 1, 1]);
    await expect(grad((x) => sum(mul(mean(x, [0, 1], true), 6)))(x)).toBeAllClose([1, 1, 1, 1, 1, 1]);
    await expect(grad((x) => sum(mul(sum(x, []), x)))(x)).toBeAllClose([2, 4, 6, 8, 10, 12]);
  });

  test('are differentiable', async () => {
    const slope = (given: typeof x) => grad((x) => sum(mul(sum(x, 1), mean(x, 1))))(given);
    await expect(grad((x) => sum(mul(slope(x), x)))(x)).toBeAllClose([8, 8, 8, 20, 20, 20]);
  });

  test('of no numbers are none', () => {
    expect(grad((x) => sum(x))(zeros([0, 3])).shape).toEqual([0, 3]);
    expect(grad((x) => sum(sum(x, 0)))(zeros([0, 3])).shape).toEqual([0, 3]);
  });
});
