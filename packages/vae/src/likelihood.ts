import { exp, fill, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import {
  type BuildModule,
  checkBoolean,
  checkNumber,
  makeVariable,
  Module,
  type ModuleConfig,
  readConfig,
} from '@pushforward/tensor';
import { Bernoulli, type Distribution, Independent, Normal } from '@pushforward/distributions';
import { Network } from '@pushforward/made';
import { checkNetwork } from './check-network.js';

/**
 * p(x|z): a decoder network and the distribution whose parameters it gives.
 *
 * **Shapes**: z `[...batch, latentDim]`, events `[dataDim]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Independent, Logistic } from '@pushforward/distributions';
 * import { Likelihood, Mlp } from '@pushforward/vae';
 *
 * // Heavier tails than a normal distribution's.
 * class LogisticLikelihood extends Likelihood {
 *   readonly latentDim = 2;
 *   readonly dataDim = 5;
 *   readonly decoder = new Mlp({ inputDim: 2, hidden: [16], outputDim: 5, seed: 0 });
 *   distribution(z: tf.Tensor) {
 *     return new Independent(new Logistic(this.decoder.apply(z), 1), 1);
 *   }
 *   config() {
 *     return { type: 'LogisticLikelihood', decoder: this.decoder.config() };
 *   }
 * }
 *
 * console.log(new LogisticLikelihood().distribution(tf.zeros([3, 2])).logProb(tf.ones([3, 5])).shape); // [ 3 ]
 * ```
 */
export abstract class Likelihood extends Module {
  abstract readonly latentDim: number;
  abstract readonly dataDim: number;

  /** The distribution of x for each z; its tensors belong to the caller's `tf.tidy`. */
  abstract distribution(z: Tensor): Distribution;
}

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
export class BernoulliLikelihood extends Likelihood {
  static readonly type: string = 'BernoulliLikelihood';
  static override fromConfig(config: ModuleConfig, build: BuildModule): BernoulliLikelihood {
    return new BernoulliLikelihood(build(config.decoder, Network));
  }

  readonly latentDim: number;
  readonly dataDim: number;

  /** @param decoder from z to one logit a pixel */
  constructor(readonly decoder: Network) {
    super();
    checkNetwork('BernoulliLikelihood: decoder', decoder);
    this.latentDim = decoder.inputDim;
    this.dataDim = decoder.outputDim;
  }

  distribution(z: Tensor): Distribution {
    return new Independent(new Bernoulli({ logits: this.decoder.apply(z) }), 1);
  }

  override config(): ModuleConfig {
    return { type: BernoulliLikelihood.type, decoder: this.decoder.config() };
  }
}

/** How {@link GaussianLikelihood} treats its scale. */
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
export class GaussianLikelihood extends Likelihood {
  static readonly type: string = 'GaussianLikelihood';
  static override fromConfig(config: ModuleConfig, build: BuildModule): GaussianLikelihood {
    return new GaussianLikelihood(build(config.decoder, Network), readConfig(config, { learnScale: 'boolean' }));
  }

  readonly latentDim: number;
  readonly dataDim: number;
  readonly logScale: Variable;

  /** @param decoder from z to the mean of each dimension of x */
  constructor(
    readonly decoder: Network,
    { scale = 1, learnScale = true }: GaussianLikelihoodOptions = {},
  ) {
    super();
    checkNumber('GaussianLikelihood: scale', scale, { above: 0 });
    checkBoolean('GaussianLikelihood: learnScale', learnScale);
    checkNetwork('GaussianLikelihood: decoder', decoder);
    this.latentDim = decoder.inputDim;
    this.dataDim = decoder.outputDim;
    this.logScale = makeVariable([this.dataDim], () => fill([this.dataDim], Math.log(scale)), {
      trainable: learnScale,
    });
  }

  distribution(z: Tensor): Distribution {
    return new Independent(new Normal(this.decoder.apply(z), exp(this.logScale)), 1);
  }

  override config(): ModuleConfig {
    return { type: GaussianLikelihood.type, decoder: this.decoder.config(), learnScale: this.logScale.trainable };
  }
}
