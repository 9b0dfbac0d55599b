import { broadcast_util, type Tensor, tidy, where as stockWhere } from '@tensorflow/tfjs-core';
import { broadcastTo } from './broadcast-to.js';
import { toFloat } from '../arguments/to-float.js';

/**
 * `a` where the condition holds and `b` elsewhere, the three broadcast against each other; unlike that of TensorFlow.js also where an
 * axis has size 0.
 *
 * The gradient of the side not taken is 0 only if that side's own derivative is finite: keep its argument in range.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { where } from '@pushforward/tensor';
 *
 * const positive = where(tf.tensor1d([1, 0], 'bool'), tf.scalar(5), tf.scalar(-5));
 * console.log(await positive.array()); // [5, -5]
 * ```
 */
export function where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
  const shape = [a, b].reduce(
    (joined, tensor) => broadcast_util.assertAndGetBroadcastShape(joined, tensor.shape),
    condition.shape,
  );
  return tidy(() => {
    // Of two types the stock kernels read one as the other.
    const [whereTrue, whereFalse] = a.dtype === b.dtype ? [a, b] : [toFloat('where: a', a), toFloat('where: b', b)];
    return stockWhere(broadcastTo(condition, shape), broadcastTo(whereTrue, shape), broadcastTo(whereFalse, shape));
  });
}
