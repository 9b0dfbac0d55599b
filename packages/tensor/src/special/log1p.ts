import { add, clipByValue, div, log, sub, type Tensor } from '@tensorflow/tfjs-core';
import { withGradient } from '../autodiff/with-gradient.js';

/**
 * `log(1 + x)`, accurate where x is small.
 *
 * With u = 1 + x as it is rounded, `log(1 + x) = log u + log((1 + x)/u)`, and the second term is the rounding error of u, which
 * `x − (u − 1)` gives exactly.
 *
 * **Shapes**: any; result that of `x`.
 *
 * **Numerics**: relative error below 2·10⁻⁷ on cpu and wasm (2.5·10⁻⁷ on tensorflow), from −1 to the largest float32; −∞ at −1,
 * NaN below, ∞ at ∞. TensorFlow.js's own `log1p` is 0 for |x| < 6·10⁻⁸ on wasm, webgl and webgpu.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { log1p } from '@pushforward/tensor';
 *
 * console.log((await log1p(tf.scalar(1e-8)).data())[0]); // 9.99999993922529e-9
 * ```
 */
export function log1p(x: Tensor): Tensor {
  return withGradient(
    'log1p: x',
    x,
    (x) => {
      // Beyond 1 the rounding error of 1 + x does not matter, and x − (u − 1) is not the error of the logarithm any more.
      const small = clipByValue(x, -1, 1);
      const error = sub(small, sub(add(small, 1), 1));
      return add(log(add(x, 1)), error);
    },
    (dy, x) => div(dy, add(x, 1)),
  );
}
