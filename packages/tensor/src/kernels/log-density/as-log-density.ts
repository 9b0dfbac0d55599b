import {
  any,
  equal,
  isNaN,
  logicalAnd,
  logicalNot,
  logicalOr,
  reshape,
  scalar,
  type Tensor,
  tidy,
  util,
} from '@tensorflow/tfjs-core';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import { logDensityKernel } from './wasm.js';
import { runKernel } from '../../registry/run-kernel.js';
import { toFloat } from '../../arguments/to-float.js';
import { where } from '../../arrays/where.js';
import { withGradients } from '../../autodiff/with-gradients.js';

/**
 * A log-density as its caller wants it: −∞ where it came out as NaN or +∞ although x is made of numbers, that is, where the arithmetic of a
 * flow leaves float32 on the way to a base variable, or x has none. NaN stays where x has a NaN itself.
 *
 * The gradient passes through unchanged: that of an event whose density vanishes is not a number.
 *
 * **Shapes**: `logProb` `[...batch]`, `x` `[...batch, ...event]`, or with a batch shape that broadcasts; result `[...batch]`. **Units**: nats.
 *
 * @param eventRank how many trailing axes one event of x takes
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { asLogDensity } from '@pushforward/tensor/kernels';
 *
 * const x = tf.tensor2d([[1, 2], [-1, 2], [NaN, 2]]);
 * const logProb = tf.sum(tf.log(x), 1); // of no number for the second row
 * console.log(await asLogDensity(logProb, x, 1).array()); // [ 0.6931471824645996, -Infinity, NaN ]
 * ```
 */
export function asLogDensity(logProb: Tensor, x: Tensor, eventRank: number): Tensor {
  const isPlain = x.dtype === 'float32' && util.arraysEqual(logProb.shape, x.shape.slice(0, x.rank - eventRank));
  if (isPlain && hasDifferentiableKernel(logDensityKernel.name)) {
    const [result] = withGradients(
      [logProb],
      () => ({ outputs: runKernel(logDensityKernel.name, [logProb, x]) }),
      ([cotangent]) => [cotangent],
    );
    return result;
  }
  return tidy(() => {
    const batch = x.shape.slice(0, x.rank - eventRank);
    const numbers = toFloat('asLogDensity: x', x);
    const isMissing = isNaN(
      eventRank === 0 ? numbers : reshape(numbers, [...batch, util.sizeFromShape(x.shape.slice(batch.length))]),
    );
    const hasNaN = eventRank === 0 ? isMissing : any(isMissing, -1);
    const isNone = logicalAnd(logicalOr(isNaN(logProb), equal(logProb, Infinity)), logicalNot(hasNaN));
    return where(isNone, scalar(-Infinity), logProb);
  });
}
