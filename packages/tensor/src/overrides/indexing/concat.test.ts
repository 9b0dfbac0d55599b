import { concat, grads, mul, ones, slice, split, stack, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';

const a = () =>
  tensor([
    [1, 2],
    [3, 4],
  ]);
const b = () =>
  tensor([
    [5, 6],
    [7, 8],
  ]);

describe('concat', () => {
  test.each([
    [0, [1, 2, 3, 4, 5, 6, 7, 8]],
    [1, [1, 2, 5, 6, 3, 4, 7, 8]],
    [-1, [1, 2, 5, 6, 3, 4, 7, 8]],
  ])('along axis %i', async (axis, expected) => {
    await expect(concat([a(), b()], axis)).toBeAllClose(expected);
  });

  test('rows of any length, empty parts among them', async () => {
    const parts = [1, 0, 3, 9, 4].map((width, i) => mul(ones([2, 3, width]), i + 1));
    const actual = await concat(parts, 2).data();
    const row = [1, 3, 3, 3, ...Array.from({ length: 9 }, () => 4), 5, 5, 5, 5];
    expect([...actual]).toEqual(Array.from({ length: 6 }, () => row).flat());
  });

  test('empty batches', () => {
    expect(concat([zeros([0, 2]), zeros([0, 3])], 1).shape).toEqual([0, 5]);
    expect(concat([zeros([0, 2]), zeros([0, 2])], 0).shape).toEqual([0, 2]);
    const joined = concat([zeros([0, 2]), zeros([0, 3])], 1);
    expect(slice(joined, [0, 1], [0, 2]).shape).toEqual([0, 2]);
    expect(split(joined, [1, 4], 1).map(({ shape }) => shape)).toEqual([
      [0, 1],
      [0, 4],
    ]);
    expect(concat([zeros([0, 2], 'int32'), zeros([0, 3], 'int32')], 1).dtype).toBe('int32');
  });

  test('keeps the type', async () => {
    const integers = concat([tensor([1], [1], 'int32'), tensor([2], [1], 'int32')]);
    expect(integers.dtype).toBe('int32');
    await expect(integers).toBeAllClose([1, 2]);
    expect([...(await concat([tensor([true]), tensor([false])]).data())]).toEqual([1, 0]);
    expect(await concat([tensor(['a']), tensor(['b'])]).data()).toEqual(['a', 'b']);
  });

  test('parts that do not fit throw', () => {
    expect(() => concat([zeros([2, 2]), zeros([3, 3])], 1)).toThrow(/concat/i);
  });

  test('gradients', async () => {
    const weights = tensor([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ]);
    const [da, db] = grads((x, y) => sum(mul(concat([x, y], 1), weights)))([a(), b()]);
    await expect(da).toBeAllClose([
      [1, 2],
      [5, 6],
    ]);
    await expect(db).toBeAllClose([
      [3, 4],
      [7, 8],
    ]);
  });
});

describe('stack', () => {
  test.each([
    [0, [1, 2, 3, 4, 5, 6, 7, 8]],
    [1, [1, 2, 5, 6, 3, 4, 7, 8]],
    [2, [1, 5, 2, 6, 3, 7, 4, 8]],
    [-1, [1, 5, 2, 6, 3, 7, 4, 8]],
  ])('along axis %i', async (axis, expected) => {
    const actual = stack([a(), b()], axis);
    expect(actual.shape).toEqual([2, 2, 2]);
    await expect(actual).toBeAllClose(expected);
  });

  test('one tensor, scalars, an empty batch', async () => {
    await expect(stack([a()], 1)).toBeAllClose([[[1, 2]], [[3, 4]]]);
    await expect(stack([tensor(1), tensor(2)] as Tensor[])).toBeAllClose([1, 2]);
    expect(stack([zeros([0]), zeros([0])], -1).shape).toEqual([0, 2]);
  });

  test('leaks no tensor', async () => {
    const [x, y] = [a(), b()];
    await expect(() => stack([x, y], -1)).toLeakNoTensor();
    await expect(() => concat([x, y], -1)).toLeakNoTensor();
    x.dispose();
    y.dispose();
  });
});
