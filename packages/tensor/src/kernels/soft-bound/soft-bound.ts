import { mul, type Tensor, tanh, tidy } from '@tensorflow/tfjs-core';
import { toFloat } from '../../arguments/to-float.js';
import { withGradients } from '../../autodiff/with-gradients.js';
import { softBoundGradientKernel, softBoundKernel } from './wasm.js';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import { runKernel } from '../../registry/run-kernel.js';

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
  return tidy(() => {
    const given = toFloat('softBound: x', x);
    if (!hasDifferentiableKernel(softBoundKernel.name)) return mul(tanh(mul(given, 1 / bound)), bound);
    const [bounded] = withGradients(
      [given],
      () => {
        const outputs = runKernel(softBoundKernel.name, [given], { bound });
        return { outputs, residuals: outputs };
      },
      ([cotangent], _, [value]) => runKernel(softBoundGradientKernel.name, [value, cotangent], { bound }),
    );
    return bounded;
  });
}
