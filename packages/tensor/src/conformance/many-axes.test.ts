import {
  add,
  argMax,
  cast,
  concat,
  cumprod,
  cumsum,
  expandDims,
  gather,
  grad,
  greater,
  max,
  mul,
  neg,
  pad,
  reverse,
  slice,
  split,
  stack,
  sum,
  type Tensor,
  tensor,
  tile,
  transpose,
  where,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { build } from '../testing/operations/float64.js';

// Batches of draws of images have six axes, and GPUs' kernels are written for four.
const SHAPES = [
  [2, 3, 1, 2, 2],
  [2, 1, 3, 2, 1, 2],
];

/** The tensor of a function of the index. */
const tensorOf = (shape: readonly number[], valueAt: (index: number[]) => number) =>
  tensor([...build(shape, valueAt).values], [...shape], 'float32');

/** A number that tells one index from another. */
const mark = (index: readonly number[]) => index.reduce((value, i) => 3 * value + i + 1, 0);

const moved = (index: readonly number[], axis: number, by: number) => index.with(axis, index[axis] + by);

describe.each(SHAPES.map((shape) => ({ shape })))('$shape', ({ shape }) => {
  const make = () => tensorOf(shape, mark);
  const axes = shape.map((_, axis) => axis);

  test('where', async () => {
    const x = make();
    const chosen = where(greater(x, 200), x, neg(x));
    await expect(chosen).toBeAllClose(tensorOf(shape, (index) => (mark(index) > 200 ? mark(index) : -mark(index))));
    const slope = grad((given: Tensor) => sum(where(greater(x, 200), given, mul(given, 3))))(x);
    await expect(slope).toBeAllClose(tensorOf(shape, (index) => (mark(index) > 200 ? 1 : 3)));
  });

  test.each(axes)('pad along axis %i, and along all', async (axis) => {
    const single = shape.map((_, i): [number, number] => (i === axis ? [1, 2] : [0, 0]));
    const padded = shape.with(axis, shape[axis] + 3);
    const isInside = (index: readonly number[]) => index[axis] >= 1 && index[axis] <= shape[axis];
    await expect(pad(make(), single, -5)).toBeAllClose(
      tensorOf(padded, (index) => (isInside(index) ? mark(moved(index, axis, -1)) : -5)),
    );
    const every = shape.map((_, i): [number, number] => [i === axis ? 0 : 1, 0]);
    await expect(pad(make(), every)).toBeAllClose(
      tensorOf(
        shape.map((size, i) => size + every[i][0]),
        (index) => {
          const inner = index.map((place, i) => place - every[i][0]);
          return inner.every((place) => place >= 0) ? mark(inner) : 0;
        },
      ),
    );
  });

  test.each(axes)('parts along axis %i', async (axis) => {
    const x = make();
    const last = shape[axis] - 1;
    const begin = shape.map((_, i) => (i === axis ? last : 0));
    const cut = shape.with(axis, 1);
    await expect(slice(x, begin, cut)).toBeAllClose(tensorOf(cut, (index) => mark(moved(index, axis, last))));
    await expect(split(x, shape[axis], axis)[last]).toBeAllClose(slice(x, begin, cut));
    const slope = grad((given: Tensor) => sum(slice(given, begin, cut)))(x);
    await expect(slope).toBeAllClose(tensorOf(shape, (index) => (index[axis] === last ? 1 : 0)));
    await expect(gather(x, tensor([last, 0], [2], 'int32'), axis)).toBeAllClose(
      tensorOf(shape.with(axis, 2), (index) => mark(index.with(axis, index[axis] === 0 ? last : 0))),
    );
    await expect(reverse(x, axis)).toBeAllClose(tensorOf(shape, (index) => mark(index.with(axis, last - index[axis]))));
  });

  test.each(axes)('joined and repeated along axis %i', async (axis) => {
    const x = make();
    const size = shape[axis];
    const twice = shape.with(axis, 2 * size);
    const wrapped = (index: readonly number[]) => index.with(axis, index[axis] % size);
    const joined = tensorOf(twice, (index) => mark(wrapped(index)) * (index[axis] < size ? 1 : -1));
    await expect(concat([x, neg(x)], axis)).toBeAllClose(joined);
    const reps = shape.map((_, i) => (i === axis ? 2 : 1));
    await expect(tile(x, reps)).toBeAllClose(tensorOf(twice, (index) => mark(wrapped(index))));
    if (shape.length < 6) {
      await expect(stack([x, neg(x)], axis)).toBeAllClose(
        tensorOf(shape.toSpliced(axis, 0, 2), (index) => mark(index.toSpliced(axis, 1)) * (index[axis] === 0 ? 1 : -1)),
      );
    }
  });

  test.each(axes)('sums and extremes along axis %i', async (axis) => {
    const x = make();
    const rest = shape.toSpliced(axis, 1);
    const along = (index: readonly number[]) =>
      Array.from({ length: shape[axis] }, (_, i) => mark(index.toSpliced(axis, 0, i)));
    await expect(sum(x, axis)).toBeAllClose(tensorOf(rest, (index) => along(index).reduce((a, b) => a + b, 0)));
    await expect(max(x, axis)).toBeAllClose(tensorOf(rest, (index) => Math.max(...along(index))));
    await expect(cast(argMax(x, axis), 'float32')).toBeAllClose(tensorOf(rest, () => shape[axis] - 1));
    const until = (index: readonly number[]) => along(index.toSpliced(axis, 1)).slice(0, index[axis] + 1);
    await expect(cumsum(x, axis)).toBeAllClose(
      tensorOf(shape, (index) => until(index).reduce((total, next) => total + next)),
    );
    await expect(cumprod(x, axis)).toBeAllClose(
      tensorOf(shape, (index) => until(index).reduce((product, next) => product * next)),
    );
    const total = sum(x, axis, true);
    await expect(add(x, total)).toBeAllClose(
      tensorOf(shape, (index) => mark(index) + along(index.toSpliced(axis, 1)).reduce((a, b) => a + b, 0)),
    );
  });

  test('turned', async () => {
    const order = [...axes.slice(2), 1, 0];
    const back = axes.map((axis) => order.indexOf(axis));
    await expect(transpose(make(), order)).toBeAllClose(
      tensorOf(
        order.map((axis) => shape[axis]),
        (index) => mark(back.map((place) => index[place])),
      ),
    );
    expect(expandDims(make(), 0).shape).toEqual([1, ...shape]);
  });
});
