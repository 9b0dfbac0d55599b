import { tensor2d, type Tensor2D } from '@tensorflow/tfjs-core';
import { checkInteger } from '../arguments/check.js';
import type { Key } from './threefry.js';
import { normalNumbers } from './random.js';

/**
 * A random matrix `gain · Q` whose columns, or rows if those are fewer, are orthonormal in Q: uniform among all such matrices.
 *
 * **Shapes**: result `[rows, columns]`.
 *
 * **Numerics**: computed in float64 and then rounded: the same numbers on every backend.
 *
 * **Cost**: 2·a²·b operations in JavaScript, where a is the shorter side and b the longer: about a second for 512 × 1449.
 *
 * Source: Saxe, McClelland & Ganguli 2014, "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks".
 *
 * @throws Error if a size is not an integer of at least 1
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { key, orthogonal } from '@pushforward/tensor';
 *
 * const q = orthogonal(key(0), 3, 2);
 * const product = tf.matMul(q, q, true);
 * console.log(Array.from(await product.data(), (x) => Math.abs(x).toFixed(3))); // [ '1.000', '0.000', '0.000', '1.000' ]
 * ```
 */
export function orthogonal(key: Key, rows: number, columns: number, gain = 1): Tensor2D {
  checkInteger('orthogonal: rows', rows, 1);
  checkInteger('orthogonal: columns', columns, 1);
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
  const numbers = Float64Array.from(normalNumbers(key, count * length));
  const vectors = Array.from({ length: count }, (_, i) => numbers.subarray(i * length, (i + 1) * length));
  for (const [i, vector] of vectors.entries()) {
    // Once: the dot product that rounding leaves of two vectors, 1e-10 at worst in half a million draws, is nothing in float32.
    for (const earlier of vectors.slice(0, i)) addMultiple(vector, earlier, -dot(vector, earlier));
    const scale = 1 / Math.sqrt(dot(vector, vector));
    for (const [k, number] of vector.entries()) vector[k] = number * scale;
  }
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[row * columns + column] = gain * (rows < columns ? vectors[row][column] : vectors[column][row]);
    }
  }
  return tensor2d(result, [rows, columns]);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

function addMultiple(target: Float64Array, source: Float64Array, factor: number): void {
  for (let k = 0; k < target.length; k++) target[k] += factor * source[k];
}
