import { add, mul, type Scalar, type Tensor, tidy, type Variable, variableGrads } from '@tensorflow/tfjs-core';

/**
 * One small step down the gradient of a loss, which leaves no tensor behind: for a law of memory.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { trainingStep } from '@pushforward/tensor/testing';
 *
 * const weight = tf.variable(tf.scalar(1));
 * trainingStep(() => tf.square(weight), [weight]);
 * console.log((await weight.data())[0] < 1); // true
 * ```
 */
export function trainingStep(loss: () => Tensor, variables: readonly Variable[]): void {
  if (variables.length === 0) return tidy(() => void loss());
  const { value, grads } = variableGrads(loss as () => Scalar, [...variables]);
  for (const variable of variables) {
    const gradient = grads[variable.name];
    if (gradient) tidy(() => variable.assign(add(variable, mul(gradient, -1e-4))));
  }
  for (const tensor of [value, ...Object.values(grads)]) tensor?.dispose();
}
