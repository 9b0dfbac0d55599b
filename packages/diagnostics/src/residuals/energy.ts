import { checkOptions, foldIn, key, type Seed } from '@pushforward/tensor';
import { checkMatrix, type Matrix } from '../arrays/matrix.js';
import { normals } from '../numerics/random.js';
import { DRAWS, monteCarloPValue, type SimulationOptions, type TestResult } from '../tests/p-values.js';

/** The rows that are compared with each other; their number squared is what the test costs. */
const ROWS = 400;

/**
 * Whether residuals have the standard normal distribution, by their energy distance from it:
 * `n (2/n Σ E‖zᵢ − Z‖ − E‖Z − Z′‖ − 1/n² Σᵢⱼ ‖zᵢ − zⱼ‖)`, which is 0 for large n only if they do, whatever the difference is. The p-value comes from
 * standard normal numbers of the same shape, so it is exact. Of more than 400 rows the first 400 are used: shuffle rows that have an order.
 *
 * **Shapes**: z `[N, D]`.
 *
 * Source: Székely & Rizzo 2005, "A new test for multivariate normality", equations 2 to 5.
 *
 * @throws Error if a number is NaN or there are fewer than 2 rows
 *
 * @example
 * ```ts
 * import { energyTest, matrix } from '@pushforward/diagnostics';
 *
 * const narrow = matrix(Array.from({ length: 100 }, (_, i) => [Math.sin(i) / 2]));
 * console.log(energyTest(narrow, { seed: 0 }).pValue); // 0.002
 * ```
 */
export function energyTest(z: Matrix, options: SimulationOptions & { seed?: Seed } = {}): TestResult {
  checkOptions('energyTest', options, ['draws', 'seed']);
  const { draws = DRAWS, seed } = options;
  checkMatrix('energyTest: z', z, 2);
  const { columns } = z;
  const rows = Math.min(ROWS, z.rows);
  const parent = key(seed);
  const statistic = energy(z.values.subarray(0, rows * columns), columns);
  const simulated = Float64Array.from({ length: draws }, (_, draw) =>
    energy(normals(foldIn(parent, draw), rows * columns), columns),
  );
  return { statistic, pValue: monteCarloPValue(statistic, simulated) };
}

function energy(z: Float64Array, columns: number): number {
  const rows = z.length / columns;
  let toNormal = 0;
  let between = 0;
  for (let i = 0; i < rows; i++) {
    const start = i * columns;
    let squares = 0;
    for (let k = 0; k < columns; k++) squares += z[start + k] ** 2;
    toNormal += expectedDistance(squares, columns);
    for (let other = 0; other < start; other += columns) {
      let sum = 0;
      for (let k = 0; k < columns; k++) {
        const difference = z[start + k] - z[other + k];
        sum += difference * difference;
      }
      between += Math.sqrt(sum);
    }
  }
  return 2 * toNormal - rows * Math.SQRT2 * meanNorm(columns) - (2 * between) / rows;
}

/** E‖Z‖ = √2 Γ((d + 1)/2) / Γ(d/2). */
function meanNorm(d: number): number {
  let ratio = d % 2 === 1 ? 1 / Math.sqrt(Math.PI) : Math.sqrt(Math.PI) / 2;
  for (let k = d % 2 === 1 ? 1 : 2; k < d; k += 2) ratio *= (k + 1) / k;
  return Math.SQRT2 * ratio;
}

/**
 * E‖a − Z‖ for a with ‖a‖² = squares, that is `E‖Z‖ · ₁F₁(−½; d/2; −‖a‖²/2)`, by Kummer's transformation a series of positive terms.
 *
 * Far out, where e^−‖a‖²/2 underflows, the expansion of E√S about the mean of S = ‖a − Z‖² has 5 digits and more.
 */
export function expectedDistance(squares: number, d: number): number {
  const x = squares / 2;
  if (x > 700) {
    const mean = squares + d;
    return Math.sqrt(mean) * (1 - (2 * d + 4 * squares) / (8 * mean * mean));
  }
  let term = Math.exp(-x);
  let sum = term;
  for (let k = 0; k < x || term > 1e-16 * sum; k++) {
    term *= ((d / 2 + 0.5 + k) * x) / ((d / 2 + k) * (k + 1));
    sum += term;
  }
  return meanNorm(d) * sum;
}
