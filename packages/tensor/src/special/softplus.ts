import { softplus as coreSoftplus, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { toFloat } from '../arguments/to-float.js';

/**
 * `log(1 + eˣ)`: a smooth way to make a number positive. The derivative is `1 / (1 + e⁻ˣ)`.
 *
 * **Shapes**: any; result that of `x`.
 *
 * **Numerics**: relative error below 5·10⁻⁷ on cpu, wasm and tensorflow over the whole range of float32: positive down to −103
 * (to −87 on tensorflow, which takes subnormal numbers for 0), x itself above 14, 0 at −∞, ∞ at ∞. On webgl and webgpu the error is 10⁻⁷ absolute, so that values below 10⁻⁴ lose digits.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { softplus } from '@pushforward/tensor';
 *
 * console.log(await softplus(tf.tensor1d([-100, 0, 100])).data()); // Float32Array(3) [ 3.783505853677006e-44, 0.6931471824645996, 100 ]
 * ```
 */
export function softplus(x: Tensor): Tensor {
  return tidy(() => coreSoftplus(toFloat('softplus: x', x)));
}
