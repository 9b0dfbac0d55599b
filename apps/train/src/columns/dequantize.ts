import { add, mul, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { type Key, randomBits, uniform } from '@pushforward/tensor';
import { column, type Matrix } from '../statistics/statistics.js';
import { present } from '../statistics/present.js';
import type { ValueGrid } from './column-grid.js';

/** The grid of one column's values. A type, so that it is JSON. */
export type ColumnGrid = {
  /** The lowest value seen in training. */
  start: number;
  /** 0 stands for a column of real numbers, which stays as it is. */
  step: number;
  /** How many steps above it the highest one is. Absent from models of before: then there is no highest one. */
  steps?: number;
  /** All values are whole numbers over this one, exactly. */
  parts?: number;
  /** Where rounding moved values off the grid: those seen in training, ascending. */
  seen?: number[];
};

/** Whether a piece of JSON is the grid of a column. */
export function isColumnGrid(value: unknown): value is ColumnGrid {
  const { start, step, steps, parts, seen } = (value ?? {}) as Partial<ColumnGrid>;
  const areCounts = [steps, parts].every((count) => count === undefined || (Number.isSafeInteger(count) && count > 0));
  const areSeen = seen === undefined || (Array.isArray(seen) && seen.length > 0 && seen.every(Number.isFinite));
  return Number.isFinite(start) && Number.isFinite(step) && step! >= 0 && areCounts && areSeen;
}

/**
 * The grid of each column's values.
 *
 * A value x of a grid with step s becomes `x + s·u`, u uniform in [0, 1): of a density p of that, `E_u[log p(x + s·u)] + log s` is a lower bound of
 * the log-probability of x (Theis, van den Oord & Bethge 2016, "A note on the evaluation of generative models", section 3.1). A type, so that it is JSON.
 */
export type Grid = ColumnGrid[];

/** The grids of the columns of rows to train on; null for a column of real numbers. */
export function gridOf(train: Matrix, grids: readonly (ValueGrid | null)[]): Grid {
  return grids.map((grid, i) => {
    if (!grid) return { start: 0, step: 0 };
    const sorted = present(column(train, i)).toSorted();
    const [start, step] = [sorted[0], grid.step];
    const steps = Math.round((sorted.at(-1)! - start) / step);
    return {
      start,
      step,
      steps,
      ...(grid.parts === undefined ? { seen: [...new Set(sorted)] } : { parts: grid.parts }),
    };
  });
}

/** A batch of rows with fresh noise. */
export function withNoise(rows: Tensor, grid: Grid, key: Key): Tensor {
  return tidy(() => add(rows, noiseOf(rows.shape, grid, key)));
}

/** The noise of rows of such a shape. */
export function noiseOf(shape: readonly number[], grid: Grid, key: Key): Tensor {
  return tidy(() => mul(uniform(key, shape), tensor1d(grid.map(({ step }) => step))));
}

/** Rows with noise that the key decides. */
export function dequantize(matrix: Matrix, grid: Grid, key: Key): Matrix {
  const { values, rows, columns } = matrix;
  if (grid.every(({ step }) => step === 0)) return matrix;
  const bits = randomBits(key, values.length);
  return { values: values.map((value, i) => value + (grid[i % columns].step * bits[i]) / 2 ** 32), rows, columns };
}

/** Rows back on the grid: the values that they may have come from, as the file has them, between the lowest and the highest seen in training. */
export function quantize({ values, rows, columns }: Matrix, grid: Grid): Matrix {
  return { values: values.map((value, i) => onGrid(value, grid[i % columns])), rows, columns };
}

function onGrid(value: number, { start, step, steps = Infinity, parts, seen }: ColumnGrid): number {
  if (step === 0 || Number.isNaN(value)) return value;
  const lowest = steps === Infinity ? -Infinity : 0;
  const index = Math.min(Math.max(Math.floor((value - start) / step), lowest), steps);
  const exact = start + step * index;
  if (seen)
    return seen.reduce((nearest, other) => (Math.abs(other - exact) < Math.abs(nearest - exact) ? other : nearest));
  return parts === undefined ? exact : Math.round(exact * parts) / parts;
}
