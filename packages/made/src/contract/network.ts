import type { Tensor } from '@tensorflow/tfjs-core';
import { Module } from '@pushforward/tensor';

/**
 * A map of vectors with weights of its own, given a context or none: what a coupling layer computes parameters by, and what an encoder or a
 * decoder holds. Nothing is asked of its inside: it need not be masked, inverted or differentiable more than once.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { AffineTransform, Coupling } from '@pushforward/bijectors';
 * import { Network } from '@pushforward/made';
 *
 * // Parameters that are the squares of the input: no weights at all.
 * class Squares extends Network {
 *   readonly inputDim = 2;
 *   readonly outputDim = 2;
 *   apply(x: tf.Tensor) {
 *     return tf.square(x);
 *   }
 *   config() {
 *     return { type: 'Squares' };
 *   }
 * }
 *
 * const layer = new Coupling({ dim: 3, transformed: [2], network: new Squares(), transform: new AffineTransform({ bound: null }) });
 * console.log(await layer.forward(tf.tensor1d([2, 0, 1])).array()); // [2, 0, 5]
 * ```
 */
export abstract class Network extends Module {
  /** A, the width of the input; it may be 0. */
  abstract readonly inputDim: number;
  /** The width of the output. */
  abstract readonly outputDim: number;
  /** C, the width of the context, 0 if it takes none. */
  readonly contextDim: number = 0;

  /**
   * **Shapes**: `x` `[...batch, A]`, `context` `[...batch, C]` or with a batch shape that broadcasts with that of x; result `[...batch, outputDim]`,
   * or with a batch shape that broadcasts with that of x.
   */
  abstract apply(x: Tensor, context?: Tensor): Tensor;
}
