import type { Table } from '../data/table.js';
import { UserError } from '../terminal/errors.js';
import { fitGaussian, type FullGaussian, gaussianLogProb } from '../statistics/gaussian-baseline.js';
import { excerpt } from '../terminal/printable.js';
import { column, type Matrix, takeColumns, takeRows } from '../statistics/statistics.js';
import { logFrequenciesOf } from '../columns/kinds/categories.js';
import { categoriesOf, type DeclaredKind } from '../columns/kinds/declared-kind.js';
import type { LearnedColumn } from '../columns/learned-columns.js';
import { rolesOf } from '../columns/roles.js';

/** What a model is compared with: a Gaussian of the numbers, and of every column of categories how often each of them stands there. */
export interface Baseline {
  /** Of the columns in `order`; null if no column of numbers is learned. */
  gaussian: FullGaussian | null;
  /** The places of the columns of numbers, those that are given first. */
  order: readonly number[];
  /** The log-probabilities of the categories of a column that is learned, by its place. */
  logFrequencies: ReadonlyMap<number, Float64Array>;
}

/** Beyond so many deviations of the bulk a value is far from it. */
const FAR = 1000;

/**
 * What a model is compared with, given what that is given: the Gaussian of all rows, or where beside values far out float64 cannot see how the other rows differ, of
 * those; and the frequencies `(n + ½) / (N + K/2)` of categories.
 *
 * @param train the rows to train on, with the noise of a grid if they have one
 * @throws UserError if there is none: a column follows from others
 */
export function baselineOf(
  { source, names, given }: Pick<Table, 'source' | 'names' | 'given'>,
  train: Matrix,
  columns: readonly LearnedColumn[],
  kinds: readonly (DeclaredKind | null)[] = [],
): Baseline {
  const { learned } = rolesOf(names.length, given);
  const ofNumbers = (places: readonly number[]) => places.filter((i) => !categoriesOf(kinds[i] ?? null));
  const order = [...ofNumbers(given), ...ofNumbers(learned)];
  const count = ofNumbers(given).length;
  const logFrequencies = new Map(
    learned.flatMap((i) => {
      const categories = categoriesOf(kinds[i] ?? null);
      return categories ? [[i, logFrequenciesOf(column(train, i), categories.length)] as const] : [];
    }),
  );
  if (count === order.length) return { gaussian: null, order, logFrequencies };
  const fit = (rows: Matrix) => fitGaussian(takeColumns(rows, order), count);
  const ofAll = fit(train);
  if (!('dependentColumn' in ofAll)) return { gaussian: ofAll, order, logFrequencies };
  const bulk = bulkOf(train, columns);
  const ofBulk = bulk.rows < train.rows ? fit(bulk) : ofAll;
  if (!('dependentColumn' in ofBulk)) return { gaussian: ofBulk, order, logFrequencies };
  const index = order[ofBulk.dependentColumn];
  throw new UserError(
    `${source}: column ${index + 1} ("${excerpt(names[index], 40)}") is a linear function of ${count > 0 ? 'the given columns and of ' : ''}those before it: together they have no density, leave it out`,
  );
}

/** The log-density of every row of a table under what {@link baselineOf} gives, in nats. */
export function baselineDensities({ gaussian, order, logFrequencies }: Baseline, rows: Matrix): Float64Array {
  const nats = gaussian ? gaussianLogProb(gaussian, takeColumns(rows, order)) : new Float64Array(rows.rows);
  for (const [place, logFrequency] of logFrequencies)
    for (const [row, code] of column(rows, place).entries()) nats[row] += logFrequency[code];
  return nats;
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
