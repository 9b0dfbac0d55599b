import { column, type Matrix } from '../arrays/matrix.js';
import { normalCdf, normalQuantile } from '../numerics/normal.js';
import type { Baseline } from './baseline.js';
import { CONSTANT, fitGaussian, gaussian } from './gaussian.js';

/**
 * A Gaussian copula: any distribution for each column, and the dependence of a Gaussian. Each column's density is a kernel density estimate with
 * Silverman's bandwidth and its F the distribution function of that; of the normal scores `z = Φ⁻¹(F(x))` the Gaussian has mean and covariance, so
 * `log p(x) = log N(z) + Σ (log f(xᵢ) − log φ(zᵢ))`.
 *
 * Source: Nelsen 2006, "An introduction to copulas", section 2.3; Silverman 1986, "Density estimation", equation 3.31.
 */
export const copula: Baseline = {
  name: 'Gaussian copula',
  fit(rows) {
    const marginals = Array.from({ length: rows.columns }, (_, i) => marginalOf(column(rows, i)));
    if (!marginals.every((marginal) => marginal !== null)) return null;
    const toScores = (matrix: Matrix) => {
      const logDensity = new Float64Array(matrix.rows);
      const values = matrix.values.map((value, i) => {
        const { score, logRatio } = marginals[i % matrix.columns](value);
        logDensity[Math.floor(i / matrix.columns)] += logRatio;
        return score;
      });
      return { scores: { ...matrix, values }, logDensity };
    };
    const { scores } = toScores(rows);
    const joint = fitGaussian(scores) && gaussian.fit(scores);
    if (!joint) return null;
    return (others) => {
      const { scores: own, logDensity } = toScores(others);
      return joint(own).map((value, row) => value + logDensity[row]);
    };
  },
};

type Marginal = (x: number) => { score: number; logRatio: number };

/** The farthest that a score may be: beyond it Φ is 1 to the last digit. */
const FARTHEST = 8;

function marginalOf(values: Float64Array): Marginal | null {
  const sorted = values.toSorted();
  const n = sorted.length;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  const quartiles = (sorted[Math.floor(0.75 * (n - 1))] - sorted[Math.floor(0.25 * (n - 1))]) / 1.34;
  const spread = quartiles > 0 ? Math.min(deviation, quartiles) : deviation;
  if (!(spread > CONSTANT * Math.abs(mean))) return null;
  const h = 0.9 * spread * n ** -0.2;
  return (x) => {
    let cdf = 0;
    let density = 0;
    for (const value of sorted) {
      const z = (x - value) / h;
      cdf += normalCdf(z);
      density += Math.exp(-0.5 * z * z);
    }
    const score = Math.max(-FARTHEST, Math.min(FARTHEST, normalQuantile(cdf / n)));
    // Both densities share the factor 1 / √(2π).
    return { score, logRatio: Math.log(density / (n * h)) + 0.5 * score * score };
  };
}
