import { addN, exp, maximum, mean, mul, neg, reshape, scalar, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { checkInteger, checkNumber, checkOptions, stopGradient } from '@pushforward/tensor';
import {
  type Distribution,
  Independent,
  MultivariateNormalDiag,
  Normal,
  StandardNormal,
} from '@pushforward/distributions';
import { normalLogProb } from '@pushforward/tensor/kernels';
import type { Encoding } from '../encoder.js';
import type { LatentVariableModel } from '../latent-variable-model.js';
import { Vae } from '../vae.js';

/** The part of the KL term that a group of latent dimensions has for nothing. */
export interface FreeBits {
  /** λ, in nats for each group, of a batch's mean. */
  nats: number;
  /**
   * The number of groups of as many neighbouring dimensions that z is cut into. Default 1, which is one group for each latent layer. More need a {@link Vae} whose posterior
   * has no flow and whose prior's dimensions are independent, since only then the KL term is a sum over dimensions.
   */
  groups?: number;
}

/** Throws unless these free bits can be given to this model. */
export function checkFreeBits(name: string, model: LatentVariableModel, freeBits: FreeBits): void {
  checkOptions(`${name}: freeBits`, freeBits, ['nats', 'groups']);
  const { nats, groups = 1 } = freeBits;
  checkNumber(`${name}: freeBits.nats`, nats, { above: 0 });
  checkInteger(`${name}: freeBits.groups`, groups, 1);
  if (groups === 1) return;
  const { latentDim } = model;
  if (latentDim % groups !== 0)
    throw new Error(`${name}: freeBits.groups must divide the latent width ${latentDim}, got ${groups}`);
  if (!(model instanceof Vae) || model.posterior || !eachDimension(model.prior))
    throw new Error(
      `${name}: freeBits.groups must be 1 where the posterior has a flow or latent dimensions depend on each other, got ${groups}`,
    );
}

interface Draw {
  model: LatentVariableModel;
  encoding: unknown;
  z: Tensor;
  usesPath: boolean;
}

/**
 * `Σⱼ max(λ, KLⱼ)` over groups j, where KLⱼ is the mean over the batch: a group below λ costs λ whatever it says, and has no gradient.
 *
 * @param layers the mean KL term of each latent layer
 * @param draw what they were estimated from
 */
export function chargedKl({ nats, groups = 1 }: FreeBits, layers: readonly Tensor[], draw: Draw): Tensor {
  return groups === 1 ? addN(layers.map((kl) => maximum(kl, nats))) : sum(maximum(klOfGroups(groups, draw), nats));
}

/** The mean of `log q(zⱼ|x) − log p(zⱼ)` over samples and batch: `[groups]`. */
function klOfGroups(groups: number, { model, encoding, z, usesPath }: Draw): Tensor {
  const { prior, latentDim } = model as Vae;
  const { loc, logScale } = encoding as Encoding;
  const [fixedLoc, fixedLogScale] = [loc, logScale].map((x) => (usesPath ? stopGradient(x) : x));
  const logPosterior = normalLogProb(mul(sub(z, fixedLoc), exp(neg(fixedLogScale))), fixedLogScale);
  const logPrior = eachDimension(prior)!.logProb(z);
  const each = mean(reshape(sub(logPosterior, logPrior), [-1, latentDim]), 0);
  return sum(reshape(each, [groups, latentDim / groups]), 1);
}

/** The distribution of each dimension by itself; null where they depend on each other, or on a context. */
function eachDimension(prior: Distribution): { logProb(z: Tensor): Tensor } | null {
  if (prior instanceof StandardNormal) return { logProb: (z) => normalLogProb(z, scalar(0)) };
  if (prior instanceof MultivariateNormalDiag) return new Normal(prior.loc, prior.scaleDiag);
  return prior instanceof Independent && prior.base.eventShape.length === 0 && prior.contextDim === 0
    ? prior.base
    : null;
}
