import type { Table } from '../data/table.js';
import { UserError } from '../terminal/errors.js';
import { fitGaussian, type FullGaussian } from '../statistics/gaussian-baseline.js';
import { excerpt } from '../terminal/printable.js';
import { type Matrix, takeRows } from '../statistics/statistics.js';
import type { LearnedColumn } from './columns/learned-columns.js';

/** Beyond so many deviations of the bulk a value is far from it. */
const FAR = 1000;

/**
 * The Gaussian that a flow is compared with: of all rows, or where beside values far out float64 cannot see how the other rows differ, of those.
 *
 * @param train the rows to train on, with the noise of a grid if they have one
 * @throws UserError if there is none: a column follows from others
 */
export function gaussianOf(
  { source, names }: Pick<Table, 'source' | 'names'>,
  train: Matrix,
  columns: readonly LearnedColumn[],
): FullGaussian {
  const gaussian = fitGaussian(train);
  if (!('dependentColumn' in gaussian)) return gaussian;
  const bulk = bulkOf(train, columns);
  const ofBulk = bulk.rows < train.rows ? fitGaussian(bulk) : gaussian;
  if (!('dependentColumn' in ofBulk)) return ofBulk;
  const index = ofBulk.dependentColumn;
  throw new UserError(
    `${source}: column ${index + 1} ("${excerpt(names[index], 40)}") is a linear function of those before it: together they have no density, leave it out`,
  );
}

/** The rows without a value far from the others in its column. */
function bulkOf(train: Matrix, columns: readonly LearnedColumn[]): Matrix {
  const isFar = (row: number) =>
    columns.some(
      ({ outlier, loc, scale }, i) => outlier && Math.abs(train.values[row * train.columns + i] - loc) > FAR * scale,
    );
  return takeRows(
    train,
    Array.from({ length: train.rows }, (_, row) => row).filter((row) => !isFar(row)),
  );
}
