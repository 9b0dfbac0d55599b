import {
  add,
  div,
  exp,
  greater,
  log,
  mean,
  mul,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkInteger, formatShape, type Seed, where, sumTrailing } from '@pushforward/tensor';
import { Bernoulli } from '../bases/bernoulli.js';
import { Categorical } from '../bases/categorical.js';
import { DiscretizedLogistic } from '../bases/discretized-logistic.js';
import type { Distribution } from '../contract/distribution.js';
import { Independent } from '../composites/independent.js';
import { MultivariateNormalDiag } from '../composites/multivariate-normal-diag.js';
import { Normal } from '../bases/normal.js';
import { onFirstAxis } from '../contract/on-first-axis.js';
import { StandardNormal } from '../bases/standard-normal.js';

/** How {@link klDivergence} estimates where it has no closed form. */
export interface KlDivergenceOptions {
  /** Draws from p. Default 1000. */
  samples?: number;
  /** An integer or a key. Default: a fresh key. */
  seed?: Seed;
  /** `[...batch, C]`, for whichever of p and q takes one. Default: none. */
  context?: Tensor;
}

/**
 * The Kullback–Leibler divergence `KL(p ‖ q) = E_p[log p(x) − log q(x)]`, in nats.
 *
 * In closed form between Gaussians (normal, standard normal, diagonal normal):
 * `Σ log(scale_q / scale_p) + ½ ((scale_p / scale_q)² + ((loc_p − loc_q) / scale_q)² − 1)`; as a finite sum between two Bernoullis, two
 * categoricals or two discretised logistics over the same values; and for `Independent` of any of these.
 *
 * Otherwise the mean of `log p(x) − log q(x)` over samples of p: unbiased, with a standard error of `stddev_p[log p − log q] / √samples`, so
 * an estimate may be negative. It is differentiable in q's parameters, and in p's where p's samples are reparameterised.
 *
 * **Shapes**: the batch shapes of p and q broadcast to the result's.
 *
 * @throws Error if the event shapes differ
 *
 * @example
 * ```ts
 * import { klDivergence, Normal } from '@pushforward/distributions';
 *
 * console.log(await klDivergence(new Normal(1, 1), new Normal(0, 1)).data()); // Float32Array(1) [ 0.5 ]
 * ```
 */
export function klDivergence(
  p: Distribution,
  q: Distribution,
  { samples = 1000, seed, context }: KlDivergenceOptions = {},
): Tensor {
  if (p.eventShape.join() !== q.eventShape.join()) {
    throw new Error(
      `klDivergence: q eventShape must be ${formatShape(p.eventShape)}, got ${formatShape(q.eventShape)}`,
    );
  }
  checkInteger('klDivergence: samples', samples, 1);
  return tidy(() => {
    const exact = closedForm(p, q);
    if (exact) return exact;
    const { value, logProb } = p.sampleAndLogProb(samples, { seed, context: p.contextDim > 0 ? context : undefined });
    return mean(sub(logProb, q.logProb(value, q.contextDim > 0 ? context : undefined)), 0);
  });
}

function closedForm(p: Distribution, q: Distribution): Tensor | null {
  if (isGaussian(p) && isGaussian(q)) return gaussianDivergence(p, q);
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
  // What p never draws adds nothing, even where q never draws it either and the difference is NaN.
  return sum(where(greater(probs, 0), mul(probs, sub(logP, q.logProb(x))), scalar(0)), 0);
}
