/** What one side took for one operation. */
export interface Series {
  /** The value of each round; the same index is the same moment in every series of a group. */
  readonly samples: number[];
  /** Where it was not run: D times the pass that it would repeat. */
  readonly predicted?: number;
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of a series, or what was predicted in its place. */
export function typical({ samples, predicted }: Series): number {
  return predicted ?? median(samples);
}

/** The median of the ratios of samples taken together; where fewer than three were, the ratio of medians. */
export function ratio(numerator: Series, denominator: Series): number {
  const pairs = Math.min(numerator.samples.length, denominator.samples.length);
  if (pairs < 3) return typical(numerator) / typical(denominator);
  return median(numerator.samples.slice(0, pairs).map((value, i) => value / denominator.samples[i]));
}

/** The ratio of the least samples: what disturbs a sample only ever makes it slower. */
export function ratioOfMinima(numerator: Series, denominator: Series): number {
  const least = ({ samples, predicted }: Series) => predicted ?? Math.min(...samples);
  return least(numerator) / least(denominator);
}
