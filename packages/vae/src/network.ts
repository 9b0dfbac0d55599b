import type { Tensor } from '@tensorflow/tfjs-core';
import { Module } from '@pushforward/tensor';

/**
 * A map of vectors with weights of its own, as an encoder or a decoder holds one.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { BernoulliLikelihood, Network } from '@pushforward/vae';
 *
 * // A decoder with one layer: four pixels from two latent numbers.
 * class LinearDecoder extends Network {
 *   readonly inputDim = 2;
 *   readonly outputDim = 4;
 *   readonly weights = tf.variable(tf.zeros([2, 4]));
 *   apply(z: tf.Tensor) {
 *     return tf.matMul(z, this.weights);
 *   }
 *   config() {
 *     return { type: 'LinearDecoder' };
 *   }
 * }
 *
 * const likelihood = new BernoulliLikelihood(new LinearDecoder());
 * console.log(await likelihood.distribution(tf.ones([1, 2])).logProb(tf.ones([1, 4])).array()); // about [-2.7726]
 * ```
 */
export abstract class Network extends Module {
  /** The width of the input. */
  abstract readonly inputDim: number;
  /** The width of the output. */
  abstract readonly outputDim: number;

  /** **Shapes**: `[...batch, inputDim]` → `[...batch, outputDim]`. */
  abstract apply(x: Tensor): Tensor;
}
