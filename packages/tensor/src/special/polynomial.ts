import { add, mul, type Tensor } from '@tensorflow/tfjs-core';

/** `Σᵢ coefficients[i] xⁱ`, by Horner's rule; of degree 1 at least. */
export function polynomial(x: Tensor, coefficients: readonly number[]): Tensor {
  return coefficients
    .slice(0, -2)
    .reduceRight<Tensor>(
      (sum, coefficient) => add(mul(sum, x), coefficient),
      add(mul(x, coefficients.at(-1)!), coefficients.at(-2)!),
    );
}
