import { checkOptions, key, permutation, type Seed } from '@pushforward/tensor';
import { checkMatrix, type Matrix, takeRows } from '../arrays/matrix.js';
import type { TestResult } from '../tests/p-values.js';
import { copula } from './copula.js';
import { gaussian } from './gaussian.js';
import { kernel } from './kernel.js';

/** A model against one baseline, by the rows that neither was fitted to. */
export interface Comparison {
  name: string;
  /** The mean of `log p_model − log p_baseline`, in nats per row: above 0 the model is better. */
  difference: number;
  /** Of that mean, from the differences row by row. */
  standardError: number;
}

/** The result of {@link compareWithBaselines}; the statistic is the logarithm of the evidence against the model, in nats. */
export interface BaselineResult extends TestResult {
  comparisons: Comparison[];
}

/** The rows that baselines are fitted to and compared on together, at most: kernel density costs their square. */
const ROWS = 2000;

/**
 * A model against a Gaussian, a Gaussian copula and a kernel density, each fitted to one half of the rows and compared on the other, and the other way round.
 * The paired differences `log p_model(x) − log p_baseline(x)` have a mean and a standard error.
 *
 * The p-value is of the claim that the model is right. Then `E[Π p_baseline(x)/p_model(x)]` is at most 1 over the rows of either half, and so is the
 * mean of these products over halves and baselines, so `1 / that mean` is a p-value for every number of rows (Markov's inequality). It is small only
 * if a baseline is clearly better than the model: a simple density that beats a flow shows that something went wrong.
 *
 * **Shapes**: data `[N, D]`, logProb N numbers. **Units**: nats.
 *
 * Source: Wasserman, Ramdas & Balakrishnan 2020, "Universal inference", equation 3, for one fixed density.
 *
 * @param logProb the model's log-density of each row of data, which it was not fitted to; −∞ may be among them
 * @throws Error if a number is NaN, there are fewer than 8 rows, or logProb is of another number of rows
 *
 * @example
 * ```ts
 * import { compareWithBaselines, matrix } from '@pushforward/diagnostics';
 *
 * const data = matrix(Array.from({ length: 100 }, (_, i) => [Math.sin(i * i)]));
 * const tooWide = new Float64Array(100).fill(Math.log(0.01));
 * const { comparisons, pValue } = compareWithBaselines(data, tooWide, { seed: 0 });
 * console.log(comparisons[0].name, comparisons[0].difference < -2, pValue < 1e-9); // Gaussian true true
 * ```
 */
export function compareWithBaselines(
  data: Matrix,
  logProb: ArrayLike<number>,
  options: { seed?: Seed } = {},
): BaselineResult {
  checkOptions('compareWithBaselines', options, ['seed']);
  const { seed } = options;
  checkMatrix('compareWithBaselines: data', data, 8);
  if (logProb.length !== data.rows)
    throw new Error(`compareWithBaselines: logProb must be ${data.rows} numbers, got ${logProb.length}`);
  const order = permutation(key(seed), data.rows).slice(0, ROWS);
  const middle = order.length >> 1;
  const halves = [order.slice(0, middle), order.slice(middle)];
  const evidence: number[] = [];
  const comparisons: Comparison[] = [];
  for (const baseline of [gaussian, copula, kernel]) {
    const differences: number[] = [];
    for (const [k, half] of halves.entries()) {
      const density = baseline.fit(takeRows(data, halves[1 - k]));
      if (!density) break;
      const own = density(takeRows(data, half));
      const ofHalf = half.map((row, i) => (own[i] === -Infinity ? Infinity : logProb[row] - own[i]));
      differences.push(...ofHalf);
      evidence.push(-ofHalf.reduce((sum, value) => sum + value, 0));
    }
    if (differences.length < order.length) continue;
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const standardError = Math.sqrt(squares / (differences.length - 1) / differences.length);
    comparisons.push({ name: baseline.name, difference: mean, standardError });
  }
  const statistic = logMeanExp(evidence);
  return { comparisons, statistic, pValue: Math.min(1, Math.exp(-statistic)) };
}

/** log of the mean of e to the numbers; a number that is none, of a row that neither density allows, counts as no evidence. */
function logMeanExp(values: readonly number[]): number {
  const known = values.map((value) => (Number.isNaN(value) ? -Infinity : value));
  const largest = Math.max(...known);
  if (!Number.isFinite(largest)) return known.length === 0 ? 0 : largest;
  return largest + Math.log(known.reduce((sum, value) => sum + Math.exp(value - largest), 0) / known.length);
}
