import { key } from '@pushforward/tensor';
import { tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { dequantize, type Grid, quantize, withNoise } from './dequantize.js';

const grid: Grid = [{ start: 1, step: 2 }, { start: 0, step: 0 }];
const rows = Array.from({ length: 50 }, (_, i) => [1 + 2 * (i % 4), 0.1 * i]);
const matrix = { values: Float64Array.from(rows.flat()), rows: 50, columns: 2 };

test('noise stays within a step, leaves real numbers alone, and goes away again', async () => {
  const noisy = await dequantize(matrix, grid, key(0));
  for (let i = 0; i < 50; i++) {
    const moved = noisy.values[2 * i] - matrix.values[2 * i];
    expect(moved >= 0 && moved < 2).toBe(true);
    expect(noisy.values[2 * i + 1]).toBe(matrix.values[2 * i + 1]);
  }
  expect(quantize(noisy, grid)).toEqual(matrix);
  expect(await dequantize(matrix, grid, key(0))).toEqual(noisy);
  expect((await dequantize(matrix, grid, key(1))).values).not.toEqual(noisy.values);
});

test('a batch gets its noise by key', async () => {
  const x = tensor2d(rows);
  const [first, again, other] = [key(0), key(0), key(1)].map((k) => withNoise(x, grid, k));
  await expect(first).toBeAllClose(await again.data());
  expect(String(await first.data())).not.toBe(String(await other.data()));
});
