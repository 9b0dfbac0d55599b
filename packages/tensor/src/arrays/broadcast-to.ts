import {
  add,
  broadcastTo as stockBroadcastTo,
  clone,
  customGrad,
  type GradSaveFunc,
  type Tensor,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { formatShape } from '../arguments/check.js';
import { unbroadcast } from './unbroadcast.js';

/**
 * Repeats a tensor along its axes of size 1, and new leading ones, to a shape; unlike that of TensorFlow.js also to axes of size 0,
 * where `tf.broadcastTo` returns the tensor as it was.
 *
 * @throws Error if the shapes do not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { broadcastTo } from '@pushforward/tensor';
 *
 * console.log(broadcastTo(tf.ones([3]), [0, 3]).shape); // [ 0, 3 ]
 * ```
 */
export function broadcastTo(x: Tensor, shape: readonly number[]): Tensor {
  if (formatShape(x.shape) === formatShape(shape)) return clone(x);
  if (!shape.includes(0)) {
    if (x.dtype !== 'float32') return stockBroadcastTo(x, [...shape]);
    const own = x.shape;
    // TensorFlow.js's own gradient takes the result apart slice by slice, and refuses more than four axes.
    const operation = customGrad((x: Tensor | GradSaveFunc) => ({
      value: stockBroadcastTo(x as Tensor, [...shape]),
      gradFunc: (dy: Tensor) => unbroadcast(dy, own),
    }));
    return operation(x);
  }
  // The sum has a gradient, if one of zeros.
  return x.dtype === 'float32' ? tidy(() => add(x, zeros([...shape]))) : zeros([...shape], x.dtype);
}
