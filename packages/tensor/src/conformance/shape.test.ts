import {
  broadcastTo,
  cast,
  clone,
  concat,
  expandDims,
  eye,
  fill,
  gather,
  oneHot,
  ones,
  onesLike,
  pad,
  reshape,
  scalar,
  slice,
  split,
  squeeze,
  stack,
  type Tensor,
  tensor,
  tensor1d,
  tensor2d,
  tensor3d,
  tile,
  transpose,
  unstack,
  zeros,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { broadcastTo as ownBroadcastTo } from '../arrays/broadcast-to.js';
import { checkOperation, type OperationCase } from '../testing/operations/check-operation.js';
import { at, build, type Float64, spread } from '../testing/operations/float64.js';

const EXACT = { rtol: 0, atol: 0 };

function check(
  operation: OperationCase['operation'],
  reference: OperationCase['reference'],
  ...shapes: number[][]
): Promise<void> {
  return checkOperation({
    operation,
    reference,
    inputs: shapes.map((shape, i) => spread(shape, -2, 2, 7 * i)),
    tolerance: EXACT,
  });
}

const insert = (index: number[], axis: number, value: number) => [...index.slice(0, axis), value, ...index.slice(axis)];
const without = (index: readonly number[], axis: number) => index.filter((_, i) => i !== axis);

describe('the same numbers in another shape', () => {
  test.each([
    [[], [1, 1]],
    [[1, 1], []],
    [[6], [2, 3]],
    [
      [2, 3, 1, 4],
      [4, 6],
    ],
    [
      [0, 3],
      [3, 0, 2],
    ],
    [[1030], [103, 10]],
  ])('reshape %j to %j', async (from, to) => {
    await check(
      (x) => reshape(x, to),
      ({ values }) => ({ shape: to, values }),
      from,
    );
  });

  test.each([
    [[], 0],
    [[3], 0],
    [[3], 1],
    [[2, 3], 1],
    [[2, 3, 4], -1],
    [[0, 2], 0],
  ] as [number[], number][])('expandDims of %j at %d, and squeeze back', async (shape, given) => {
    const axis = given < 0 ? shape.length + 1 + given : given;
    const expanded = insert(shape, axis, 1);
    await check(
      (x) => expandDims(x, given),
      ({ values }) => ({ shape: expanded, values }),
      shape,
    );
    await check(
      (x) => squeeze(x, [axis]),
      ({ values }) => ({ shape, values }),
      expanded,
    );
  });

  test.each([[[]], [[0]], [[2, 3, 1, 4]]])('clone of %j', async (shape) => {
    await check(
      (x) => clone(x),
      (x) => x,
      shape,
    );
  });

  test('squeeze of every axis of size 1', async () => {
    await check(
      (x) => squeeze(x),
      ({ values }) => ({ shape: [2, 3], values }),
      [1, 2, 1, 3],
    );
  });
});

describe('transpose', () => {
  test.each([
    [[], []],
    [[3], [0]],
    [
      [2, 3],
      [1, 0],
    ],
    [
      [1, 4],
      [1, 0],
    ],
    [
      [2, 3, 4],
      [2, 0, 1],
    ],
    [
      [2, 3, 4],
      [0, 2, 1],
    ],
    [
      [2, 3, 1, 4],
      [3, 1, 0, 2],
    ],
    [
      [0, 3],
      [1, 0],
    ],
    [
      [0, 3, 2, 4],
      [0, 2, 1, 3],
    ],
    [
      [33, 40],
      [1, 0],
    ],
  ])('shape %j by %j', async (shape, axes) => {
    const moved = (x: Float64) =>
      build(
        axes.map((axis) => shape[axis]),
        (index) =>
          at(
            x,
            shape.map((_, axis) => index[axes.indexOf(axis)]),
          ),
      );
    await check((x) => transpose(x, axes), moved, shape);
  });
});

describe('parts', () => {
  test.each([
    [[5], [1], [3]],
    [[5], [4], [1]],
    [[5], [2], [0]],
    [
      [2, 3],
      [0, 1],
      [2, 2],
    ],
    [
      [3, 1],
      [1, 0],
      [2, 1],
    ],
    [
      [2, 3, 4],
      [1, 0, 2],
      [1, 3, 2],
    ],
    [
      [2, 3, 1, 4],
      [0, 1, 0, 1],
      [2, 1, 1, 3],
    ],
    [
      [40, 33],
      [3, 0],
      [20, 33],
    ],
  ])('slice of %j from %j, size %j', async (shape, begin, size) => {
    await check(
      (x) => slice(x, begin, size),
      (x) =>
        build(size, (index) =>
          at(
            x,
            index.map((i, axis) => i + begin[axis]),
          ),
        ),
      shape,
    );
  });

  test.each([
    [[6], 0, 3, [2, 2, 2]],
    [[6], 0, [1, 5], [1, 5]],
    [[2, 5], 1, [2, 0, 3], [2, 0, 3]],
    [[4, 1], 0, 2, [2, 2]],
    [[3, 2], 0, 1, [3]],
    [[2, 4, 3], 1, 2, [2, 2]],
  ] as const)('split of %j along %d by %j', async (shape, axis, parts, sizes) => {
    const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((a: number, b) => a + b, 0));
    const part = (x: Float64, i: number) =>
      build(
        shape.map((size, k) => (k === axis ? sizes[i] : size)),
        (index) =>
          at(
            x,
            index.map((j, k) => (k === axis ? j + starts[i] : j)),
          ),
      );
    await check(
      (x) => split(x, parts as number | number[], axis),
      (x) => sizes.map((_, i) => part(x, i)),
      [...shape],
    );
  });

  test.each([
    [[3], 0],
    [[2, 3], 0],
    [[2, 3], 1],
    [[1, 3], 0],
    [[2, 3, 4], -1],
  ])('unstack of %j along %d', async (shape, given) => {
    const axis = given < 0 ? shape.length + given : given;
    const part = (x: Float64, i: number) => build(without(x.shape, axis), (index) => at(x, insert(index, axis, i)));
    await check(
      (x) => unstack(x, given),
      (x) => Array.from({ length: x.shape[axis] }, (_, i) => part(x, i)),
      shape,
    );
  });

  test.each([
    [[5], [4, 0, 0, 2], 0],
    [[3, 2], [2, 0, 1], 0],
    [[2, 3], [2, 0, 1, 1], 1],
    [[2, 3, 4], [3, 1], 2],
    [[1, 3], [0, 0], 0],
    [[3], [], 0],
    [[20, 60], [5, 3], 1],
  ] as [number[], number[], number][])('gather of %j at %j along %d', async (shape, places, axis) => {
    const wanted = shape.map((size, k) => (k === axis ? places.length : size));
    await check(
      (x) => gather(x, tensor1d(places, 'int32'), axis),
      (x) =>
        build(wanted, (index) =>
          at(
            x,
            index.map((i, k) => (k === axis ? places[i] : i)),
          ),
        ),
      shape,
    );
  });
});

