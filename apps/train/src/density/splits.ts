import { type Key, permutation } from '@pushforward/tensor';
import type { Table } from '../data/table.js';
import { UserError } from '../errors.js';
import { column, type Matrix, takeRows } from '../statistics.js';
import type { ColumnProfile } from './column-profile.js';

/** A table's rows, shared out by key. */
export interface Splits {
  train: Matrix;
  validation: Matrix;
  test: Matrix;
}

const FEWEST_ROWS = 10;
/** Half the distance between neighbouring float32 numbers, relative to their size. */
const HALF_ULP = 2 ** -24;

/**
 * Shares the rows out.
 *
 * @throws UserError if there are too few rows, or a column has no density to learn: it is constant, or varies by less than
 * single precision can tell apart
 */
export function splitTable(table: Table, profiles: readonly ColumnProfile[], { validation, test }: { validation: number; test: number }, key: Key): Splits {
  const { source, rows, columns, names } = table;
  const fewest = Math.max(FEWEST_ROWS, 2 * columns);
  if (rows < fewest) throw new UserError(`${source}: ${rows} ${rows === 1 ? 'row is' : 'rows are'} too few for ${columns} columns, at least ${fewest} are needed`);
  const validationCount = Math.max(1, Math.round(validation * rows));
  const testCount = Math.max(2, Math.round(test * rows));
  const trainCount = rows - validationCount - testCount;
  if (trainCount < columns + 1) {
    throw new UserError(`${source}: --validation and --test leave ${Math.max(0, trainCount)} of ${rows} rows to train on, at least ${columns + 1} are needed`);
  }
  const order = permutation(key, rows);
  const train = takeRows(table, order.slice(validationCount + testCount));
  for (const [i, name] of names.entries()) {
    const place = `${source}: column ${i + 1} ("${name}")`;
    const { low, high, loc, scale } = profiles[i];
    if (low === high) throw new UserError(`${place} is constant, ${low} in every row: it has no density, leave it out`);
    const inTraining = range(column(train, i));
    if (inTraining.low === inTraining.high) throw new UserError(`${place} is constant in the rows to train on; another --seed chooses others`);
    if (HALF_ULP * Math.abs(loc) > 1e-3 * scale) {
      throw new UserError(`${place} varies too little for its size (${low} to ${high}) for single precision: subtract a constant first`);
    }
  }
  return {
    train,
    validation: takeRows(table, order.slice(testCount, validationCount + testCount)),
    test: takeRows(table, order.slice(0, testCount)),
  };
}

function range(values: Float64Array): { low: number; high: number } {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}
