import { neg, softplus, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { toFloat } from '../arguments/to-float.js';

/**
 * `log(1 / (1 + e⁻ˣ)) = −softplus(−x)`: the log-probability that a Bernoulli variable of logit x is one. The derivative is
 * `1 / (1 + eˣ)`.
 *
 * **Shapes**: any; result that of `x`, in nats.
 *
 * **Numerics**: as {@link softplus}: relative error below 5·10⁻⁷ on cpu, wasm and tensorflow over the whole range of float32; x
 * itself below −14, −∞ at −∞, 0 at ∞.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { logSigmoid } from '@pushforward/tensor';
 *
 * console.log(await logSigmoid(tf.tensor1d([-100, 0])).data()); // Float32Array(2) [ -100, -0.6931471824645996 ]
 * ```
 */
export function logSigmoid(x: Tensor): Tensor {
  // Not the stock logSigmoid: its gradient reads x, which an enclosing tidy may have disposed of by then.
  return tidy(() => neg(softplus(neg(toFloat('logSigmoid: x', x)))));
}
