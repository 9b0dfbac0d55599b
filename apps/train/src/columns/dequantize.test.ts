import { key } from '@pushforward/tensor';
import { tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { evidentGrid } from './column-grid.js';
import { dequantize, type Grid, gridOf, quantize, withNoise } from './dequantize.js';

const rows = Array.from({ length: 50 }, (_, i) => [1 + 2 * (i % 4), 0.1 * i]);
const matrix = { values: Float64Array.from(rows.flat()), rows: 50, columns: 2 };
const grid: Grid = gridOf(matrix, [{ step: 2, parts: 1 }, null]);

test('noise stays within a step, leaves real numbers alone, and goes away again', () => {
  expect(grid).toEqual([
    { start: 1, step: 2, steps: 3, parts: 1 },
    { start: 0, step: 0 },
  ]);
  const noisy = dequantize(matrix, grid, key(0));
  for (let i = 0; i < 50; i++) {
    const moved = noisy.values[2 * i] - matrix.values[2 * i];
    expect(moved >= 0 && moved < 2).toBe(true);
    expect(noisy.values[2 * i + 1]).toBe(matrix.values[2 * i + 1]);
  }
  expect(quantize(noisy, grid)).toEqual(matrix);
  expect(dequantize(matrix, grid, key(0))).toEqual(noisy);
  expect(dequantize(matrix, grid, key(1)).values).not.toEqual(noisy.values);
});

test.each<[string, number[]]>([
  ['tenths', Array.from({ length: 11 }, (_, i) => i / 10)],
  ['of 0.05 from −1.15 on', Array.from({ length: 60 }, (_, i) => (5 * i - 115) / 100)],
  ['tens', [20, 30, 50]],
  ['sevenths', Array.from({ length: 8 }, (_, i) => i / 7)],
  ['sevenths with three decimals', Array.from({ length: 8 }, (_, i) => Number((i / 7).toFixed(3)))],
  ['255ths', Array.from({ length: 256 }, (_, i) => i / 255)],
])(
  'what is drawn is put on values that the file can have, no lower and no higher than in training: %s',
  (_, values) => {
    const distinct = Float64Array.from(values);
    const column = { values: distinct, rows: values.length, columns: 1 };
    const own = JSON.parse(JSON.stringify(gridOf(column, [evidentGrid(distinct)]))) as Grid;
    const { step } = own[0];
    const [low, high] = [values[0], values.at(-1)!];
    const drawn = Float64Array.from({ length: 2000 }, (_, i) => low - 2 * step + ((high - low + 5 * step) * i) / 2000);
    const found = new Set(quantize({ values: drawn, rows: 2000, columns: 1 }, own).values);
    if (values.length === 3) values = [20, 30, 40, 50];
    expect([...found]).toEqual(values);
    // In single precision, as a model draws them.
    expect(
      quantize(
        {
          values: Float64Array.from(distinct, (value) => Math.fround(value + step / 2)),
          rows: values.length,
          columns: 1,
        },
        own,
      ).values,
    ).toEqual(distinct);
  },
);

test('a model of before, whose grid has no ends, still gives values of its grid', () => {
  expect(
    quantize({ values: Float64Array.of(-3.5, 0.2, 99), rows: 3, columns: 1 }, [{ start: 1, step: 2 }]).values,
  ).toEqual(Float64Array.of(-5, -1, 99));
});

test('a batch gets its noise by key', async () => {
  const x = tensor2d(rows);
  const [first, again, other] = [key(0), key(0), key(1)].map((k) => withNoise(x, grid, k));
  await expect(first).toBeAllClose(await again.data());
  expect(String(await first.data())).not.toBe(String(await other.data()));
});
