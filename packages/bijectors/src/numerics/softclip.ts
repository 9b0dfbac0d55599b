import { abs, add, div, mul, type Tensor } from '@tensorflow/tfjs-core';

/** `x / (1 + |x| / limit)`: x itself near 0, within ±limit everywhere, and nearer to it only slowly. */
export function softclip(x: Tensor, limit: number): Tensor {
  return div(x, add(mul(abs(x), 1 / limit), 1));
}
