import { column, type Matrix, takeColumns, takeRows } from '../../statistics/statistics.js';
import { UserError } from '../../terminal/errors.js';
import { type Archive, readCsv, shownFile } from './archive.js';
import { lastTenth, type Splits } from './splits.js';
import { columnStandard, standardize } from './standardize.js';

const [TRAIN, TEST] = ['hepmass/1000_train.csv', 'hepmass/1000_test.csv'];
const SIGNAL = 1;
const MOST = 5;

/**
 * Collisions of particles: those with a new particle of mass 1000, without features that have the same value too often; standardised by what is not
 * tested on.
 *
 * Source: the paper's appendix D, and `datasets/hepmass.py` of the authors' program.
 */
export async function readHepmass(archive: Archive): Promise<Splits> {
  const all = await readCsv(archive, TRAIN, {});
  // The test file has one more column, at its end, which the authors leave out.
  const columns = Array.from({ length: all.columns }, (_, i) => String(i + 1));
  const signals = signalsOf(all, shownFile(archive, TRAIN));
  const tested = signalsOf(await readCsv(archive, TEST, { columns }), shownFile(archive, TEST));
  const standard = columnStandard(signals, 'n − 1', shownFile(archive, TRAIN));
  const kept = Array.from({ length: signals.columns }, (_, i) => i).filter((i) => smallestCount(signals, i) <= MOST);
  const [train, validation] = lastTenth(takeColumns(standardize(signals, standard), kept));
  return { train, validation, test: takeColumns(standardize(tested, standard), kept) };
}

/** The features of the rows whose label, the first column, says that they are no background. */
function signalsOf(labelled: Matrix, name: string): Matrix {
  const { values, rows, columns } = labelled;
  const signals = Array.from({ length: rows }, (_, row) => row).filter((row) => values[row * columns] === SIGNAL);
  if (signals.length < 2 || columns < 2)
    throw new UserError(`${name}: must have rows with label ${SIGNAL} in the first column and features behind it`);
  const features = Array.from({ length: columns - 1 }, (_, i) => i + 1);
  return takeColumns(takeRows(labelled, signals), features);
}

/** How often a column has its smallest value. The authors' program counts all values, and looks at the first in order alone. */
function smallestCount(matrix: Matrix, index: number): number {
  const values = column(matrix, index);
  const smallest = values.reduce((least, value) => Math.min(least, value), Infinity);
  return values.reduce((count, value) => count + (value === smallest ? 1 : 0), 0);
}
