import type { Tensor } from '@tensorflow/tfjs-core';
import type { BuildModule, ModuleConfig } from '@pushforward/tensor';
import { Bernoulli, type Distribution } from '@pushforward/distributions';
import { Network } from '@pushforward/made';
import { DecoderLikelihood } from './decoder-likelihood.js';

/**
 * Pixels that are 0 or 1, independent given z: `p(x|z) = Π Bernoulli(xᵢ; logitᵢ(z))`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { BernoulliLikelihood, Mlp } from '@pushforward/vae';
 *
 * const likelihood = new BernoulliLikelihood(new Mlp({ inputDim: 8, hidden: [64], outputDim: 784, seed: 0 }));
 * console.log(likelihood.distribution(tf.zeros([3, 8])).logProb(tf.ones([3, 784])).shape); // [ 3 ]
 * ```
 */
export class BernoulliLikelihood extends DecoderLikelihood {
  static readonly type: string = 'BernoulliLikelihood';
  static override fromConfig(config: ModuleConfig, build: BuildModule): BernoulliLikelihood {
    return new BernoulliLikelihood(build(config.decoder, Network));
  }

  /** @param decoder from z to one logit a pixel */
  constructor(decoder: Network) {
    super('BernoulliLikelihood', decoder);
  }

  protected each(logits: Tensor): Distribution {
    return new Bernoulli({ logits });
  }
}
