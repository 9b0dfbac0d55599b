import { expm1 as coreExpm1, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { toFloat } from '../arguments/to-float.js';

/**
 * `eˣ − 1`, accurate where x is small. The derivative is eˣ.
 *
 * **Shapes**: any; result that of `x`.
 *
 * **Numerics**: relative error below 2·10⁻⁷ on cpu, wasm and tensorflow; −1 at −∞, ∞ above 88.72. TensorFlow.js computes
 * `exp(x) − 1` on webgl and webgpu, with an absolute error of 10⁻⁷ near 0.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { expm1 } from '@pushforward/tensor';
 *
 * console.log((await expm1(tf.scalar(1e-8)).data())[0]); // 9.99999993922529e-9
 * ```
 */
export function expm1(x: Tensor): Tensor {
  return tidy(() => coreExpm1(toFloat('expm1: x', x)));
}
