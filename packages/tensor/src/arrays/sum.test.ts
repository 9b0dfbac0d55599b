import { fill, grad, mul, ones, reshape, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { key } from '../random/key.js';
import { uniform } from '../random/random.js';
import { sum } from './sum.js';

/** The sum in float64. */
function add(terms: number[]): number {
  return terms.reduce((a, b) => a + b, 0);
}

describe('sum', () => {
  test('2^24 terms, within 1e-6', async () => {
    const x = fill([2 ** 12, 2 ** 12], 0.1);
    await expect(sum(x)).toBeAllClose(2 ** 24 * Math.fround(0.1), { rtol: 1e-6, atol: 0 });
    x.dispose();
  });

  test('terms of either sign, in a number that is no multiple of the block', async () => {
    for (const count of [1, 31, 64, 65, 784, 33_333]) {
      const x = uniform(key(count), [count], { minval: -1 });
      const values = Array.from(await x.data());
      const total = add(values);
      const absolute = add(values.map(Math.abs));
      await expect(sum(x)).toBeAllClose(total, { rtol: 0, atol: 1e-6 * absolute });
    }
  });

  test('any axes, kept or not', async () => {
    const x = uniform(key(0), [2, 70, 3]);
    const values = (await x.array()) as number[][][];
    await expect(sum(x)).toBeAllClose(tensor(add(values.flat(2))));
    await expect(sum(x, [0, 1, 2], true)).toBeAllClose(tensor([[[add(values.flat(2))]]]));
    await expect(sum(x, -1)).toBeAllClose(tensor(values.map((matrix) => matrix.map(add))));
    const middle = values.map((matrix) => [0, 1, 2].map((k) => add(matrix.map((row) => row[k]))));
    await expect(sum(x, 1)).toBeAllClose(tensor(middle));
    await expect(sum(x, -2, true)).toBeAllClose(tensor(middle.map((row) => [row])));
    const inner = [0, 1, 2].map((k) => add(values.flatMap((matrix) => matrix.map((row) => row[k]))));
    await expect(sum(x, [1, 0])).toBeAllClose(tensor(inner));
  });

  test('the gradient is dy, spread out', async () => {
    const x = uniform(key(1), [2, 100, 3]);
    const dy = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const expected = [
      [1, 2, 3],
      [4, 5, 6],
    ].map((row) => Array.from({ length: 100 }, () => row));
    for (const keepDims of [false, true]) {
      const weighted = (x: Tensor) => sum(mul(reshape(sum(x, 1, keepDims), [2, 3]), dy));
      await expect(grad(weighted)(x)).toBeAllClose(tensor(expected));
    }
    await expect(grad((x: Tensor) => sum(x))(x)).toBeAllClose(ones([2, 100, 3]));
  });

  test('scalars, empty batches and empty axes', async () => {
    await expect(sum(tensor(3))).toBeAllClose(tensor(3));
    expect(sum(ones([0, 3]), 1).shape).toEqual([0]);
    await expect(sum(ones([2, 0]), 1)).toBeAllClose(tensor([0, 0]));
    await expect(sum(ones([0, 3]))).toBeAllClose(tensor(0));
    for (const shape of [
      [0, 3],
      [3, 0],
    ])
      expect(grad((x: Tensor) => sum(x, 1))(ones(shape)).shape).toEqual(shape);
  });

  test('infinities and NaN', async () => {
    await expect(
      sum(
        tensor([
          [1, Infinity],
          [1, -Infinity],
          [Infinity, -Infinity],
          [1, NaN],
        ]),
        1,
      ),
    ).toBeAllClose([Infinity, -Infinity, NaN, NaN]);
  });

  test('refuses an axis out of range', () => {
    expect(() => sum(ones([2, 3]), -3)).toThrow('sum: axis must be integers from -2 to 1, got -3');
  });

  test('leaks nothing', async () => {
    const x = ones([3, 100]);
    await expect(() => sum(x, 0)).toLeakNoTensor();
    await expect(() => grad((x: Tensor) => sum(x, 1))(x)).toLeakNoTensor();
  });
});
