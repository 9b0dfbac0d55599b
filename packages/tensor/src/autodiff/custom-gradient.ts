import { customGrad, type GradSaveFunc, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { isInNestedGradient } from './nested-gradient.js';

/**
 * An operation whose gradient is written by hand, as by `tf.customGrad`, and that can be differentiated more than once.
 *
 * TensorFlow.js does not see how what an operation saves depends on its inputs, so that the gradient of a gradient would miss a part. Within one,
 * the operations that make up the value are differentiated instead.
 *
 * @param forward takes the inputs and a function that saves tensors for the gradient; its value is made of differentiable operations
 * @returns the operation, a function of the inputs
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { customGradient } from '@pushforward/tensor';
 *
 * const cube = customGradient(([x], save) => {
 *   const square = tf.square(x);
 *   save([square]);
 *   return { value: tf.mul(square, x), gradFunc: (dy, [square]) => tf.mul(dy, tf.mul(3, square)) };
 * });
 * const second = tf.grad((x) => tf.grad((x) => cube(x))(x));
 * console.log(await second(tf.scalar(2)).data()); // Float32Array(1) [ 12 ]
 * ```
 */
export function customGradient<T extends Tensor = Tensor>(
  forward: (
    inputs: Tensor[],
    save: GradSaveFunc,
  ) => { value: T; gradFunc: (dy: T, saved: Tensor[]) => Tensor | Tensor[] },
): (...inputs: Tensor[]) => T {
  return (...inputs) => {
    if (isInNestedGradient()) return tidy(() => forward(inputs, () => {}).value);
    const operation = customGrad((...args: (Tensor | GradSaveFunc)[]) => {
      const save = args.pop() as GradSaveFunc;
      return forward(args as Tensor[], save);
    });
    return operation(...inputs);
  };
}
