import {
  clipByValue,
  fill,
  log,
  max,
  mul,
  reshape,
  softmax,
  sub,
  type Tensor,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { customGradient } from '../autodiff/custom-gradient.js';
import { reduction } from './reduction-axes.js';
import { toFloat } from '../arguments/to-float.js';

const LARGEST = 3.4028234663852886e38;

/**
 * `log Σᵢ exp(xᵢ)` over axes: the sum of numbers that are given by their logarithms. The gradient is `softmax(x)`.
 *
 * Computed as `max x − log max softmax(x)`: the largest of the softmax is `exp(max x) / Σᵢ exp(xᵢ)`.
 *
 * **Shapes**: `x` any; result without the reduced axes, or with a size of 1 there.
 *
 * **Numerics**: never overflows. −∞ counts as nothing, all −∞ give −∞, as does an empty axis, and ∞ gives ∞; gradients are finite
 * in all of these, shared evenly between entries that are all −∞ or all ∞.
 *
 * @param axis an axis or several, negative ones counted from the last; default: all
 * @param keepDims whether reduced axes stay, with size 1; default: false
 * @throws Error if an axis is not one of `x`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { logSumExp } from '@pushforward/tensor';
 *
 * const x = tf.tensor2d([[1000, 1000], [-Infinity, 0]]);
 * console.log(await logSumExp(x, -1).data()); // Float32Array(2) [ 1000.6931762695312, 0 ]
 * ```
 */
export function logSumExp(x: Tensor, axis?: number | readonly number[], keepDims = false): Tensor {
  const { count, shape, outer, toRows, fromRows } = reduction('logSumExp', x.shape, axis, keepDims);
  const operation = customGradient(([x], save) => {
    const rows = toRows(x);
    // The softmax subtracts the largest: infinities must be made finite for it, but not for the result.
    const weights = softmax(clipByValue(rows, -LARGEST, LARGEST) as Tensor2D);
    save([weights]);
    const value = count === 0 ? fill([outer], -Infinity) : sub(max(rows, 1), log(max(weights, 1)));
    return {
      value: reshape(value, shape),
      gradFunc: (dy, [weights]) => fromRows(mul(weights, reshape(dy, [outer, 1]))),
    };
  });
  return tidy(() => operation(toFloat('logSumExp: x', x)));
}
