import { type Matrix } from '../../statistics/statistics.js';

/** A data set as the paper splits it. */
export interface Splits {
  train: Matrix;
  validation: Matrix;
  test: Matrix;
}

/** The last tenth of the rows, and the rows before it. */
export function lastTenth(matrix: Matrix): [rest: Matrix, last: Matrix] {
  const last = Math.floor(matrix.rows / 10);
  return [rowRange(matrix, 0, matrix.rows - last), rowRange(matrix, matrix.rows - last, matrix.rows)];
}

/** The last tenth to test on, and the last tenth of the rest to validate on. */
export function lastTenths(matrix: Matrix): Splits {
  const [rest, test] = lastTenth(matrix);
  const [train, validation] = lastTenth(rest);
  return { train, validation, test };
}

/** Rows one after another, without a copy. */
export function rowRange({ values, columns }: Matrix, start: number, end: number): Matrix {
  return { values: values.subarray(start * columns, end * columns), rows: end - start, columns };
}
