import { gather, grad, mul, range, sum, tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repetitions } from '../../testing/repetitions.js';

describe('tf.gather', () => {
  test('random shapes, along each axis', async () => {
    const size = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(17, 40));
    const given = fc
      .record({
        outer: fc.array(size, { maxLength: 2 }),
        blocks: size,
        inner: fc.array(size, { maxLength: 2 }),
        chosen: fc.array(fc.nat({ max: 1000 }), { maxLength: 50 }),
        dtype: fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const),
      })
      .filter(({ outer, blocks, inner }) => [...outer, blocks, ...inner].reduce((a, b) => a * b) < 30_000);
    await fc.assert(
      fc.asyncProperty(given, async ({ outer, blocks, inner, chosen, dtype }) => {
        const indices = chosen.map((index) => index % blocks);
        const [rows, count] = [outer, inner].map((sizes) => sizes.reduce((a, b) => a * b, 1));
        const values = Array.from({ length: rows * blocks * count }, (_, i) => (dtype === 'bool' ? i % 2 : i));
        const x = tensor(values, [...outer, blocks, ...inner], dtype);
        const gathered = gather(x, tensor1d(indices, 'int32'), outer.length);
        expect(gathered.shape).toEqual([...outer, indices.length, ...inner]);
        expect(gathered.dtype).toBe(dtype);
        const expected = Array.from({ length: rows }, (_, row) =>
          indices.map((index) => {
            const start = (row * blocks + index) * count;
            return values.slice(start, start + count);
          }),
        );
        expect([...(await gathered.data())]).toEqual(expected.flat(2));
      }),
      { numRuns: repetitions(30) },
    );
  });

  test('indices of any rank, and a negative axis', async () => {
    const x = tensor2d([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const square = tensor2d([[2, 0]], [1, 2], 'int32');
    expect(gather(x, square, -1).shape).toEqual([2, 1, 2]);
    await expect(gather(x, square, -1)).toBeAllClose([3, 1, 6, 4]);
  });

  test('nothing chosen, and nothing to choose from', () => {
    expect(gather(zeros([3, 4]), tensor1d([], 'int32')).shape).toEqual([0, 4]);
    expect(gather(zeros([3, 0]), tensor1d([2, 1], 'int32')).shape).toEqual([2, 0]);
    expect(gather(zeros([0, 3]), tensor1d([2, 1], 'int32'), 1).shape).toEqual([0, 2]);
  });

  test('its gradient adds up what is chosen twice', async () => {
    const weights = tensor1d([1, 10, 100]);
    const picked = grad((x) => sum(mul(gather(x, tensor1d([1, 0, 1], 'int32')), weights)));
    await expect(picked(range(0, 3))).toBeAllClose([10, 101, 0]);
  });
});
