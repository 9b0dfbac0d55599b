import { column, estimate, type Matrix } from '../../statistics/statistics.js';
import { UserError } from '../../terminal/errors.js';

/** Where each column lies, and how far it spreads. */
export interface ColumnStandard {
  loc: number[];
  scale: number[];
}

/**
 * The mean and the standard deviation of each column.
 *
 * @param divisor of the sum of squares: n as NumPy has it, or n − 1 as pandas has it
 * @param name what errors call the data
 * @throws UserError if a column has one value alone
 */
export function columnStandard(matrix: Matrix, divisor: 'n' | 'n − 1', name: string): ColumnStandard {
  const { rows, columns } = matrix;
  const estimates = Array.from({ length: columns }, (_, i) => estimate(column(matrix, i)));
  const scale = estimates.map(({ standardError }) =>
    Math.sqrt(standardError ** 2 * rows * (divisor === 'n' ? (rows - 1) / rows : 1)),
  );
  // Not by the scale, which rounding keeps from 0.
  const constant = estimates.findIndex((_, i) => column(matrix, i).every((value) => value === matrix.values[i]));
  if (constant >= 0) throw new UserError(`${name}: column ${constant + 1} of ${columns} must have more than one value`);
  return { loc: estimates.map(({ mean }) => mean), scale };
}

/** `(x − loc) / scale`, column by column. */
export function standardize({ values, rows, columns }: Matrix, { loc, scale }: ColumnStandard): Matrix {
  return { values: values.map((value, i) => (value - loc[i % columns]) / scale[i % columns]), rows, columns };
}
