/** A mean and its standard error. */
export interface Estimate {
  mean: number;
  /** `stddev / √n`, the standard error of the mean. */
  standardError: number;
}

/** The mean of numbers and its standard error, in float64; at least two numbers are needed for the latter. */
export function estimate(values: ArrayLike<number>): Estimate {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i];
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i] - mean) ** 2;
  return { mean, standardError: Math.sqrt(squares / (n - 1) / n) };
}

/** The mean of paired differences `a − b`, and its standard error. */
export function pairedDifference(a: ArrayLike<number>, b: ArrayLike<number>): Estimate {
  return estimate(Float64Array.from(a, (value, i) => value - b[i]));
}

/** As `−92.41 ± 0.35`, with a true minus sign. */
export function formatEstimate({ mean, standardError }: Estimate, { digits = 2, sign = false } = {}): string {
  const plus = sign && mean > 0 ? '+' : '';
  return `${plus}${formatNumber(mean, digits)} ± ${standardError.toFixed(digits)}`;
}

/** A number with a fixed count of decimals and a true minus sign. */
export function formatNumber(value: number, digits: number): string {
  return value.toFixed(digits).replace('-', '−');
}

/** A whole number with its thousands set off, as `10,000`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en');
}

/** Rows of numbers in one array, row after row. */
export interface Matrix {
  values: Float64Array;
  rows: number;
  columns: number;
}

/** The mean of every column. */
export function columnMeans({ values, rows, columns }: Matrix): Float64Array {
  const means = new Float64Array(columns);
  for (let i = 0; i < rows * columns; i++) means[i % columns] += values[i];
  return means.map((sum) => sum / rows);
}

/** The covariance matrix, `columns × columns`, with the divisor n: the maximum-likelihood estimate. */
export function covariance(matrix: Matrix): Float64Array {
  const { values, rows, columns } = matrix;
  const means = columnMeans(matrix);
  const result = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) {
      const a = values[row * columns + i] - means[i];
      for (let j = 0; j <= i; j++) result[i * columns + j] += a * (values[row * columns + j] - means[j]);
    }
  }
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j <= i; j++) result[j * columns + i] = result[i * columns + j] /= rows;
  }
  return result;
}

/** Some rows of a matrix, in the order given. */
export function takeRows({ values, columns }: Matrix, rows: ArrayLike<number>): Matrix {
  const taken = new Float64Array(rows.length * columns);
  for (let i = 0; i < rows.length; i++)
    taken.set(values.subarray(rows[i] * columns, (rows[i] + 1) * columns), i * columns);
  return { values: taken, rows: rows.length, columns };
}

/** Some columns of a matrix, in the order given. */
export function takeColumns(matrix: Matrix, chosen: readonly number[]): Matrix {
  const { values, rows, columns } = matrix;
  if (chosen.length === columns && chosen.every((index, i) => index === i)) return matrix;
  const taken = new Float64Array(rows * chosen.length);
  for (let row = 0; row < rows; row++) {
    for (const [i, index] of chosen.entries()) taken[row * chosen.length + i] = values[row * columns + index];
  }
  return { values: taken, rows, columns: chosen.length };
}

/** One column. */
export function column({ values, rows, columns }: Matrix, index: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => values[row * columns + index]);
}

/** The rows of one matrix and then those of another. */
export function concatenateRows(a: Matrix, b: Matrix): Matrix {
  const values = new Float64Array(a.values.length + b.values.length);
  values.set(a.values);
  values.set(b.values, a.values.length);
  return { values, rows: a.rows + b.rows, columns: a.columns };
}
