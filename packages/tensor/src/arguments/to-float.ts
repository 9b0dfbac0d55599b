import { cast, type Tensor } from '@tensorflow/tfjs-core';

/**
 * A tensor of numbers as float32: itself if it is one already, else a cast, for use under `tf.tidy`.
 *
 * Operations of TensorFlow.js take the type of their first operand, or refuse others, each in its own way: a function that takes tensors from
 * its caller turns them into float32 before it computes anything.
 *
 * @param name what the caller calls the argument, as `maf: x`
 * @throws Error for strings and complex numbers, such as `maf: x must be float32, int32 or bool, got string`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { toFloat } from '@pushforward/tensor';
 *
 * console.log(toFloat('maf: x', tf.tensor1d([1, 2], 'int32')).dtype); // float32
 * ```
 */
export function toFloat(name: string, x: Tensor): Tensor {
  if (x.dtype === 'float32') return x;
  checkNumeric(name, x);
  return cast(x, 'float32');
}

/**
 * Throws unless a tensor is of numbers or truth values: what {@link toFloat} can cast.
 *
 * @param name what the caller calls the argument, as `maf: x`
 * @throws Error such as `maf: x must be float32, int32 or bool, got string`
 *
 * @example
 * ```ts
 * import { checkNumeric } from '@pushforward/tensor';
 *
 * checkNumeric('maf: x', { dtype: 'int32' }); // passes
 * ```
 */
export function checkNumeric(name: string, { dtype }: { readonly dtype: string }): void {
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    throw new Error(`${name} must be float32, int32 or bool, got ${dtype}`);
}
