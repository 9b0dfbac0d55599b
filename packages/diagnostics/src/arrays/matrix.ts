import type { Tensor } from '@tensorflow/tfjs-core';
import { checkTensor, sizeOf } from '@pushforward/tensor';

/**
 * Rows of numbers in float64, one row after another: what the tests compute with.
 *
 * @example
 * ```ts
 * import { matrix } from '@pushforward/diagnostics';
 *
 * const rows = matrix([[1, 2, 3], [4, 5, 6]]);
 * console.log(rows.rows, rows.columns); // 2 3
 * ```
 */
export interface Matrix {
  /** `rows · columns` numbers. */
  values: Float64Array;
  rows: number;
  columns: number;
}

/**
 * A {@link Matrix} of lists of numbers.
 *
 * @throws Error if the lists differ in length
 *
 * @example
 * ```ts
 * import { matrix } from '@pushforward/diagnostics';
 *
 * console.log(matrix([[1], [2]]).values); // Float64Array(2) [ 1, 2 ]
 * ```
 */
export function matrix(rows: readonly (readonly number[])[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const odd = rows.findIndex((row) => row.length !== columns);
  if (odd >= 0) throw new Error(`matrix: every row must have ${columns} numbers, got ${rows[odd].length} at ${odd}`);
  return { values: Float64Array.from(rows.flat()), rows: rows.length, columns };
}

/**
 * The numbers of a tensor as a {@link Matrix}: a row for each entry of the first axis, with everything behind it in a row.
 *
 * @throws Error if `x` is no tensor of at least one axis
 *
 * @example
 * ```ts
 * import { tensor2d } from '@tensorflow/tfjs-core';
 * import '@tensorflow/tfjs';
 * import { readMatrix } from '@pushforward/diagnostics';
 *
 * const { rows, columns } = await readMatrix(tensor2d([[1, 2, 3]]));
 * console.log(rows, columns); // 1 3
 * ```
 */
export async function readMatrix(x: Tensor): Promise<Matrix> {
  checkTensor('readMatrix: x', x);
  if (x.rank === 0) throw new Error('readMatrix: x must be [N, ...], got []');
  return { values: Float64Array.from(await x.data()), rows: x.shape[0], columns: sizeOf(x.shape.slice(1)) };
}

/** One column. */
export function column({ values, rows, columns }: Matrix, index: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * columns + index]);
}

/** Some rows, in the order given. */
export function takeRows({ values, columns }: Matrix, rows: readonly number[]): Matrix {
  const taken = new Float64Array(rows.length * columns);
  for (const [i, row] of rows.entries()) taken.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
  return { values: taken, rows: rows.length, columns };
}

/** The columns of one matrix and then those of another. */
export function joinColumns(a: Matrix, b: Matrix): Matrix {
  const columns = a.columns + b.columns;
  const values = new Float64Array(a.rows * columns);
  for (let row = 0; row < a.rows; row++) {
    values.set(a.values.subarray(row * a.columns, (row + 1) * a.columns), row * columns);
    values.set(b.values.subarray(row * b.columns, (row + 1) * b.columns), row * columns + a.columns);
  }
  return { values, rows: a.rows, columns };
}

/** Throws unless a matrix has at least so many rows and, if said, so many columns. */
export function checkMatrix(name: string, { values, rows, columns }: Matrix, fewest: number, wanted?: number): void {
  if (rows < fewest || columns === 0 || (wanted !== undefined && columns !== wanted))
    throw new Error(
      `${name} must have at least ${fewest} rows of ${wanted ?? 'some'} numbers, got [${rows}, ${columns}]`,
    );
  const strange = values.findIndex((value) => Number.isNaN(value));
  if (strange >= 0)
    throw new Error(
      `${name} must be numbers, got NaN in row ${Math.floor(strange / columns)}, column ${strange % columns}`,
    );
}
