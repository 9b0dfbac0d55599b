import { checkOptions, foldIn, key, permutation, type Seed } from '@pushforward/tensor';
import { checkMatrix, column, type Matrix } from '../arrays/matrix.js';
import { standardised } from '../residuals/correlation.js';
import { DRAWS, monteCarloPValue, type SimulationOptions, type TestResult } from '../tests/p-values.js';

/** The result of {@link contextTest}. */
export interface ContextResult extends TestResult {
  /** The column of the residuals with the largest correlation, and that of the context. */
  residual: number;
  given: number;
  /** Whether it is the residual's distance from its median that is correlated, not the residual itself. */
  isSpread: boolean;
}

/** The rows that are used, at most. */
const ROWS = 2000;

/**
 * Whether residuals of a conditional model have nothing to do with what it is given, as they have when it is right: the largest absolute rank correlation of
 * a number of the context with a residual, or with its distance from its median. A model that ignores its context may be right on average over all
 * contexts, so that its calibration shows nothing; its residuals still move with the context.
 *
 * The p-value is that of the residuals' rows in random order, and so exact whatever the contexts are. Of more than 2000 rows the first 2000 are used:
 * shuffle rows that have an order.
 *
 * **Shapes**: u `[N, D]`, the residuals as probabilities; context `[N, C]`.
 *
 * Source: Pitman 1937, "Significance tests which may be applied to samples from any populations II. The correlation coefficient test".
 *
 * @throws Error if a number is NaN, there are fewer than 3 rows, or the rows of the two are not as many
 *
 * @example
 * ```ts
 * import { contextTest, matrix } from '@pushforward/diagnostics';
 *
 * const context = matrix(Array.from({ length: 50 }, (_, i) => [Math.sin(i)]));
 * const u = matrix(Array.from({ length: 50 }, (_, i) => [0.5 + 0.3 * Math.sin(i) + 0.1 * Math.cos(7 * i)]));
 * console.log(contextTest(u, context, { seed: 0 }).pValue); // 0.002
 * ```
 */
export function contextTest(
  u: Matrix,
  context: Matrix,
  options: SimulationOptions & { seed?: Seed } = {},
): ContextResult {
  checkOptions('contextTest', options, ['draws', 'seed']);
  const { draws = DRAWS, seed } = options;
  checkMatrix('contextTest: u', u, 3);
  checkMatrix('contextTest: context', context, 3);
  if (context.rows !== u.rows)
    throw new Error(`contextTest: context must have ${u.rows} rows, as u has, got ${context.rows}`);
  const rows = Math.min(ROWS, u.rows);
  const first = (source: Matrix, i: number) => column(source, i).subarray(0, rows);
  const given = Array.from({ length: context.columns }, (_, i) => standardised(ranks(first(context, i))));
  const residuals = Array.from({ length: 2 * u.columns }, (_, i) => {
    const isSpread = i >= u.columns;
    const values = first(u, i % u.columns);
    return standardised(ranks(isSpread ? values.map((value) => Math.abs(value - 0.5)) : values));
  });
  const largest = (order: readonly number[]) => {
    let best = { statistic: 0, residual: 0, given: 0, isSpread: false };
    for (const [i, a] of residuals.entries()) {
      for (const [j, b] of given.entries()) {
        let sum = 0;
        for (let row = 0; row < rows; row++) sum += a[order[row]] * b[row];
        const statistic = Math.abs(sum);
        if (statistic > best.statistic)
          best = { statistic, residual: i % u.columns, given: j, isSpread: i >= u.columns };
      }
    }
    return best;
  };
  const observed = largest(Array.from({ length: rows }, (_, row) => row));
  const parent = key(seed);
  const simulated = Float64Array.from(
    { length: draws },
    (_, draw) => largest(permutation(foldIn(parent, draw), rows)).statistic,
  );
  return { ...observed, pValue: monteCarloPValue(observed.statistic, simulated) };
}

/** Of each value among all of them, from 0; equal values share the middle of their ranks. */
function ranks(values: Float64Array): Float64Array {
  const order = Array.from(values.keys()).toSorted((a, b) => values[a] - values[b]);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) result[order[i]] = (start + end - 1) / 2;
    start = end;
  }
  return result;
}
