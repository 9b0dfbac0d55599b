import { reshape, type Tensor, unstack as stockUnstack } from '@tensorflow/tfjs-core';

/** `tf.unstack`, also along an axis of size 1, where the gradient of TensorFlow.js fails. */
export function unstack(x: Tensor, axis = 0): Tensor[] {
  return x.shape[axis] === 1 ? [reshape(x, x.shape.toSpliced(axis, 1))] : [...stockUnstack(x, axis)];
}
