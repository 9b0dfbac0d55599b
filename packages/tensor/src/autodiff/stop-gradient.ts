import { clone, customGrad, type Tensor, zerosLike } from '@tensorflow/tfjs-core';

/**
 * The same values, through which no gradient flows.
 *
 * **Shapes**: any; result that of `x`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { stopGradient } from '@pushforward/tensor';
 *
 * const gradient = tf.grad((x) => tf.mul(x, stopGradient(x)));
 * console.log((await gradient(tf.scalar(3)).data())[0]); // 3
 * ```
 */
export function stopGradient(x: Tensor): Tensor {
  return customGrad(() => ({ value: clone(x), gradFunc: (dy) => zerosLike(dy) }))(x);
}
