import { add, type Tensor } from '@tensorflow/tfjs-core';
import { softplus } from '@pushforward/tensor';

/** `minimum + softplus(raw + c)`, a positive number with a floor below 1; the constant c makes it 1 at raw 0. */
export function positive(raw: Tensor, minimum: number): Tensor {
  return add(softplus(add(raw, Math.log(Math.expm1(1 - minimum)))), minimum);
}
