import { sum, type Tensor } from '@tensorflow/tfjs-core';

/** The sum over the last `axes` axes. */
export function sumTrailing(x: Tensor, axes: number): Tensor {
  return axes === 0
    ? x
    : sum(
        x,
        Array.from({ length: axes }, (_, i) => x.rank - axes + i),
      );
}
