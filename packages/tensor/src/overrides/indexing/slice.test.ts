import { grad, mul, reshape, slice, split, sum, tensor, unstack } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indicesOf } from '../../testing/operations/float64.js';
import { repetitions } from '../../testing/repetitions.js';

/** The numbers 0, 1, 2 … in a shape, and a look-up by index. */
function counting(shape: number[]) {
  const values = Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => i);
  return {
    x: tensor(values, shape),
    at: (index: number[]) => index.reduce((flat, i, axis) => flat * shape[axis] + i, 0),
  };
}

describe('slice', () => {
  test('random shapes, cut along any axes', async () => {
    const axis = fc
      .tuple(fc.integer({ min: 0, max: 6 }), fc.nat(), fc.nat(), fc.boolean())
      .map(([length, a, b, whole]) =>
        whole ? [length, 0, length] : [length, a % (length + 1), b % (length - (a % (length + 1)) + 1)],
      );
    await fc.assert(
      fc.asyncProperty(fc.array(axis, { minLength: 1, maxLength: 4 }), async (axes) => {
        const [shape, begin, size] = [0, 1, 2].map((i) => axes.map((each) => each[i]));
        const { x, at } = counting(shape);
        const actual = slice(x, begin, size);
        expect(actual.shape).toEqual(size);
        expect([...(await actual.data())]).toEqual(
          indicesOf(size).map((index) => at(index.map((i, k) => i + begin[k]))),
        );
        x.dispose();
        actual.dispose();
      }),
      { seed: 1, numRuns: repetitions(200) },
    );
  });

  test('the gradient falls on the slice', async () => {
    const { x } = counting([3, 4]);
    await expect(grad((t) => sum(mul(slice(t, [0, 1], [3, 2]), 5)))(x)).toBeAllClose([
      0, 5, 5, 0, 0, 5, 5, 0, 0, 5, 5, 0,
    ]);
  });

  test('keeps the type, and copies what it takes', async () => {
    const x = tensor(
      [
        [1, 2],
        [3, 4],
      ],
      [2, 2],
      'int32',
    );
    const column = slice(x, [0, 1], [2, 1]);
    x.dispose();
    expect(column.dtype).toBe('int32');
    await expect(column).toBeAllClose([[2], [4]]);
    expect([...(await slice(tensor([true, false, true]), 1, 2).data())]).toEqual([0, 1]);
    expect(await slice(tensor(['a', 'b', 'c']), 1, 2).data()).toEqual(['b', 'c']);
  });

  test('a slice beyond the tensor throws', () => {
    expect(() => slice(tensor([1, 2]), 1, 2)).toThrow();
  });
});

describe('split and unstack', () => {
  test.each([0, 1, 2, -1])('along axis %i', async (axis) => {
    const { x, at } = counting([4, 6, 2]);
    const positive = axis < 0 ? axis + 3 : axis;
    const halves = split(x, 2, axis);
    const parts = unstack(x, axis);
    expect(parts.length).toBe(x.shape[positive]);
    for (const [i, part] of parts.entries()) {
      expect(part.shape).toEqual(x.shape.toSpliced(positive, 1));
      expect([...(await part.data())]).toEqual(
        indicesOf(part.shape).map((index) => at(index.toSpliced(positive, 0, i))),
      );
    }
    for (const [i, half] of halves.entries()) {
      const offset = (i * x.shape[positive]) / 2;
      expect([...(await half.data())]).toEqual(
        indicesOf(half.shape).map((index) => at(index.with(positive, index[positive] + offset))),
      );
    }
  });

  test('into unequal parts, an empty one among them', async () => {
    const parts = split(counting([2, 5]).x, [1, 0, 4], 1);
    expect(parts.map(({ shape }) => shape)).toEqual([
      [2, 1],
      [2, 0],
      [2, 4],
    ]);
    await expect(parts[0]).toBeAllClose([0, 5]);
    await expect(parts[2]).toBeAllClose([1, 2, 3, 4, 6, 7, 8, 9]);
  });

  test('an empty batch', () => {
    expect(unstack(tensor([], [0, 2]), -1).map(({ shape }) => shape)).toEqual([[0], [0]]);
  });

  test('the gradient of unstack', async () => {
    const gradient = grad((t) => {
      const [a, b] = unstack(reshape(t, [3, 2]), -1);
      return sum(mul(a, b));
    })(tensor([1, 2, 3, 4, 5, 6]));
    await expect(gradient).toBeAllClose([2, 1, 4, 3, 6, 5]);
  });

  test('leak no tensor', async () => {
    const { x } = counting([4, 6]);
    await expect(() => unstack(x, 1)).toLeakNoTensor();
    await expect(() => split(x, 2)).toLeakNoTensor();
    x.dispose();
  });
});
