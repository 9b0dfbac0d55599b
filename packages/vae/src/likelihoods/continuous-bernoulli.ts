import type { Tensor } from '@tensorflow/tfjs-core';
import type { BuildModule, ModuleConfig } from '@pushforward/tensor';
import { ContinuousBernoulli, type Distribution } from '@pushforward/distributions';
import { Network } from '@pushforward/made';
import { DecoderLikelihood } from './decoder-likelihood.js';

/**
 * Grey levels from 0 to 1, independent given z: `p(x|z) = Π ContinuousBernoulli(xᵢ; logitᵢ(z))`, a density, which the Bernoulli formula at grey levels
 * is not.
 *
 * Source: Loaiza-Ganem & Cunningham 2019, "The continuous Bernoulli: fixing a pervasive error in variational autoencoders".
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ContinuousBernoulliLikelihood, Mlp } from '@pushforward/vae';
 *
 * const likelihood = new ContinuousBernoulliLikelihood(new Mlp({ inputDim: 8, hidden: [64], outputDim: 784, seed: 0 }));
 * console.log(likelihood.distribution(tf.zeros([3, 8])).logProb(tf.fill([3, 784], 0.5)).shape); // [ 3 ]
 * ```
 */
export class ContinuousBernoulliLikelihood extends DecoderLikelihood {
  static readonly type: string = 'ContinuousBernoulliLikelihood';
  static override fromConfig(config: ModuleConfig, build: BuildModule): ContinuousBernoulliLikelihood {
    return new ContinuousBernoulliLikelihood(build(config.decoder, Network));
  }

  /** @param decoder from z to one logit a pixel */
  constructor(decoder: Network) {
    super('ContinuousBernoulliLikelihood', decoder);
  }

  protected each(logits: Tensor): Distribution {
    return new ContinuousBernoulli({ logits });
  }
}
