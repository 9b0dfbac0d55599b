import type { Tensor } from '@tensorflow/tfjs-core';
import { Module } from '@pushforward/tensor';

/**
 * Any network from the dimensions that a coupling layer leaves as they are to the parameters of those that it transforms. Nothing is
 * asked of its inside: it need not be masked, inverted or differentiable more than once.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { AffineTransform, Coupling, CouplingNetwork } from '@pushforward/bijectors';
 *
 * // Parameters that are the squares of the input: no weights at all.
 * class Squares extends CouplingNetwork {
 *   readonly inputDim = 2;
 *   readonly contextDim = 0;
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
export abstract class CouplingNetwork extends Module {
  /** A, the number of dimensions it reads; it may be 0. */
  abstract readonly inputDim: number;
  /** C, the width of the context, 0 if there is none. */
  abstract readonly contextDim: number;
  /** The number of parameters it gives. */
  abstract readonly outputDim: number;

  /**
   * **Shapes**: `x` `[...batch, A]`, `context` `[...batch, C]` or with a batch shape that broadcasts with that of x; result `[...batch, outputDim]`,
   * or with a batch shape that broadcasts with that of x.
   */
  abstract apply(x: Tensor, context?: Tensor): Tensor;
}
