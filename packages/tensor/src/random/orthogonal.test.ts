import { eye, matMul, mul } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { key } from './key.js';
import { orthogonal } from './orthogonal.js';

describe('orthogonal', () => {
  test.each([
    [1, 1],
    [5, 5],
    [7, 3],
    [3, 7],
    [1, 6],
    [40, 30],
  ])('%i × %i: the shorter side is orthonormal times the gain', async (rows, columns) => {
    const q = orthogonal(key(3), rows, columns, 0.5);
    expect(q.shape).toEqual([rows, columns]);
    const product = rows < columns ? matMul(q, q, false, true) : matMul(q, q, true);
    await expect(product).toBeAllClose(mul(eye(Math.min(rows, columns)), 0.25), { atol: 1e-7, rtol: 1e-6 });
  });

  test('follows from the key alone', async () => {
    expect(await orthogonal(key(1), 4, 3).data()).toEqual(await orthogonal(key(1), 4, 3).data());
    expect(await orthogonal(key(1), 4, 3).data()).not.toEqual(await orthogonal(key(2), 4, 3).data());
  });

  test('wrong sizes are named', () => {
    expect(() => orthogonal(key(0), 0, 3)).toThrow('orthogonal: rows');
  });
});
