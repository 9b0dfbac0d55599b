import { reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { Module } from '@pushforward/tensor';

/**
 * A map with weights of its own, given a context or none: what a coupling layer computes parameters by, and what an encoder or a
 * decoder holds. Nothing is asked of its inside: it need not be masked, inverted or differentiable more than once.
 *
 * It maps vectors, unless its {@link inputShape} or {@link outputShape} says otherwise: a network over images takes `[28, 28, 1]`, say, and counts
 * 784 as its `inputDim`. {@link applyToVectors} lets it stand wherever a network over vectors does.
 *
 * `checkNetwork` of `@pushforward/made/testing` tests a class of your own against every law.
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
  /** A, how many numbers an input has; it may be 0. */
  abstract readonly inputDim: number;
  /** The size of an output. */
  abstract readonly outputDim: number;
  /** C, the width of the context, 0 if it takes none. */
  readonly contextDim: number = 0;

  /** The shape of an input. Default: a vector, `[inputDim]`. */
  get inputShape(): readonly number[] {
    return [this.inputDim];
  }

  /** The shape of an output. Default: a vector, `[outputDim]`. */
  get outputShape(): readonly number[] {
    return [this.outputDim];
  }

  /**
   * **Shapes**: `x` `[...batch, ...inputShape]`, `context` `[...batch, C]` or with a batch shape that broadcasts with that of x; result
   * `[...batch, ...outputShape]`, or with a batch shape that broadcasts with that of x.
   */
  abstract apply(x: Tensor, context?: Tensor): Tensor;

  /**
   * {@link apply} with the numbers of an input, and those of an output, in one axis, row by row.
   *
   * **Shapes**: `x` `[...batch, inputDim]`, context as above; result `[...batch, outputDim]`, or with a batch shape that broadcasts with that of x.
   */
  applyToVectors(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const { inputShape, outputShape, outputDim } = this;
      const input = inputShape.length === 1 ? x : reshape(x, [...x.shape.slice(0, -1), ...inputShape]);
      const output = this.apply(input, context);
      if (outputShape.length === 1) return output;
      return reshape(output, [...output.shape.slice(0, output.rank - outputShape.length), outputDim]);
    });
  }
}
