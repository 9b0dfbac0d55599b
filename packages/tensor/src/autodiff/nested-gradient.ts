import { engine } from '@tensorflow/tfjs-core';

/**
 * Whether what is computed now is inside the gradient of a gradient, so that its own gradient has to be differentiable.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { isInNestedGradient } from '@pushforward/tensor';
 *
 * const found: boolean[] = [];
 * const square = (x: tf.Tensor) => {
 *   found.push(isInNestedGradient());
 *   return tf.square(x);
 * };
 * tf.grad(square)(tf.scalar(3));
 * tf.grad((x) => tf.grad(square)(x))(tf.scalar(3));
 * console.log(found); // [ false, true ]
 * ```
 */
export function isInNestedGradient(): boolean {
  return engine().state.gradientDepth > 1;
}
