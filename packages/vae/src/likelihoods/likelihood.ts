import type { Tensor } from '@tensorflow/tfjs-core';
import { Module } from '@pushforward/tensor';
import type { Distribution } from '@pushforward/distributions';

/**
 * p(x|z): a decoder network and the distribution whose parameters it gives.
 *
 * **Shapes**: z `[...batch, latentDim]`, context `[...batch, C]` or with a batch shape that broadcasts with that of z, events `[dataDim]`.
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
  /** C, the width of the context that x depends on besides z, 0 if there is none. */
  readonly contextDim: number = 0;

  /** The distribution of x for each z; its tensors belong to the caller's `tf.tidy`. */
  abstract distribution(z: Tensor, context?: Tensor): Distribution;
}
