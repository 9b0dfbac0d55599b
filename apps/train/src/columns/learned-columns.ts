import type { Key } from '@pushforward/tensor';
import { column, type Matrix } from '../statistics/statistics.js';
import type { ColumnProfile } from './column-profile.js';
import { type ColumnUnits, columnUnits } from './column-units.js';
import { type ColumnGrid, dequantize, type Grid, gridOf, isColumnGrid } from './dequantize.js';
import type { DeclaredKind } from './kinds/declared-kind.js';
import { present } from '../statistics/present.js';
import { ontoRealLine, supportOf } from './kinds/real-line.js';

/** How a column is learned. A type, so that it is JSON. */
export type LearnedColumn = {
  /** Where it is centred and scaled, noise included; of a kind that is mapped onto the real line, there. */
  loc: number;
  scale: number;
  grid: ColumnGrid;
  /** The row, from 1, of a value that is far from the others. */
  outlier: { row: number; value: number } | null;
};

/** The units of every column of rows to train on; of kinds that are mapped onto the real line, there, with the noise that the key decides. */
export function unitsOf(train: Matrix, kinds: readonly (DeclaredKind | null)[] = [], key?: Key): ColumnUnits[] {
  const noisy = key ? dequantize(train, gridOfKinds(kinds.map((kind) => (supportOf(kind) ? kind : null))), key) : train;
  const { real } = ontoRealLine(noisy, kinds);
  return Array.from({ length: train.columns }, (_, i) => columnUnits(present(column(real, i)).toSorted()));
}

/** The noise that kinds ask for: of one step of whole numbers or levels. */
function gridOfKinds(kinds: readonly (DeclaredKind | null)[]): Grid {
  return kinds.map((kind) =>
    kind?.kind === 'integer' || kind?.kind === 'ordinal' ? { start: 0, step: 1, parts: 1 } : { start: 0, step: 0 },
  );
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
    profiles.map(({ declared, grid: found }) => (isDequantized && !declared ? found : null)),
  );
  const ofKinds = gridOfKinds(profiles.map(({ declared }) => declared));
  return profiles.map(({ outlier, declared }, i) => {
    // Codes of categories stay as they are.
    if (declared?.kind === 'categorical') return { loc: 0, scale: 1, grid: ofKinds[i], outlier };
    if (supportOf(declared)) return { loc: units[i].loc, scale: units[i].scale, grid: ofKinds[i], outlier };
    const own = declared ? ofKinds[i] : grid[i];
    const { step } = own;
    // Uniform noise has its mean in the middle of a step, and the variance step² / 12.
    return {
      loc: units[i].loc + step / 2,
      scale: Math.hypot(units[i].scale, step / Math.sqrt(12)),
      grid: own,
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
