import type { Tensor } from '@tensorflow/tfjs-core';
import { checkOptions, type BuildModule, type ModuleConfig, readConfig } from '@pushforward/tensor';
import { type Distribution, Normal } from '@pushforward/distributions';
import { Network } from '@pushforward/made';
import { LocationScaleLikelihood } from './location-scale-likelihood.js';

/** Options of {@link GaussianLikelihood}. */
export interface GaussianLikelihoodOptions {
  /** The standard deviation at the start, in the unit of x. Default 1. */
  scale?: number;
  /** Whether training changes the scale, one for each dimension of x. Default true. */
  learnScale?: boolean;
}

/**
 * Real numbers, independent given z: `p(x|z) = Π N(xᵢ; locᵢ(z), scaleᵢ)`, with scales that do not depend on z.
 *
 * @throws Error unless `scale` is positive and finite
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { GaussianLikelihood, Mlp } from '@pushforward/vae';
 *
 * const decoder = new Mlp({ inputDim: 2, hidden: [16], outputDim: 5, seed: 0 });
 * const likelihood = new GaussianLikelihood(decoder, { scale: 0.1 });
 * console.log(likelihood.distribution(tf.zeros([3, 2])).logProb(tf.ones([3, 5])).shape); // [ 3 ]
 * ```
 */
export class GaussianLikelihood extends LocationScaleLikelihood {
  static readonly type: string = 'GaussianLikelihood';
  static override fromConfig(config: ModuleConfig, build: BuildModule): GaussianLikelihood {
    return new GaussianLikelihood(build(config.decoder, Network), readConfig(config, { learnScale: 'boolean' }));
  }

  /** @param decoder from z to the mean of each dimension of x */
  constructor(decoder: Network, options: GaussianLikelihoodOptions = {}) {
    checkOptions('GaussianLikelihood', options, ['scale', 'learnScale']);
    const { scale = 1, learnScale = true } = options;
    super('GaussianLikelihood', decoder, { scale, learnScale });
  }

  protected family(loc: Tensor, scale: Tensor): Distribution {
    return new Normal(loc, scale);
  }
}
