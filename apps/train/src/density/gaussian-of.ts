import type { Table } from '../data/table.js';
import { UserError } from '../terminal/errors.js';
import { fitGaussian, type FullGaussian, gaussianLogProb } from '../statistics/gaussian-baseline.js';
import { excerpt } from '../terminal/printable.js';
import { type Matrix, takeColumns, takeRows } from '../statistics/statistics.js';
import type { LearnedColumn } from './columns/learned-columns.js';
import { rolesOf } from './roles.js';

/** Beyond so many deviations of the bulk a value is far from it. */
const FAR = 1000;

/**
 * The Gaussian that a flow is compared with, given what the flow is given: of all rows, or where beside values far out float64 cannot see how the other rows differ, of those.
 *
 * @param train the rows to train on, with the noise of a grid if they have one
 * @returns of the columns in another order: those that are given, then the others
 * @throws UserError if there is none: a column follows from others
 */
export function gaussianOf(
  { source, names, given }: Pick<Table, 'source' | 'names' | 'given'>,
  train: Matrix,
  columns: readonly LearnedColumn[],
): FullGaussian {
  const order = givenFirst(names.length, given);
  const fit = (rows: Matrix) => fitGaussian(takeColumns(rows, order), given.length);
  const gaussian = fit(train);
  if (!('dependentColumn' in gaussian)) return gaussian;
  const bulk = bulkOf(train, columns);
  const ofBulk = bulk.rows < train.rows ? fit(bulk) : gaussian;
  if (!('dependentColumn' in ofBulk)) return ofBulk;
  const index = order[ofBulk.dependentColumn];
  throw new UserError(
    `${source}: column ${index + 1} ("${excerpt(names[index], 40)}") is a linear function of ${given.length > 0 ? 'the given columns and of ' : ''}those before it: together they have no density, leave it out`,
  );
}

/** The log-density of every row of a table under what {@link gaussianOf} gives, in nats. */
export function gaussianDensities(gaussian: FullGaussian, rows: Matrix, given: readonly number[]): Float64Array {
  return gaussianLogProb(gaussian, takeColumns(rows, givenFirst(rows.columns, given)));
}

function givenFirst(columns: number, given: readonly number[]): number[] {
  return [...given, ...rolesOf(columns, given).learned];
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
