import {
  abs,
  add,
  div,
  exp,
  expandDims,
  eye,
  greater,
  log,
  mul,
  neg,
  scalar,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  unstack,
} from '@tensorflow/tfjs-core';
import { broadcastTo, sumTrailing, where } from '@pushforward/tensor';
import { Bernoulli } from '../bases/bernoulli.js';
import { Categorical } from '../bases/categorical.js';
import { ContinuousBernoulli } from '../bases/continuous-bernoulli.js';
import { DiscretizedLogistic } from '../bases/discretized-logistic.js';
import { Laplace } from '../bases/laplace.js';
import { Normal } from '../bases/normal.js';
import { OneHotCategorical } from '../bases/one-hot-categorical.js';
import { StandardNormal } from '../bases/standard-normal.js';
import { Independent } from '../composites/independent.js';
import { LogNormal } from '../composites/log-normal.js';
import { MultivariateNormalDiag } from '../composites/multivariate-normal-diag.js';
import { MultivariateNormalTriL } from '../composites/multivariate-normal-tril.js';
import type { Distribution } from '../contract/distribution.js';
import { onFirstAxis } from '../contract/on-first-axis.js';
import { diagonalOf, lowerTriangle, solveLowerTriangular } from '../numerics/lower-triangular.js';
import { toTensor } from '../contract/parameter.js';

/** `KL(p ‖ q)` where a formula gives it, for use under `tf.tidy`; null otherwise. Their event shapes agree. */
export function closedForm(p: Distribution, q: Distribution): Tensor | null {
  if (isGaussian(p) && isGaussian(q)) return gaussianDivergence(p, q);
  if (isVectorGaussian(p) && isVectorGaussian(q)) return fullGaussianDivergence(p, q);
  if (p instanceof LogNormal && q instanceof LogNormal) return gaussianDivergence(p.logarithm, q.logarithm);
  if (p instanceof Laplace && q instanceof Laplace) return laplaceDivergence(p, q);
  if (p instanceof ContinuousBernoulli && q instanceof ContinuousBernoulli) return linearDivergence(p, q);
  if (p instanceof OneHotCategorical && q instanceof OneHotCategorical) return closedForm(p.index, q.index);
  if (p instanceof Independent && q instanceof Independent && p.rank === q.rank) {
    const each = closedForm(p.base, q.base);
    return each && sumTrailing(each, p.rank);
  }
  const values = finiteSupport(p);
  return values && values.join() === finiteSupport(q)?.join() ? discreteDivergence(p, q, values) : null;
}

/** Whether mean and stddev say all, each number of an event being normal by itself. */
function isGaussian(distribution: Distribution): boolean {
  if (distribution instanceof Independent) return isGaussian(distribution.base);
  return (
    distribution instanceof Normal ||
    distribution instanceof MultivariateNormalDiag ||
    distribution instanceof StandardNormal
  );
}

function gaussianDivergence(p: Distribution, q: Distribution): Tensor {
  const [scaleP, scaleQ] = [p.stddev(), q.stddev()];
  const ratio = div(scaleP, scaleQ);
  const distance = div(sub(p.mean(), q.mean()), scaleQ);
  const each = sub(mul(sub(add(square(ratio), square(distance)), 1), 0.5), log(ratio));
  return sumTrailing(each, p.eventShape.length);
}

/** Whether an event is a vector, normal with any covariance. */
function isVectorGaussian(distribution: Distribution): boolean {
  if (distribution.eventShape.length !== 1) return false;
  return distribution instanceof MultivariateNormalTriL || isGaussian(distribution);
}

/** The lower triangular factor of the covariance, `[...batch, D, D]`. */
function scaleTrilOf(distribution: Distribution): Tensor {
  if (distribution instanceof MultivariateNormalTriL) return lowerTriangle(toTensor(distribution.scaleTril));
  return mul(expandDims(distribution.stddev(), -1), eye(distribution.eventShape[0]));
}

/** `½ (‖Q⁻¹ P‖² + ‖Q⁻¹ (mean_p − mean_q)‖² − D) + Σ log |Qᵢᵢ / Pᵢᵢ|` with the factors P and Q of the covariances. */
function fullGaussianDivergence(p: Distribution, q: Distribution): Tensor {
  const [factorP, factorQ] = [scaleTrilOf(p), scaleTrilOf(q)];
  const dim = p.eventShape[0];
  const distance = sub(p.mean(), q.mean());
  const columns = unstack(factorP, -1);
  // Every right-hand side on a first axis, with the batch of both.
  const shape = add(add(distance, columns[0]), diagonalOf(factorQ)).shape;
  const sides = [distance, ...columns].map((side) => broadcastTo(side, shape));
  const squares = sum(square(solveLowerTriangular(factorQ, stack(sides))), [0, -1]);
  const logRatio = sub(logDiagonal(factorQ), logDiagonal(factorP));
  return add(mul(sub(squares, dim), 0.5), logRatio);
}

function logDiagonal(factor: Tensor): Tensor {
  return sum(log(abs(diagonalOf(factor))), -1);
}

/** With the distance d of the locations: `log(scale_q / scale_p) + (scale_p e^(−d / scale_p) + d) / scale_q − 1`. */
function laplaceDivergence(p: Laplace, q: Laplace): Tensor {
  const [scaleP, scaleQ] = [toTensor(p.scale), toTensor(q.scale)];
  const distance = abs(sub(toTensor(p.loc), toTensor(q.loc)));
  const spread = div(add(mul(scaleP, exp(neg(div(distance, scaleP)))), distance), scaleQ);
  return add(sub(spread, 1), log(div(scaleQ, scaleP)));
}

/** Of distributions whose log-density is linear in x on one support: the mean of q's is q's at the mean. */
function linearDivergence(p: Distribution, q: Distribution): Tensor {
  return neg(add(p.entropy(), q.logProb(p.mean())));
}

/** Every value that may be drawn, or null where these are not a short list of numbers. */
function finiteSupport(distribution: Distribution): number[] | null {
  if (distribution instanceof Bernoulli) return [0, 1];
  if (distribution instanceof Categorical) return Array.from({ length: distribution.categories }, (_, i) => i);
  return distribution instanceof DiscretizedLogistic ? distribution.values : null;
}

function discreteDivergence(p: Distribution, q: Distribution, values: readonly number[]): Tensor {
  const x = onFirstAxis(values, p.batchShape.length > q.batchShape.length ? p.batchShape : q.batchShape);
  const logP = p.logProb(x);
  const probs = exp(logP);
  // Outcomes that p never draws add nothing, even where q never draws them either and the difference is NaN.
  return sum(where(greater(probs, 0), mul(probs, sub(logP, q.logProb(x))), scalar(0)), 0);
}
