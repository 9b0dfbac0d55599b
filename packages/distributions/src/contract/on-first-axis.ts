import { reshape, type Tensor, tensor1d } from '@tensorflow/tfjs-core';

/** Numbers `[N, 1, ...]` that broadcast with a batch shape to `[N, ...batch]`, for use under `tf.tidy`. */
export function onFirstAxis(values: readonly number[], batch: readonly number[]): Tensor {
  return reshape(tensor1d([...values], 'float32'), [values.length, ...batch.map(() => 1)]);
}
