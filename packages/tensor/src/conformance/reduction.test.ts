import {
  all,
  any,
  argMax,
  cast,
  cumsum,
  greater,
  logSoftmax,
  max,
  mean,
  min,
  prod,
  softmax,
  sum,
  type Tensor,
  tensor,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkOperation } from '../testing/operations/check-operation.js';
import { alongLast, type Float64, reduce, spread } from '../testing/operations/float64.js';

const total = (x: number[]) => x.reduce((a, b) => a + b, 0);

/** Hundreds of terms of up to 2 that cancel, added up in float32. */
const SUMMED = { rtol: 2e-6, atol: 1e-5 };

type Case = [
  name: string,
  operation: (x: Tensor, axes?: number[], keepDims?: boolean) => Tensor,
  reference: (x: number[]) => number,
];

const REDUCTIONS: Case[] = [
  ['sum', (x, axes, keepDims) => sum(x, axes, keepDims), total],
  ['mean', (x, axes, keepDims) => mean(x, axes, keepDims), (x) => total(x) / x.length],
  ['max', (x, axes, keepDims) => max(x, axes, keepDims), (x) => Math.max(...x)],
  ['min', (x, axes, keepDims) => min(x, axes, keepDims), (x) => Math.min(...x)],
  ['prod', (x, axes, keepDims) => prod(x, axes, keepDims), (x) => x.reduce((a, b) => a * b, 1)],
  [
    'any',
    (x, axes, keepDims) => cast(any(greater(x, 0.5), axes, keepDims), 'float32'),
    (x) => (x.some((y) => y > 0.5) ? 1 : 0),
  ],
];

describe.each(REDUCTIONS)('%s', (_, operation, f) => {
  test.each([
    [[], []],
    [[1], [0]],
    [[5], [0]],
    [[5], []],
    [[2, 3], [0]],
    [[2, 3], [1]],
    [
      [2, 3],
      [0, 1],
    ],
    [[1, 1, 4], [1]],
    [
      [2, 3, 1, 4],
      [0, 2],
    ],
    [
      [2, 3, 1, 4],
      [1, 3],
    ],
    [[2, 3, 1, 4], [3]],
    [
      [2, 3, 1, 4],
      [0, 1, 2, 3],
    ],
    [[0, 3], [1]],
    [[1030], [0]],
    [[3, 700], [1]],
    [[700, 3], [0]],
  ])('shape %j over %j: value and gradient', async (shape, axes) => {
    for (const keepDims of [false, true]) {
      await checkOperation({
        operation: (x) => operation(x, axes, keepDims),
        reference: (x) => reduce(x, axes, keepDims, f),
        inputs: [spread(shape)],
        tolerance: SUMMED,
      });
    }
  });

  test('over all axes where none is named', async () => {
    const [inputs, axes] = [[spread([3, 4])], [0, 1]];
    await checkOperation({
      operation: (x) => operation(x),
      reference: (x) => reduce(x, axes, false, f),
      inputs,
      tolerance: SUMMED,
    });
  });
});

describe('infinities and NaN', () => {
  test('in a sum and a mean', async () => {
    const x = tensor([
      [1, Infinity, 3],
      [-Infinity, 5, 6],
      [NaN, 8, 9],
    ]);
    await expect(sum(x, 1)).toBeAllClose([Infinity, -Infinity, NaN]);
    await expect(mean(x, 1)).toBeAllClose([Infinity, -Infinity, NaN]);
  });

  test('in the largest and the smallest', async () => {
    await expect(
      max(
        tensor([
          [1, Infinity],
          [-Infinity, 5],
          [-Infinity, -Infinity],
        ]),
        1,
      ),
    ).toBeAllClose([Infinity, 5, -Infinity]);
    await expect(
      min(
        tensor([
          [1, Infinity],
          [-Infinity, 5],
          [Infinity, Infinity],
        ]),
        1,
      ),
    ).toBeAllClose([1, -Infinity, Infinity]);
  });
});

