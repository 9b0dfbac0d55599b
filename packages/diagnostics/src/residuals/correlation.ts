import { checkOptions, foldIn, key, type Seed } from '@pushforward/tensor';
import { checkMatrix, column, type Matrix } from '../arrays/matrix.js';
import { normals } from '../numerics/random.js';
import { DRAWS, monteCarloPValue, type SimulationOptions, type TestResult } from '../tests/p-values.js';

/** The result of {@link correlationTest}. */
export interface CorrelationResult extends TestResult {
  /** The pair of columns with the largest correlation in absolute value. */
  pair: [number, number];
  /** Every correlation, `D × D`. */
  correlations: Matrix;
}

/** Options of {@link correlationTest}. */
export interface CorrelationOptions extends SimulationOptions {
  /** An integer or a key for the simulations. Default: a fresh key. */
  seed?: Seed;
  /** The correlated quantities: the residuals, or their squares, which show a spread that another column decides. Default 'values'. */
  of?: 'values' | 'squares';
}

/** The rows that are simulated, at most. */
const ROWS = 2000;

/**
 * Whether residuals of different columns are uncorrelated, as they are when the density is right: the largest absolute correlation of a pair of
 * columns, with the p-value of standard normal numbers of the same shape, so that it is exact. Of more than 2000 rows the first 2000 are used:
 * shuffle rows that have an order.
 *
 * **Shapes**: z `[N, D]`, D at least 2.
 *
 * Source: Jiang 2004, "The asymptotic distributions of the largest entries of sample correlation matrices", for the statistic.
 *
 * @throws Error if a number is NaN, there are fewer than 3 rows or 2 columns
 *
 * @example
 * ```ts
 * import { correlationTest, matrix } from '@pushforward/diagnostics';
 *
 * const pairs = matrix(Array.from({ length: 50 }, (_, i) => [Math.sin(i), Math.sin(i) + Math.cos(7 * i)]));
 * console.log(correlationTest(pairs, { seed: 0 }).pValue); // 0.002
 * ```
 */
export function correlationTest(z: Matrix, options: CorrelationOptions = {}): CorrelationResult {
  checkOptions('correlationTest', options, ['seed', 'of', 'draws']);
  const { draws = DRAWS, seed, of = 'values' } = options;
  checkMatrix('correlationTest: z', z, 3);
  if (z.columns < 2) throw new Error(`correlationTest: z must have at least 2 columns, got ${z.columns}`);
  const { columns } = z;
  const rows = Math.min(ROWS, z.rows);
  const used = { values: z.values.subarray(0, rows * columns), rows, columns };
  const list = Array.from({ length: columns }, (_, i) => column(used, i));
  const correlations = correlationMatrix(list, of);
  const largest = largestOf(correlations);
  const parent = key(seed);
  const simulated = Float64Array.from({ length: draws }, (_, draw) => {
    const values = normals(foldIn(parent, draw), rows * columns);
    return largestOf(
      correlationMatrix(
        list.map((_column, i) => values.subarray(i * rows, (i + 1) * rows)),
        of,
      ),
    ).statistic;
  });
  return { ...largest, pValue: monteCarloPValue(largest.statistic, simulated), correlations };
}

function correlationMatrix(list: readonly Float64Array[], of: 'values' | 'squares'): Matrix {
  const columns = list.length;
  const standard = list.map((values) => standardised(of === 'squares' ? values.map((value) => value * value) : values));
  const values = new Float64Array(columns * columns);
  for (const [i, a] of standard.entries()) {
    for (let j = 0; j <= i; j++) {
      const b = standard[j];
      let sum = 0;
      for (let row = 0; row < a.length; row++) sum += a[row] * b[row];
      values[i * columns + j] = values[j * columns + i] = sum;
    }
  }
  return { values, rows: columns, columns };
}

/** With mean 0 and length 1; zeros for what does not vary. */
export function standardised(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const centred = values.map((value) => value - mean);
  const length = Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0));
  return centred.map((value) => (length > 0 ? value / length : 0));
}

function largestOf({ values, columns }: Matrix): { statistic: number; pair: [number, number] } {
  let statistic = 0;
  let pair: [number, number] = [0, 1];
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < i; j++) {
      const size = Math.abs(values[i * columns + j]);
      if (size > statistic) [statistic, pair] = [size, [j, i]];
    }
  }
  return { statistic, pair };
}
