import { columnMeans, covariance, type Matrix } from './statistics.js';

/** A Gaussian with a full covariance matrix, as its Cholesky factor; or that of the last columns given the first ones. */
export interface FullGaussian {
  mean: Float64Array;
  /** L with L Lᵀ = covariance, `dim × dim`, zero above the diagonal; ∞ on it where a given column follows from those before it and so counts for nothing. */
  cholesky: Float64Array;
  /** How many columns, the first ones, are given. */
  given: number;
}

/** Where a column's variance given the columns before it is below this part of its variance, float64 cannot tell it from 0. */
const SINGULAR = 1e-11;

/**
 * The maximum-likelihood Gaussian: mean and full covariance of the rows. It is the strongest model that knows nothing but means and
 * linear correlations, which makes it the line that a flow has to beat. Given its first columns, it is the linear regression of the others on them,
 * with a full covariance of what that leaves.
 *
 * @param given how many columns, the first ones, are given
 * @returns the Gaussian, or the index of a column that is a linear function of those before it and not given, which has no density
 */
export function fitGaussian(data: Matrix, given = 0): FullGaussian | { dependentColumn: number } {
  const dim = data.columns;
  const matrix = covariance(data);
  const cholesky = new Float64Array(dim * dim);
  for (let i = 0; i < dim; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * dim + j];
      for (let k = 0; k < j; k++) rest -= cholesky[i * dim + k] * cholesky[j * dim + k];
      if (i > j) cholesky[i * dim + j] = rest / cholesky[j * dim + j];
      else if (rest > SINGULAR * matrix[i * dim + i]) cholesky[i * dim + i] = Math.sqrt(rest);
      else if (i < given) cholesky[i * dim + i] = Infinity;
      else return { dependentColumn: i };
    }
  }
  return { mean: columnMeans(data), cholesky, given };
}

/** The log-density of every row, in nats: `−½ ‖L⁻¹(x − mean)‖² − Σ log Lᵢᵢ − ½ dim log 2π`, sums and dim over the columns that are not given. */
export function gaussianLogProb({ mean, cholesky, given }: FullGaussian, { values, rows }: Matrix): Float64Array {
  const dim = mean.length;
  let constant = -0.5 * (dim - given) * Math.log(2 * Math.PI);
  for (let i = given; i < dim; i++) constant -= Math.log(cholesky[i * dim + i]);
  const whitened = new Float64Array(dim);
  return Float64Array.from({ length: rows }, (_, row) => {
    let squares = 0;
    for (let i = 0; i < dim; i++) {
      let rest = values[row * dim + i] - mean[i];
      for (let k = 0; k < i; k++) rest -= cholesky[i * dim + k] * whitened[k];
      whitened[i] = rest / cholesky[i * dim + i];
      if (i >= given) squares += whitened[i] ** 2;
    }
    return constant - 0.5 * squares;
  });
}