test('an empty sum is 0', async () => {
  await expect(sum(tensor([], [3, 0]), 1)).toBeAllClose([0, 0, 0]);
  await expect(sum(tensor([], [0, 2]))).toBeAllClose(0);
});

test('an empty product is 1', async () => {
  await expect(prod(tensor([], [3, 0]), 1)).toBeAllClose([1, 1, 1]);
  await expect(prod(tensor([], [0, 2]))).toBeAllClose(1);
});

// The stock kernels of cpu and wasm differ in what these make of no numbers, so only that they do not fail is common.
test.each([
  ['max', max],
  ['min', min],
  ['all', (x: Tensor, axis: number, keepDims?: boolean) => all(cast(x, 'bool'), axis, keepDims)],
])('%s of nothing', async (_, operation) => {
  expect(await operation(tensor([], [0, 3]), 1).data()).toHaveLength(0);
  expect(operation(tensor([], [3, 0]), 1).shape).toEqual([3]);
  expect(operation(tensor([], [3, 0]), 1, true).shape).toEqual([3, 1]);
});

describe('argMax', () => {
  test.each([
    [[5], 0],
    [[2, 3], 0],
    [[2, 3], 1],
    [[2, 3, 1, 4], 1],
    [[2, 3, 1, 4], 3],
    [[3, 1], 1],
    [[2, 700], 1],
  ])('shape %j over %j', async (shape, axis) => {
    await checkOperation({
      operation: (x) => cast(argMax(x, axis), 'float32'),
      reference: (x) => reduce(x, [axis], false, (numbers) => numbers.indexOf(Math.max(...numbers))),
      inputs: [spread(shape)],
      differentiable: false,
    });
  });
});

const softmaxOf = (x: number[]) => {
  const shifted = x.map((value) => Math.exp(value - Math.max(...x)));
  return shifted.map((value) => value / total(shifted));
};
const logSoftmaxOf = (x: number[]) => {
  const largest = Math.max(...x);
  const normalizer = largest + Math.log(total(x.map((value) => Math.exp(value - largest))));
  return x.map((value) => value - normalizer);
};
const cumsumOf = (x: number[]) => x.map((_, i) => total(x.slice(0, i + 1)));

const ALONG_LAST: [string, (x: Tensor) => Tensor, (x: number[]) => number[]][] = [
  ['softmax', (x) => softmax(x), softmaxOf],
  ['logSoftmax', (x) => logSoftmax(x), logSoftmaxOf],
  ['cumsum', (x) => cumsum(x, x.rank - 1), cumsumOf],
  ['cumsum, exclusive', (x) => cumsum(x, x.rank - 1, true), (x) => cumsumOf([0, ...x]).slice(0, -1)],
  ['cumsum, reverse', (x) => cumsum(x, x.rank - 1, false, true), (x) => cumsumOf(x.toReversed()).toReversed()],
];

describe.each(ALONG_LAST)('%s along the last axis', (name, operation, f) => {
  const reference = (x: Float64) => alongLast(x, f);

  test.each([[[1]], [[5]], [[2, 3]], [[3, 1]], [[2, 3, 1, 4]], [[1, 1, 1, 1]], [[0, 3]], [[1, 400]]])(
    'shape %j: value and gradient',
    async (shape) => {
      await checkOperation({ operation, reference, inputs: [spread(shape)], tolerance: SUMMED });
    },
  );

  test('large numbers', async () => {
    // None that cancel: a GPU adds in another order.
    const values = name.startsWith('cumsum') ? [1e30, 2e30, 3] : [1000, -1000, 999, 0, -3e38, 88];
    await checkOperation({
      operation,
      reference,
      inputs: [{ shape: [values.length], values: values.map(Math.fround) }],
      tolerance: SUMMED,
      differentiable: false,
    });
  });
});
