import type { Tensor } from '@tensorflow/tfjs-core';
import { type BuildModule, checkInteger, checkOptions, type ModuleConfig, readConfig } from '@pushforward/tensor';
import { Categorical, type Distribution } from '@pushforward/distributions';
import { Network } from '@pushforward/made';
import { DecoderLikelihood } from './decoder-likelihood.js';

/**
 * Numbers from 0 to K − 1, independent given z: `p(x|z) = Π Categorical(xᵢ; logitsᵢ(z))`. It knows no order of the K values: a pixel of 256 levels
 * takes 256 outputs of the decoder.
 *
 * The mean that `decode` gives is that of the number, which says something where the order of the values does.
 *
 * @throws Error unless the decoder has K outputs for each number of x
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { CategoricalLikelihood, Mlp } from '@pushforward/vae';
 *
 * const decoder = new Mlp({ inputDim: 2, hidden: [16], outputDim: 5 * 4, seed: 0 });
 * const likelihood = new CategoricalLikelihood(decoder, { categories: 4 });
 * console.log(likelihood.dataDim, likelihood.distribution(tf.zeros([3, 2])).logProb(tf.ones([3, 5])).shape); // 5 [ 3 ]
 * ```
 */
export class CategoricalLikelihood extends DecoderLikelihood {
  static readonly type: string = 'CategoricalLikelihood';
  static override fromConfig(config: ModuleConfig, build: BuildModule): CategoricalLikelihood {
    return new CategoricalLikelihood(build(config.decoder, Network), readConfig(config, { categories: 'number' }));
  }

  /** K, how many values a number of x may have. */
  readonly categories: number;

  /** @param decoder from z to K logits for each number of x, those of one number side by side */
  constructor(decoder: Network, options: { categories: number }) {
    checkOptions('CategoricalLikelihood', options, ['categories']);
    const { categories } = options;
    checkInteger('CategoricalLikelihood: categories', categories, 1);
    super('CategoricalLikelihood', decoder, [categories]);
    this.categories = categories;
  }

  protected each(logits: Tensor): Distribution {
    return new Categorical(logits);
  }

  override config(): ModuleConfig {
    return { ...super.config(), categories: this.categories };
  }
}
