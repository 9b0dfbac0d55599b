import { checkOptions } from '@pushforward/tensor';
import { twoSidedTails } from '../numerics/binomial.js';

/** A histogram of numbers in [0, 1], and where its bars stay if they are uniform. */
export interface PitHistogram {
  /** Of each bar, relative to a uniform one: 1 if it holds as many numbers as it should. */
  heights: Float64Array;
  /** Between these all bars stay together, except with a chance of at most the level. */
  lower: number;
  upper: number;
}

/**
 * A histogram of probability integral transforms. A ∪ shows a model that is too narrow, a ∩ one that is too wide, a slope one that is shifted.
 *
 * A bar holds Binomial(n, 1 / bins) numbers; the band gives each bar the level / bins (Bonferroni).
 *
 * Source: Gneiting, Balabdaoui & Raftery 2007, "Probabilistic forecasts, calibration and sharpness", section 3.1.
 *
 * @param u numbers in [0, 1]
 *
 * @example
 * ```ts
 * import { pitHistogram } from '@pushforward/diagnostics';
 *
 * console.log(pitHistogram([0.1, 0.2, 0.9, 0.3], { bins: 2 }).heights); // Float64Array(2) [ 1.5, 0.5 ]
 * ```
 */
export function pitHistogram(u: ArrayLike<number>, options: { bins?: number; level?: number } = {}): PitHistogram {
  checkOptions('pitHistogram', options, ['bins', 'level']);
  const { bins = 20, level = 0.05 } = options;
  const n = u.length;
  const counts = new Float64Array(bins);
  for (let i = 0; i < n; i++) counts[Math.min(bins - 1, Math.floor(u[i] * bins))]++;
  const tails = twoSidedTails(n, 1 / bins);
  const within = (value: number) => value > level / bins;
  const relative = (count: number) => (count * bins) / n;
  return {
    heights: counts.map(relative),
    lower: relative(tails.findIndex(within)),
    upper: relative(tails.findLastIndex(within)),
  };
}
