import { add, mul, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { type Key, uniform } from '@pushforward/tensor';
import type { Matrix } from '../statistics.js';

/**
 * The grid of each column's values; a step of 0 stands for a column of real numbers, which stays as it is.
 *
 * A value x of a grid with step s becomes `x + s·u`, u uniform in [0, 1): of a density p of that, `E_u[log p(x + s·u)] + log s` is a lower bound of
 * the log-probability of x (Theis, van den Oord & Bethge 2016, "A note on the evaluation of generative models", section 3.1). A type, so that it is JSON.
 */
export type Grid = { start: number; step: number }[];

/** A batch of rows with fresh noise. */
export function withNoise(rows: Tensor, grid: Grid, key: Key): Tensor {
  return tidy(() => add(rows, mul(uniform(key, rows.shape), tensor1d(grid.map(({ step }) => step)))));
}

/** Rows with noise that the key decides. */
export async function dequantize(matrix: Matrix, grid: Grid, key: Key): Promise<Matrix> {
  const { values, rows, columns } = matrix;
  if (grid.every(({ step }) => step === 0)) return matrix;
  const noise = tidy(() => uniform(key, [rows, columns]));
  const u = await noise.data();
  noise.dispose();
  return { values: values.map((value, i) => value + grid[i % columns].step * u[i]), rows, columns };
}

/** Rows back on the grid: the value that each may have come from. */
export function quantize({ values, rows, columns }: Matrix, grid: Grid): Matrix {
  const onGrid = (value: number, { start, step }: Grid[number]) => (step === 0 ? value : start + step * Math.floor((value - start) / step));
  return { values: values.map((value, i) => onGrid(value, grid[i % columns])), rows, columns };
}
