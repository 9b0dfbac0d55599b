import { add, matMul, reshape, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { checkEvent, formatShape } from './check.js';

/**
 * A linear map of the last axis: `x·W + b`.
 *
 * Leading axes are flattened first: TensorFlow.js would otherwise make the gradient of `W` once per batch entry before summing.
 *
 * **Shapes**: `x` `[...batch, inputs]`, `weights` `[inputs, outputs]`, `bias` `[outputs]`; result `[...batch, outputs]`.
 *
 * @throws Error unless the last axis of `x` is the first of `weights`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { linear } from '@pushforward/tensor';
 *
 * const y = linear(tf.ones([5, 2, 3]), tf.ones([3, 4]), tf.zeros([4]));
 * console.log(y.shape); // [ 5, 2, 4 ]
 * ```
 */
export function linear(x: Tensor, weights: Tensor, bias?: Tensor): Tensor {
  if (weights.rank !== 2) throw new Error(`linear: weights must be [inputs, outputs], got ${formatShape(weights.shape)}`);
  const [inputs, outputs] = weights.shape;
  checkEvent('linear: x', x.shape, [inputs]);
  const batch = x.shape.slice(0, -1);
  const rows = batch.reduce((product, size) => product * size, 1);
  return tidy(() => {
    const product = matMul(reshape(x, [rows, inputs]) as Tensor2D, weights as Tensor2D);
    return reshape(bias ? add(product, bias) : product, [...batch, outputs]);
  });
}
