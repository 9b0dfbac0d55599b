/** Where a column is centred and scaled, and what else its values tell of that. */
export interface ColumnUnits {
  low: number;
  high: number;
  loc: number;
  scale: number;
  /** Whether these are median and quantiles, for mean and deviation would squeeze the bulk. */
  isRobust: boolean;
  /** The size of the numbers in the bulk, and the deviation that they alone tell of. */
  bulk: { size: number; deviation: number };
}

/** How many times the deviation of the bulk the deviation may be. */
const SQUEEZED = 10;
/** What is left out at each end to find the bulk, and the distance of these quantiles of a Gaussian, in deviations. */
const BULKS = [
  [0.25, 1.3489795],
  [0.05, 3.2897073],
  [0.01, 4.6526957],
] as const;

/**
 * Mean and deviation, or where a few values far out decide the deviation, median and quartiles; where these are one value, quantiles farther out.
 *
 * @param sorted ascending
 */
export function columnUnits(sorted: Float64Array): ColumnUnits {
  const n = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  const quantile = (part: number) => sorted[Math.round(part * (n - 1))];
  const widths = BULKS.map(([part, width]) => (quantile(1 - part) - quantile(part)) / width);
  const bulk = {
    size: Math.max(Math.abs(quantile(0.25)), Math.abs(quantile(0.75))),
    deviation: Math.min(deviation, widths.find((width) => width > 0) ?? deviation),
  };
  const isRobust = deviation > SQUEEZED * bulk.deviation;
  return {
    low: sorted[0],
    high: sorted[n - 1],
    ...(isRobust ? { loc: quantile(0.5), scale: bulk.deviation } : { loc: mean, scale: deviation }),
    isRobust,
    bulk,
  };
}
