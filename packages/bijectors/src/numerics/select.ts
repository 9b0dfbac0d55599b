import { concat, customGrad, gather, reshape, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';

/**
 * Entry i of the result is entry `indices[i]` of x along an axis, the last by default, or 0 where `indices[i]` is −1. No entry is taken
 * twice, so that the gradient is a selection too: that of `tf.gather` scatters, which the wasm backend cannot.
 */
export function select(x: Tensor, indices: readonly number[], axis = x.rank - 1): Tensor {
  const back = Array.from({ length: x.shape[axis] }, () => -1);
  indices.forEach((index, i) => {
    if (index >= 0) back[index] = i;
  });
  const op = customGrad((input) => ({
    value: take(input as Tensor, indices, axis),
    gradFunc: (dy: Tensor) => select(dy, back, axis),
  }));
  return op(x);
}

function take(x: Tensor, indices: readonly number[], axis: number): Tensor {
  const size = x.shape[axis];
  const shapeWith = (count: number) => x.shape.map((own, i) => (i === axis ? count : own));
  const source = indices.includes(-1) ? concat([x, zeros(shapeWith(1))], axis) : x;
  const places = tensor1d(
    indices.map((index) => (index < 0 ? size : index)),
    'int32',
  );
  // The reshape is for the wasm backend, whose gather gives an empty batch another shape.
  return reshape(gather(source, places, axis), shapeWith(indices.length));
}
