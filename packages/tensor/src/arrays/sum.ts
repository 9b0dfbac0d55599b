import {
  add,
  customGrad,
  fill,
  pad,
  reshape,
  sum as coreSum,
  type GradSaveFunc,
  type Tensor,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { reduction } from './reduction-axes.js';

const BLOCK = 32;
const DIRECT = 64;

/**
 * The sum over axes, accurate however many terms it has.
 *
 * Terms are added in blocks of 32, then those sums in blocks of 32, and so on: the rounding error grows with the logarithm of
 * their number. TensorFlow.js adds one after another on wasm, where 2²⁴ times 0.1 comes out 15 % too large.
 *
 * **Shapes**: `x` any; result without the reduced axes, or with a size of 1 there.
 *
 * **Numerics**: error below 10⁻⁵ Σ|xᵢ| at worst, 10⁻⁶ in practice, over 2²⁴ terms; an empty sum is 0.
 *
 * @param axis an axis or several, negative ones counted from the last; default: all
 * @param keepDims whether reduced axes stay, with size 1; default: false
 * @throws Error if an axis is not one of `x`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { sum } from '@pushforward/tensor';
 *
 * const x = tf.tensor2d([[1, 2], [3, 4]]);
 * console.log(await sum(x, -1).data()); // Float32Array(2) [ 3, 7 ]
 * ```
 */
export function sum(x: Tensor, axis?: number | readonly number[], keepDims = false): Tensor {
  const { shape, keptShape, toRows } = reduction('sum', x.shape, axis, keepDims);
  const inputShape = x.shape;
  const operation = customGrad((x: Tensor | GradSaveFunc) => ({
    value: reshape(sumRows(toRows(x as Tensor)), shape),
    // Much cheaper than to tile.
    gradFunc: (dy) => add(fill(inputShape, 0), reshape(dy, keptShape)),
  }));
  return operation(x);
}

function sumRows(rows: Tensor2D): Tensor {
  const [outer, count] = rows.shape;
  // TensorFlow.js's wasm kernel leaves an empty sum unwritten.
  if (count === 0) return fill([outer], 0);
  if (count <= DIRECT) return coreSum(rows, 1);
  const blocks = Math.ceil(count / BLOCK);
  const missing = blocks * BLOCK - count;
  const whole =
    missing === 0
      ? rows
      : pad(rows, [
          [0, 0],
          [0, missing],
        ]);
  return sumRows(reshape(coreSum(reshape(whole, [outer * blocks, BLOCK]), 1), [outer, blocks]));
}
