import { isColumnGrid } from '../../model/model-notes.js';
import { column, type Matrix } from '../../statistics/statistics.js';
import type { ColumnProfile } from './column-profile.js';
import { type ColumnUnits, columnUnits } from './column-units.js';
import { type ColumnGrid, gridOf } from './dequantize.js';

/** How a column is learned. A type, so that it is JSON. */
export type LearnedColumn = {
  /** Where it is centred and scaled, noise included. */
  loc: number;
  scale: number;
  grid: ColumnGrid;
  /** The row, from 1, of a value that is far from the others. */
  outlier: { row: number; value: number } | null;
};

/** The units of every column of rows to train on. */
export function unitsOf(train: Matrix): ColumnUnits[] {
  return Array.from({ length: train.columns }, (_, i) => columnUnits(column(train, i).toSorted()));
}

/** How columns are learned, by what they are in the file and by their units in the rows to train on. */
export function learnedColumns(
  train: Matrix,
  profiles: readonly ColumnProfile[],
  units: readonly ColumnUnits[],
  isDequantized: boolean,
): LearnedColumn[] {
  const grid = gridOf(
    train,
    profiles.map((profile) => (isDequantized ? profile.grid : null)),
  );
  return profiles.map(({ outlier }, i) => {
    const { step } = grid[i];
    // Uniform noise has its mean in the middle of a step, and the variance step² / 12.
    return {
      loc: units[i].loc + step / 2,
      scale: Math.hypot(units[i].scale, step / Math.sqrt(12)),
      grid: grid[i],
      outlier,
    };
  });
}

/** Whether a piece of JSON is how columns are learned. */
export function areLearnedColumns(value: unknown): value is LearnedColumn[] {
  return Array.isArray(value) && value.length > 0 && value.every(isLearnedColumn);
}

function isLearnedColumn(value: unknown): boolean {
  const { loc, scale, grid, outlier } = (value ?? {}) as Partial<LearnedColumn>;
  const isOutlier = outlier === null || (Number.isSafeInteger(outlier?.row) && Number.isFinite(outlier?.value));
  return Number.isFinite(loc) && Number.isFinite(scale) && scale! > 0 && isColumnGrid(grid) && isOutlier;
}
