import { grad, mul, ones, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { key } from '../random/key.js';
import { logSumExp } from './log-sum-exp.js';
import { uniform } from '../random/random.js';

/** The same in float64, over the rows of a matrix. */
function reference(rows: number[][]): number[] {
  return rows.map((row) => {
    const largest = Math.max(...row);
    return largest + Math.log(row.reduce((sum, value) => sum + Math.exp(value - largest), 0));
  });
}

describe('logSumExp', () => {
  // [row, value, softmax], computed with 30 digits.
  const pinned: [number[], number, number[]][] = [
    [[0, 0, 0], 1.09861228867, [0.333333333333, 0.333333333333, 0.333333333333]],
    [[1000, 1000.5, 999], 1001.10413061, [0.331498960424, 0.546549387266, 0.12195165231]],
    [[-1000, -1001, -1003.25], -999.658786415, [0.710907052855, 0.261528089329, 0.0275648578164]],
    [[1e30, 1, -1e30], 1e30, [1, 0, 0]],
    [[-104, 0.25, 3.5], 3.53804137169, [0, 0.0373268873441, 0.962673112656]],
    [[12.5, -80, 12.25], 13.0759394199, [0.562176500886, 0, 0.437823499114]],
    [[-3e38, -2, -5], -1.95141264843, [0, 0.952574126822, 0.0474258731776]],
    [[-Infinity, -2, -5], -1.95141264843, [0, 0.952574126822, 0.0474258731776]],
    [[-Infinity, -Infinity, 7], 7, [0, 0, 1]],
    [[-Infinity, -Infinity, -Infinity], -Infinity, [1 / 3, 1 / 3, 1 / 3]],
    [[0, Infinity, -Infinity], Infinity, [0, 1, 0]],
    [[Infinity, Infinity, 0], Infinity, [0.5, 0.5, 0]],
  ];
  const x = () => tensor(pinned.map(([row]) => row));

  test('value', async () => {
    await expect(logSumExp(x(), 1)).toBeAllClose(
      pinned.map(([, value]) => value),
      { rtol: 3e-7, atol: 0 },
    );
  });

  test('gradient', async () => {
    const gradient = grad((x) => logSumExp(x, -1));
    // The softmax of numbers near 1000 inherits the rounding of their differences, and entries below 1e-38 are 0.
    await expect(gradient(x())).toBeAllClose(
      pinned.map(([, , softmax]) => softmax),
      { rtol: 1e-6, atol: 1e-37 },
    );
  });

  test('NaN gives NaN', async () => {
    await expect(
      logSumExp(
        tensor([
          [NaN, 0],
          [0, NaN],
          [1, 1],
        ]),
        1,
      ),
    ).toBeAllClose([NaN, NaN, 1 + Math.log(2)]);
  });

  test('any axes, kept or not', async () => {
    const x = uniform(key(0), [2, 3, 4], { minval: -5, maxval: 5 });
    const values = (await x.array()) as number[][][];
    const all = values.flat(2);
    await expect(logSumExp(x)).toBeAllClose(tensor(reference([all])[0]));
    await expect(logSumExp(x, [0, 1, -1], true)).toBeAllClose(tensor([[reference([all])]]));
    await expect(logSumExp(x, 2)).toBeAllClose(tensor(values.map(reference)));
    const middle = values.map((matrix) => reference([0, 1, 2, 3].map((k) => matrix.map((row) => row[k]))));
    await expect(logSumExp(x, 1)).toBeAllClose(tensor(middle));
    await expect(logSumExp(x, -2, true)).toBeAllClose(tensor(middle.map((row) => [row])));
    const outer = [0, 1, 2].map((j) => values.flatMap((matrix) => matrix[j]));
    await expect(logSumExp(x, [2, 0])).toBeAllClose(tensor(reference(outer)));
  });

  test('the gradient over any axes is dy · softmax', async () => {
    const x = uniform(key(1), [2, 3, 4]);
    const dy = uniform(key(2), [3]);
    const [values, weights] = [(await x.array()) as number[][][], (await dy.array()) as number[]];
    const totals = [0, 1, 2].map((j) => values.flatMap((matrix) => matrix[j].map(Math.exp)).reduce((a, b) => a + b));
    const expected = values.map((matrix) =>
      matrix.map((row, j) => row.map((value) => (weights[j] * Math.exp(value)) / totals[j])),
    );
    await expect(grad((x: Tensor) => mul(logSumExp(x, [0, 2]), dy))(x)).toBeAllClose(tensor(expected));
  });

  test('scalars, single entries, empty batches and empty axes', async () => {
    await expect(logSumExp(tensor(3))).toBeAllClose(tensor(3));
    await expect(logSumExp(tensor([[3], [-1]]), 1)).toBeAllClose(tensor([3, -1]));
    expect(logSumExp(ones([0, 3]), 1).shape).toEqual([0]);
    await expect(logSumExp(ones([2, 0]), 1)).toBeAllClose(tensor([-Infinity, -Infinity]));
    for (const shape of [
      [0, 3],
      [3, 0],
    ])
      expect(grad((x: Tensor) => logSumExp(x, 1))(ones(shape)).shape).toEqual(shape);
    expect(grad((x: Tensor) => logSumExp(x, 0))(ones([0, 3])).shape).toEqual([0, 3]);
  });

  test('refuses an axis out of range', () => {
    expect(() => logSumExp(ones([2, 3]), 2)).toThrow('logSumExp: axis must be integers from -2 to 1, got 2');
    expect(() => logSumExp(ones([2, 3]), [0, 0.5])).toThrow('got 0,0.5');
  });

  test('leaks nothing', async () => {
    const input = x();
    await expect(() => logSumExp(input, 0)).toLeakNoTensor();
    await expect(() => grad((x: Tensor) => logSumExp(x, 0))(input)).toLeakNoTensor();
  });
});
