import { columnMeans, covariance, type Matrix } from './statistics.js';

/** A Gaussian with a full covariance matrix, as its Cholesky factor. */
export interface FullGaussian {
  mean: Float64Array;
  /** L with L Lᵀ = covariance, `dim × dim`, zero above the diagonal. */
  cholesky: Float64Array;
}

/** Where a column's variance given the columns before it is below this part of its variance, float64 cannot tell it from 0. */
const SINGULAR = 1e-11;

/**
 * The maximum-likelihood Gaussian: mean and full covariance of the rows. It is the strongest model that knows nothing but means and
 * linear correlations, which makes it the line that a flow has to beat.
 *
 * @returns the Gaussian, or the index of a column that is a linear function of those before it, which has no density
 */
export function fitGaussian(data: Matrix): FullGaussian | { dependentColumn: number } {
  const dim = data.columns;
  const matrix = covariance(data);
  const cholesky = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * dim + j];
      for (let k = 0; k < j; k++) rest -= cholesky[i * dim + k] * cholesky[j * dim + k];
      if (i === j && !(rest > SINGULAR * matrix[i * dim + i])) return { dependentColumn: i };
      cholesky[i * dim + j] = i === j ? Math.sqrt(rest) : rest / cholesky[j * dim + j];
    }
  }
  return { mean: columnMeans(data), cholesky };
}

/** The log-density of every row, in nats: `−½ ‖L⁻¹(x − mean)‖² − Σ log Lᵢᵢ − ½ dim log 2π`. */
export function gaussianLogProb({ mean, cholesky }: FullGaussian, { values, rows }: Matrix): Float64Array {
  const dim = mean.length;
  let constant = -0.5 * dim * Math.log(2 * Math.PI);
  for (let i = 0; i < dim; i++) constant -= Math.log(cholesky[i * dim + i]);
  const whitened = new Float64Array(dim);
  return Float64Array.from({ length: rows }, (_, row) => {
    let squares = 0;
    for (let i = 0; i < dim; i++) {
      let rest = values[row * dim + i] - mean[i];
      for (let k = 0; k < i; k++) rest -= cholesky[i * dim + k] * whitened[k];
      whitened[i] = rest / cholesky[i * dim + i];
      squares += whitened[i] ** 2;
    }
    return constant - 0.5 * squares;
  });
}