describe('put together', () => {
  test.each([
    [0, [[2], [3]]],
    [0, [[2], [0], [1]]],
    [
      1,
      [
        [2, 1],
        [2, 3],
        [2, 2],
      ],
    ],
    [
      0,
      [
        [2, 3],
        [1, 3],
      ],
    ],
    [
      -1,
      [
        [2, 1, 2],
        [2, 1, 3],
      ],
    ],
    [0, [[3]]],
    [
      1,
      [
        [1, 2, 1, 3],
        [1, 1, 1, 3],
      ],
    ],
  ] as [number, number[][]][])('concat along %d of %j', async (given, shapes) => {
    const axis = given < 0 ? shapes[0].length + given : given;
    const total = shapes.reduce((sum, shape) => sum + shape[axis], 0);
    const find = (parts: Float64[], index: number[]): number => {
      const [first, ...others] = parts;
      if (index[axis] < first.shape[axis]) return at(first, index);
      return find(others, index.with(axis, index[axis] - first.shape[axis]));
    };
    await check(
      (...x) => concat(x, given),
      (...x) => build(x[0].shape.with(axis, total), (index) => find(x, index)),
      ...shapes,
    );
  });

  test.each([
    [0, []],
    [0, [3]],
    [1, [3]],
    [-1, [2, 3]],
    [1, [2, 1, 3]],
    [0, [0, 2]],
  ] as [number, number[]][])('stack along %d of shape %j', async (given, shape) => {
    const axis = given < 0 ? shape.length + 1 + given : given;
    const reference = (...x: Float64[]) =>
      build(insert(shape, axis, 3), (index) => at(x[index[axis]], without(index, axis)));
    await check((...x) => stack(x, given), reference, shape, shape, shape);
  });

  test.each([
    [[1], [3]],
    [[3], [2]],
    [
      [2, 3],
      [2, 1],
    ],
    [
      [2, 3],
      [1, 3],
    ],
    [
      [1, 2, 1],
      [2, 2, 3],
    ],
    [
      [0, 2],
      [3, 1],
    ],
  ])('tile of %j by %j', async (shape, times) => {
    const wanted = shape.map((size, axis) => size * times[axis]);
    await check(
      (x) => tile(x, times),
      (x) =>
        build(wanted, (index) =>
          at(
            x,
            index.map((i, axis) => i % shape[axis]),
          ),
        ),
      shape,
    );
  });

  test.each([
    [[], [2, 3]],
    [[1], [4]],
    [[3], [2, 3]],
    [
      [2, 1],
      [2, 3],
    ],
    [
      [1, 1, 3],
      [2, 4, 3],
    ],
  ])('broadcastTo of %j to %j', async (shape, to) => {
    const own = (index: number[]) =>
      shape.map((size, axis) => (size === 1 ? 0 : index[axis + to.length - shape.length]));
    await check(
      (x) => broadcastTo(x, to),
      (x) => build(to, (index) => at(x, own(index))),
      shape,
    );
  });

  test.each([
    [[], [0]],
    [[1], [0]],
    [[3], [0, 3]],
    [
      [1, 3],
      [0, 3],
    ],
    [
      [2, 1],
      [2, 0],
    ],
  ])('ours of %j to %j, where the stock operation changes nothing', async (shape, to) => {
    await check(
      (x) => ownBroadcastTo(x, to),
      () => ({ shape: to, values: [] }),
      shape,
    );
  });

  test.each([
    [[3], [[1, 2]]],
    [
      [2, 3],
      [
        [0, 0],
        [1, 0],
      ],
    ],
    [
      [2, 3],
      [
        [2, 1],
        [0, 3],
      ],
    ],
    [
      [1, 2, 1],
      [
        [0, 1],
        [1, 0],
        [0, 0],
      ],
    ],
    [
      [0, 2],
      [
        [1, 1],
        [0, 1],
      ],
    ],
    [
      [1, 2, 1, 3],
      [
        [0, 0],
        [1, 1],
        [0, 0],
        [2, 0],
      ],
    ],
  ] as [number[], [number, number][]][])('pad of %j by %j', async (shape, widths) => {
    const wanted = shape.map((size, axis) => size + widths[axis][0] + widths[axis][1]);
    const inside = (index: number[]) => index.every((i, axis) => i >= 0 && i < shape[axis]);
    const value = (x: Float64, index: number[]) => (inside(index) ? at(x, index) : 0.5);
    await check(
      (x) => pad(x, widths, 0.5),
      (x) =>
        build(wanted, (index) =>
          value(
            x,
            index.map((i, axis) => i - widths[axis][0]),
          ),
        ),
      shape,
    );
  });
});

