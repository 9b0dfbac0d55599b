import { engine, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';
import { secondHandle } from '../autodiff/second-handle.js';

/** The gradient of an operand of some shape from that of the operand as it was broadcast: summed over the axes that broadcasting added. */
export function unbroadcast(x: Tensor, shape: number[]): Tensor {
  const added = x.rank - shape.length;
  const axes = x.shape.flatMap((size, axis) => (axis < added || shape[axis - added] !== size ? [axis] : []));
  // A tensor of its own in any case: TensorFlow.js disposes of a gradient once it has added another to it.
  if (axes.length === 0) return engine().isTapeOn() ? reshape(x, shape) : secondHandle(x);
  return reshape(sum(x, axes), shape);
}
