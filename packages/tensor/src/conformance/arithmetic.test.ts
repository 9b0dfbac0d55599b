import {
  add,
  addN,
  cast,
  div,
  equal,
  greater,
  greaterEqual,
  isFinite,
  isNaN,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  notEqual,
  sub,
  type Tensor,
  tensor,
  where,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkOperation } from '../testing/operations/check-operation.js';
import { elementwise, spread } from '../testing/operations/float64.js';
import { where as ownWhere } from '../arrays/where.js';

const SHAPES = [
  [[], []],
  [[3], []],
  [[], [2, 3]],
  [[1], [1, 1]],
  [[2, 3], [3]],
  [
    [2, 3],
    [2, 1],
  ],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [
    [2, 3, 1, 4],
    [1, 1, 2, 1],
  ],
  [
    [2, 1, 3, 2],
    [2, 1, 3, 2],
  ],
  [[0], [1]],
  [[2, 0, 3], [3]],
  [[1030], [1030]],
  [[33, 40], [40]],
];

const number = (f: (a: number, b: number) => boolean) => (a: number, b: number) => (f(a, b) ? 1 : 0);
const float = (f: (a: Tensor, b: Tensor) => Tensor) => (a: Tensor, b: Tensor) => cast(f(a, b), 'float32');

const OPERATIONS: [string, (a: Tensor, b: Tensor) => Tensor, (a: number, b: number) => number][] = [
  ['add', add, (a, b) => a + b],
  ['sub', sub, (a, b) => a - b],
  ['mul', mul, (a, b) => a * b],
  ['div', div, (a, b) => a / b],
  ['maximum', maximum, (a, b) => (a > b ? a : b)],
  ['minimum', minimum, (a, b) => (a < b ? a : b)],
  ['greater', float(greater), number((a, b) => a > b)],
  ['greaterEqual', float(greaterEqual), number((a, b) => a >= b)],
  ['less', float(less), number((a, b) => a < b)],
  ['lessEqual', float(lessEqual), number((a, b) => a <= b)],
  ['equal', float(equal), number((a, b) => a === b)],
  ['notEqual', float(notEqual), number((a, b) => a !== b)],
];

const EDGES = [-Infinity, -3e38, -1.5, -1e-30, 0, 1e-30, 1.5, 3e38, Infinity, NaN].map(Math.fround);

describe.each(OPERATIONS)('%s', (name, operation, f) => {
  const reference = (...x: Parameters<typeof elementwise>[1][]) => elementwise(f, ...x);

  test.each(SHAPES)('shapes %j and %j: value and gradients', async (a, b) => {
    await checkOperation({ operation, reference, inputs: [spread(a, -2, 2), spread(b, 0.3, 2, 7)] });
  });

  test('every pair of edge values', async () => {
    // Whether the larger of NaN and a number is NaN differs between backends, and nothing here asks for it.
    const values = name === 'maximum' || name === 'minimum' ? EDGES.filter((x) => !Number.isNaN(x)) : EDGES;
    const inputs = [
      { shape: [values.length, 1], values },
      { shape: [values.length], values },
    ];
    await checkOperation({ operation, reference, inputs, differentiable: false });
  });
});

test('equal operands: each comparison, and the larger and the smaller', async () => {
  const [a, b] = [tensor([1, -1, 0]), tensor([1, -1, -0])];
  await expect(greater(a, b)).toBeAllClose([0, 0, 0]);
  await expect(greaterEqual(a, b)).toBeAllClose([1, 1, 1]);
  await expect(less(a, b)).toBeAllClose([0, 0, 0]);
  await expect(lessEqual(a, b)).toBeAllClose([1, 1, 1]);
});

describe('logicalAnd', () => {
  test.each(SHAPES)('shapes %j and %j', async (a, b) => {
    await checkOperation({
      operation: (a, b) => cast(logicalAnd(greater(a, 0), less(b, 0)), 'float32'),
      reference: (a, b) =>
        elementwise(
          number((a, b) => a > 0 && b < 0),
          a,
          b,
        ),
      inputs: [spread(a), spread(b, -2, 2, 7)],
    });
  });
});

describe('logicalOr of logicalNot', () => {
  test.each(SHAPES)('shapes %j and %j', async (a, b) => {
    await checkOperation({
      operation: (a, b) => cast(logicalOr(logicalNot(greater(a, 0)), less(b, 0)), 'float32'),
      reference: (a, b) =>
        elementwise(
          number((a, b) => !(a > 0) || b < 0),
          a,
          b,
        ),
      inputs: [spread(a), spread(b, -2, 2, 7)],
    });
  });
});

test('isNaN and isFinite of edge values, and of many', async () => {
  for (const values of [EDGES, Array.from({ length: 1030 }, (_, i) => EDGES[i % EDGES.length])]) {
    const x = tensor(values);
    await expect(cast(isNaN(x), 'float32')).toBeAllClose(values.map((value) => Number(Number.isNaN(value))));
    await expect(cast(isFinite(x), 'float32')).toBeAllClose(values.map((value) => Number(Number.isFinite(value))));
  }
});

test('a vector against as many axes as there can be', async () => {
  await checkOperation({
    operation: (a, b) => add(mul(a, b), maximum(a, b)),
    reference: (a, b) => elementwise((a, b) => a * b + Math.max(a, b), a, b),
    inputs: [spread([2, 1, 3, 1, 2, 4]), spread([4], -2, 2, 7)],
  });
});

describe('addN', () => {
  test.each([[[]], [[0]], [[1, 1]], [[2, 3, 1, 4]], [[1030]]])('shape %j', async (shape) => {
    // The gradient is compared with differences, one number at a time.
    for (const count of shape[0] > 100 ? [1, 2] : [1, 2, 5, 20]) {
      await checkOperation({
        operation: (...x) => addN(x),
        reference: (...x) => elementwise((...numbers) => numbers.reduce((a, b) => a + b), ...x),
        inputs: Array.from({ length: count }, (_, i) => spread(shape, -1, 1, i)),
        tolerance: { atol: 1e-6 },
      });
    }
  });
});

describe('where', () => {
  test.each([
    [[], [], []],
    [[3], [3], [3]],
    [[2, 3], [3], [2, 1]],
    [[2, 1, 4], [3, 1], []],
    [
      [0, 3],
      [0, 3],
      [0, 3],
    ],
    [[1], [2, 3], [2, 3]],
    [[1030], [1030], [1]],
  ])('condition %j of operands %j and %j: value and gradients', async (condition, a, b) => {
    const chosen = spread(condition, -1, 1, 3);
    await checkOperation({
      operation: (a, b) => where(greater(tensor([...chosen.values], condition), 0), a, b),
      reference: (a, b) => elementwise((c, a, b) => (c > 0 ? a : b), chosen, a, b),
      inputs: [spread(a), spread(b, -2, 2, 7)],
    });
  });

  test('ours of an empty batch against a size of 1, where the stock operation gives another shape', async () => {
    await checkOperation({
      operation: (a, b) => ownWhere(tensor([], [0, 3], 'bool'), a, b),
      reference: (a, b) => elementwise((_, a, b) => a + b, spread([0, 3]), a, b),
      inputs: [spread([3]), spread([1])],
    });
  });

  test('what was not chosen may be infinite or NaN', async () => {
    await expect(
      where(tensor([true, false, true]), tensor([1, NaN, -Infinity]), tensor([NaN, 2, Infinity])),
    ).toBeAllClose([1, 2, -Infinity]);
  });
});