describe('made from nothing', () => {
  test.each([[[]], [[0]], [[2, 0]], [[2, 3, 1, 4]], [[1030]]])(
    'zeros, ones and a constant of shape %j',
    async (shape) => {
      const made: [Tensor, number][] = [
        [zeros(shape), 0],
        [ones(shape), 1],
        [fill(shape, -2.5), -2.5],
        [zerosLike(fill(shape, 3)), 0],
        [onesLike(fill(shape, 3)), 1],
      ];
      for (const [x, value] of made) {
        expect(x.shape).toEqual(shape);
        expect(x.dtype).toBe('float32');
        await expect(x).toBeAllClose(build(shape, () => value).values, EXACT);
      }
    },
  );

  test('the identity', async () => {
    for (const n of [0, 1, 4])
      await expect(eye(n)).toBeAllClose(build([n, n], ([i, j]) => (i === j ? 1 : 0)).values, EXACT);
  });

  test.each([
    [[0, 2, 1, 2], 3],
    [[0], 2],
    [[], 2],
  ] as [number[], number][])('oneHot of %j among %d', async (places, depth) => {
    await expect(cast(oneHot(tensor1d(places, 'int32'), depth), 'float32')).toBeAllClose(
      build([places.length, depth], ([i, j]) => (places[i] === j ? 1 : 0)).values,
      EXACT,
    );
  });

  test('what the program holds arrives as it is', async () => {
    await expect(scalar(1 / 3)).toBeAllClose(Math.fround(1 / 3), EXACT);
    await expect(tensor1d([1, -2])).toBeAllClose([1, -2], EXACT);
    await expect(
      tensor2d([
        [1, 2],
        [3, 4],
      ]),
    ).toBeAllClose([1, 2, 3, 4], EXACT);
    await expect(tensor3d([[[1], [2]]])).toBeAllClose([1, 2], EXACT);
    await expect(tensor([-Infinity, Infinity, NaN, -0, 3.4028235e38])).toBeAllClose(
      [-Infinity, Infinity, NaN, 0, 3.4028234663852886e38],
      EXACT,
    );
  });
});

test('cast', async () => {
  const x = tensor([-1.7, -0.2, 0, 0.9, 3]);
  await expect(cast(x, 'int32')).toBeAllClose([-1, 0, 0, 0, 3], EXACT);
  await expect(cast(x, 'bool')).toBeAllClose([1, 1, 0, 1, 1], EXACT);
  await expect(cast(cast(x, 'int32'), 'float32')).toBeAllClose([-1, 0, 0, 0, 3], EXACT);
  await expect(cast(tensor([true, false]), 'float32')).toBeAllClose([1, 0], EXACT);
  expect(cast(x, 'int32').dtype).toBe('int32');
});
