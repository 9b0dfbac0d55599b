import { sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The sum over the last axes, by TensorFlow.js's own operation; x itself where `count` is 0.
 *
 * **Shapes**: x `[...batch, ...event]`, where `event` has `count` axes; result `[...batch]`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { sumTrailing } from '@pushforward/tensor';
 *
 * console.log(sumTrailing(tf.ones([4, 3, 2]), 2).shape); // [ 4 ]
 * ```
 */
export function sumTrailing(x: Tensor, count: number): Tensor {
  if (count === 0) return x;
  const axes = Array.from({ length: count }, (_, i) => x.rank - count + i);
  return sum(x, axes);
}
