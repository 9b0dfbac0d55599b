import { add, mul, square, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import { HALF_LOG_TWO_PI } from '../../special/normal/half-log-two-pi.js';
import { logProbGradientKernel, logProbKernel } from './wasm.js';
import { runKernel } from '../../registry/run-kernel.js';
import { sum } from '../../arrays/sum.js';
import { toFloat } from '../../arguments/to-float.js';
import { withGradients } from '../../autodiff/with-gradients.js';

/**
 * The log-density of independent standard normal numbers, `−½ Σ x² − D·log √(2π)` over the D numbers of each event: in every loss of a
 * flow, so that it is one kernel where the backend has it.
 *
 * **Shapes**: x `[...batch, ...event]`; result `[...batch]`. **Units**: nats.
 *
 * @param eventRank how many trailing axes one event takes
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { standardNormalLogProb } from '@pushforward/tensor/kernels';
 *
 * const [nats] = await standardNormalLogProb(tf.tensor2d([[0, 1]]), 1).data();
 * console.log(nats.toFixed(4)); // -2.3379
 * ```
 */
export function standardNormalLogProb(x: Tensor, eventRank: number): Tensor {
  const axes = Array.from({ length: eventRank }, (_, i) => x.rank - eventRank + i);
  const size = axes.reduce((product, axis) => product * x.shape[axis], 1);
  const isFused = hasDifferentiableKernel(logProbKernel.name);
  return tidy(() => {
    const input = toFloat('standardNormalLogProb: x', x);
    if (isFused) {
      const [logProb] = withGradients(
        [input],
        () => ({ outputs: runKernel(logProbKernel.name, [input], { eventRank }) }),
        ([cotangent], [value]) => runKernel(logProbGradientKernel.name, [value, cotangent]),
      );
      return logProb;
    }
    const squares = square(input);
    return add(mul(eventRank === 0 ? squares : sum(squares, axes), -0.5), -size * HALF_LOG_TWO_PI);
  });
}
