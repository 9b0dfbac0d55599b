import { mean, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkOptions, checkInteger, formatShape, type Seed } from '@pushforward/tensor';
import type { Distribution } from '../contract/distribution.js';
import { closedForm } from './closed-form.js';

/** Options of {@link klDivergence}. */
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
 * `Σ log(scale_q / scale_p) + ½ ((scale_p / scale_q)² + ((loc_p − loc_q) / scale_q)² − 1)`, those of vectors with a full covariance among them;
 * between two log-normals, two Laplace distributions, two continuous Bernoullis; as a finite sum between two Bernoullis, two categoricals, of
 * numbers or of one-hot vectors, or two discretised logistics over the same values; and for `Independent` of any of these.
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
export function klDivergence(p: Distribution, q: Distribution, options: KlDivergenceOptions = {}): Tensor {
  checkOptions('klDivergence', options, ['samples', 'seed', 'context']);
  const { samples = 1000, seed, context } = options;
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
