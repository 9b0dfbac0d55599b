/** The result of a test. */
export interface TestResult {
  /** The statistic; the test says on which scale. */
  statistic: number;
  /** The chance of a statistic at least as extreme if the model is right; at most that, in finite samples too. */
  pValue: number;
}

/** Options of every test by simulation. */
export interface SimulationOptions {
  /** The number of simulations of the null hypothesis; the smallest p-value is `1 / (draws + 1)`. Default 499. */
  draws?: number;
}

/** The default of {@link SimulationOptions}. */
export const DRAWS = 499;

/**
 * The p-value of a statistic among simulated ones: `(1 + #{simulated ≥ observed}) / (1 + draws)`. The one added counts the observation among
 * the simulations, which makes the p-value valid for any number of them.
 *
 * Source: Davison & Hinkley 1997, "Bootstrap methods and their application", equation 4.11.
 *
 * @example
 * ```ts
 * import { monteCarloPValue } from '@pushforward/diagnostics';
 *
 * console.log(monteCarloPValue(2.5, [1, 3, 0, 2])); // 0.4
 * ```
 */
export function monteCarloPValue(observed: number, simulated: ArrayLike<number>): number {
  let above = 1;
  for (let i = 0; i < simulated.length; i++) if (!(simulated[i] < observed)) above++;
  return above / (simulated.length + 1);
}

/**
 * p-values adjusted for how many they are: rejecting those of at most α rejects any true hypothesis with a chance of at most α, whatever the
 * tests have to do with each other.
 *
 * Source: Holm 1979, "A simple sequentially rejective multiple test procedure".
 *
 * @example
 * ```ts
 * import { holm } from '@pushforward/diagnostics';
 *
 * console.log(holm([0.01, 0.5, 0.02])); // [ 0.03, 0.5, 0.04 ]
 * ```
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).toSorted((a, b) => pValues[a] - pValues[b]);
  const adjusted = pValues.map(() => 1);
  let largest = 0;
  for (const [rank, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * pValues[i]));
    adjusted[i] = largest;
  }
  return adjusted;
}
