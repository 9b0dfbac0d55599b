import { checkOptions, foldIn, key, type Seed } from '@pushforward/tensor';
import { checkMatrix, column, type Matrix } from '../arrays/matrix.js';
import { twoSidedTails } from '../numerics/binomial.js';
import { uniforms } from '../numerics/random.js';
import { DRAWS, monteCarloPValue, type SimulationOptions, type TestResult } from '../tests/p-values.js';

/** Options of {@link uniformityTest}. */
export interface UniformityOptions extends SimulationOptions {
  /** An integer or a key for the simulations. Default: a fresh key. */
  seed?: Seed;
  /** The chance that some column leaves its band though all are uniform. Default 0.05. */
  level?: number;
  /** Whether the columns are independent of each other if the model is right, as residuals are; ranks of a posterior are not. Default true. */
  independent?: boolean;
}

/** A simultaneous band for the ECDF of uniform numbers. */
export interface EcdfBand {
  /** The points at which it is evaluated, in (0, 1). */
  points: Float64Array;
  /** The lowest and the highest part of the numbers that may lie up to each point. */
  lower: Float64Array;
  upper: Float64Array;
}

/** The result of {@link uniformityTest}. */
export interface UniformityResult extends TestResult {
  /** Of each column, as if it were the only one. */
  columns: TestResult[];
  /** The same band for every column: some column leaves it at one of the points exactly when the p-value is at most the level. */
  band: EcdfBand;
}

/**
 * Whether the numbers of each column are uniform on [0, 1]: the ECDF (the part of the numbers up to a point) against simultaneous bands.
 *
 * Up to the point t there are Binomial(n, t) of n uniform numbers. The statistic is the least two-sided tail probability of such a count, over a
 * grid of points and all columns; its distribution is simulated, so that the p-value is exact for every number of rows. With columns
 * that depend on each other, the least p-value of a column is multiplied by their number.
 *
 * **Shapes**: u `[N, D]`, in [0, 1].
 *
 * Source: Säilynoja, Bürkner & Vehtari 2022, "Graphical test for discrete uniformity and its applications in goodness-of-fit evaluation and
 * multiple sample comparison", section 2.2.
 *
 * @throws Error if a number is NaN or outside of [0, 1], or there are none
 *
 * @example
 * ```ts
 * import { matrix, uniformityTest } from '@pushforward/diagnostics';
 *
 * const middle = matrix(Array.from({ length: 100 }, (_, i) => [0.3 + 0.004 * i]));
 * console.log(uniformityTest(middle, { seed: 0 }).pValue); // 0.002
 * ```
 */
export function uniformityTest(u: Matrix, options: UniformityOptions = {}): UniformityResult {
  checkOptions('uniformityTest', options, ['seed', 'level', 'independent', 'draws']);
  const { draws = DRAWS, level = 0.05, independent = true } = options;
  checkMatrix('uniformityTest: u', u, 1);
  const outside = u.values.find((value) => value < 0 || value > 1);
  if (outside !== undefined) throw new Error(`uniformityTest: u must be in [0, 1], got ${outside}`);
  const { rows: n, columns } = u;
  const cells = Math.min(100, n + 1);
  const tails = Array.from({ length: cells - 1 }, (_, i) => twoSidedTails(n, (i + 1) / cells));
  const observed = Array.from({ length: columns }, (_, i) => leastTail(column(u, i), tails));
  const parent = key(options.seed);
  const ofColumns = new Float64Array(draws * columns);
  const ofAll = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    const values = uniforms(foldIn(parent, draw), n * columns);
    for (let i = 0; i < columns; i++)
      ofColumns[draw * columns + i] = leastTail(values.subarray(i * n, (i + 1) * n), tails);
    ofAll[draw] = Math.min(...ofColumns.subarray(draw * columns, (draw + 1) * columns));
  }
  // Small is extreme here.
  const negated = ofColumns.map((value) => -value);
  const results = observed.map((statistic) => ({ statistic, pValue: monteCarloPValue(-statistic, negated) }));
  const statistic = Math.min(...observed);
  const pValue = independent
    ? monteCarloPValue(
        -statistic,
        ofAll.map((value) => -value),
      )
    : Math.min(1, columns * Math.min(...results.map((result) => result.pValue)));
  // The p-value is at most the level exactly where the statistic is below this one of the simulated ones.
  const [simulated, part] = independent ? [ofAll, level] : [ofColumns, level / columns];
  const critical = simulated.toSorted()[Math.floor(part * (simulated.length + 1) + 1e-9) - 1] ?? 0;
  return { statistic, pValue, columns: results, band: bandOf(tails, critical, n) };
}

/** The least tail probability of the counts up to the points. */
function leastTail(values: Float64Array, tails: readonly Float64Array[]): number {
  const cells = tails.length + 1;
  const counts = new Uint32Array(cells);
  // A value at a point counts as up to it.
  for (const value of values) counts[Math.min(cells - 1, Math.max(0, Math.ceil(value * cells) - 1))]++;
  let least = 1;
  for (let i = 0, count = 0; i < tails.length; i++) {
    count += counts[i];
    least = Math.min(least, tails[i][count]);
  }
  return least;
}

function bandOf(tails: readonly Float64Array[], critical: number, n: number): EcdfBand {
  const within = (value: number) => value >= critical;
  return {
    points: Float64Array.from(tails, (_, i) => (i + 1) / (tails.length + 1)),
    lower: Float64Array.from(tails, (tail) => tail.findIndex(within) / n),
    upper: Float64Array.from(tails, (tail) => tail.findLastIndex(within) / n),
  };
}
