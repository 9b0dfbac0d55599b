import type { Baseline } from './baseline.js';
import { fitGaussian, whiten } from './gaussian.js';

/**
 * A kernel density estimate: the mean of Gaussians around each row, with h² times the covariance of the rows. Scott's `h = n^(−1/(D + 4))` is the widest of
 * five bandwidths, each half of the one before it; the likeliest rows, each left out of its own density, choose.
 *
 * Source: Scott 2015, "Multivariate density estimation", equation 6.44; Duin 1976, "On the choice of smoothing parameters for Parzen estimators".
 */
export const kernel: Baseline = {
  name: 'kernel density',
  fit(rows) {
    const fitted = fitGaussian(rows);
    if (!fitted) return null;
    const { values, rows: n, columns } = whiten(fitted, rows);
    const squaredDistances = (row: Float64Array, start: number) => {
      const result = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        let sum = 0;
        for (let k = 0; k < columns; k++) {
          const difference = values[i * columns + k] - row[start + k];
          sum += difference * difference;
        }
        result[i] = sum;
      }
      return result;
    };
    const scott = n ** (-1 / (columns + 4));
    const bandwidths = [1, 2, 4, 8, 16].map((part) => scott / part);
    const leftOut = bandwidths.map(() => 0);
    for (let i = 0; i < n; i++) {
      const squares = squaredDistances(values, i * columns);
      squares[i] = Infinity;
      for (const [k, h] of bandwidths.entries()) leftOut[k] += logMean(squares, h, columns, n - 1);
    }
    const h = bandwidths[leftOut.indexOf(Math.max(...leftOut))];
    return (others) => {
      const white = whiten(fitted, others);
      return Float64Array.from(
        { length: others.rows },
        (_, row) =>
          logMean(squaredDistances(white.values, row * columns), h, columns, n) -
          fitted.normaliser +
          0.5 * columns * Math.log(2 * Math.PI),
      );
    };
  },
};

/** log of the mean of the kernels' densities, of the standard normal kernel with bandwidth h. */
function logMean(squares: Float64Array, h: number, columns: number, count: number): number {
  let least = Infinity;
  for (const value of squares) if (value < least) least = value;
  let sum = 0;
  for (const value of squares) sum += Math.exp((least - value) / (2 * h * h));
  return Math.log(sum / count) - least / (2 * h * h) - columns * (Math.log(h) + 0.5 * Math.log(2 * Math.PI));
}
