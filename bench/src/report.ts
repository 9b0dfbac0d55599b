import type { Measurement } from './measure.js';

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** How many times as fast ours is: the median of the ratios of samples taken together. */
export function speedup({ ours, stock }: Measurement): number {
  return median(stock.map((milliseconds, i) => milliseconds / ours[i]));
}

/** A line of the table. */
export function formatRow(measurement: Measurement): string {
  const cell = (samples: readonly number[]) => {
    const milliseconds = median(samples);
    const rate = measurement.operations ? ` ${(measurement.operations / milliseconds / 1e6).toFixed(1).padStart(6)} GFLOP/s` : '';
    return `${milliseconds.toPrecision(4).padStart(8)} ms${rate}`;
  };
  return `${measurement.name.padEnd(68)} ${cell(measurement.ours)}  ${cell(measurement.stock)}  ${speedup(measurement).toFixed(1).padStart(6)}×`;
}
