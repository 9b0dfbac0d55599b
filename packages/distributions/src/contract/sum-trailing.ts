import { sum, type Tensor } from '@tensorflow/tfjs-core';

/** The sum over the last `count` axes. */
export function sumTrailing(x: Tensor, count: number): Tensor {
  return count === 0
    ? x
    : sum(
        x,
        Array.from({ length: count }, (_, i) => x.rank - count + i),
      );
}
