import { add, mul, type Tensor } from '@tensorflow/tfjs-core';

/**
 * `Σᵢ coefficients[i] xⁱ`, by Horner's rule; of degree 1 at least. For use under `tf.tidy`.
 *
 * **Shapes**: any; result that of `x`.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { polynomial } from '@pushforward/tensor/kernels';
 *
 * console.log(await polynomial(tf.tensor1d([0, 2]), [1, 0, 3]).array()); // [ 1, 13 ]
 * ```
 */
export function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  return coefficients
    .slice(0, -2)
    .reduceRight<Tensor>(
      (sum, coefficient) => add(mul(sum, x), coefficient),
      add(mul(x, coefficients.at(-1)!), coefficients.at(-2)!),
    );
}
