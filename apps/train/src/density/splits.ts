import { type Key, permutation } from '@pushforward/tensor';
import type { Table } from '../data/table.js';
import { UserError } from '../terminal/errors.js';
import { type Matrix, takeRows } from '../statistics/statistics.js';

/** A table's rows, shared out by key. */
export interface Splits {
  train: Matrix;
  validation: Matrix;
  test: Matrix;
}

const FEWEST_ROWS = 10;
/**
 * Shares the rows out.
 *
 * @throws UserError if there are too few rows
 */
export function splitTable(table: Table, { validation, test }: { validation: number; test: number }, key: Key): Splits {
  const { source, rows, columns } = table;
  const fewest = Math.max(FEWEST_ROWS, 2 * columns);
  if (rows < fewest)
    throw new UserError(
      `${source}: ${rows} ${rows === 1 ? 'row is' : 'rows are'} too few for ${columns} columns, at least ${fewest} are needed`,
    );
  const validationCount = Math.max(1, Math.round(validation * rows));
  const testCount = Math.max(2, Math.round(test * rows));
  const trainCount = rows - validationCount - testCount;
  if (trainCount < columns + 1) {
    throw new UserError(
      `${source}: --validation and --test leave ${Math.max(0, trainCount)} of ${rows} rows to train on, at least ${columns + 1} are needed`,
    );
  }
  const order = permutation(key, rows);
  return {
    train: takeRows(table, order.slice(validationCount + testCount)),
    validation: takeRows(table, order.slice(testCount, validationCount + testCount)),
    test: takeRows(table, order.slice(0, testCount)),
  };
}
