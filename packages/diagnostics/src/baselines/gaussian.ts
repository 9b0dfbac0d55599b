import type { Matrix } from '../arrays/matrix.js';
import { cholesky, solveLower } from '../numerics/cholesky.js';
import type { Baseline } from './baseline.js';

/** A Gaussian as its mean and the Cholesky factor of its covariance. */
interface Gaussian {
  mean: Float64Array;
  factor: Float64Array;
  /** Σ log Lᵢᵢ + ½ D log 2π */
  normaliser: number;
}

/** A column whose deviation is at most this part of its mean is constant. */
export const CONSTANT = 1e-12;

/** The Gaussian of the rows' mean and covariance; null where a column follows from others. */
export function fitGaussian({ values, rows, columns }: Matrix): Gaussian | null {
  const mean = new Float64Array(columns);
  for (let i = 0; i < values.length; i++) mean[i % columns] += values[i];
  for (let i = 0; i < columns; i++) mean[i] /= rows;
  const covariance = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < columns; i++) {
      const a = (values[row * columns + i] - mean[i]) / rows;
      for (let j = 0; j <= i; j++) covariance[i * columns + j] += a * (values[row * columns + j] - mean[j]);
    }
  }
  // The rounding error of a constant column is no variance.
  if (mean.some((value, i) => Math.sqrt(covariance[i * columns + i]) <= CONSTANT * Math.abs(value))) return null;
  const factor = cholesky(covariance, columns);
  if (!factor) return null;
  let normaliser = 0.5 * columns * Math.log(2 * Math.PI);
  for (let i = 0; i < columns; i++) normaliser += Math.log(factor[i * columns + i]);
  return { mean, factor, normaliser };
}

/** L⁻¹ (x − mean) of each row. */
export function whiten({ mean, factor }: Gaussian, { values, rows, columns }: Matrix): Matrix {
  const white = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    const centred = mean.map((value, i) => values[row * columns + i] - value);
    white.set(solveLower(factor, centred), row * columns);
  }
  return { values: white, rows, columns };
}

/** The Gaussian with the mean and the full covariance of the rows: `−½ ‖L⁻¹(x − mean)‖² − Σ log Lᵢᵢ − ½ D log 2π`. */
export const gaussian: Baseline = {
  name: 'Gaussian',
  fit(rows) {
    const fitted = fitGaussian(rows);
    if (!fitted) return null;
    return (others) => {
      const white = whiten(fitted, others);
      return Float64Array.from({ length: others.rows }, (_, row) => {
        const own = white.values.subarray(row * white.columns, (row + 1) * white.columns);
        return -0.5 * own.reduce((sum, value) => sum + value * value, 0) - fitted.normaliser;
      });
    };
  },
};
