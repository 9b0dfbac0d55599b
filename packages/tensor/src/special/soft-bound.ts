import { mul, type Tensor, tanh, tidy } from '@tensorflow/tfjs-core';
import { toFloat } from '../arguments/to-float.js';

/**
 * `bound · tanh(x / bound)`: x itself near 0, within ±bound everywhere, defined and differentiable for infinite x too. It keeps a log-scale
 * that a network computes from overflowing.
 *
 * **Shapes**: any; result that of `x`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { softBound } from '@pushforward/tensor';
 *
 * console.log(await softBound(tf.tensor1d([-Infinity, 0, 1000]), 7).array()); // [-7, 0, 7]
 * ```
 */
export function softBound(x: Tensor, bound: number): Tensor {
  return tidy(() => mul(tanh(mul(toFloat('softBound: x', x), 1 / bound)), bound));
}
