import type { Tensor2D } from '@tensorflow/tfjs-core';

/**
 * The arrays of unrolling, or their gradients. One column is one event: so a degree's units lie together in memory.
 */
export interface UnrollArrays {
  /** `[D, N]` */
  readonly input: Tensor2D;
  /** One for each layer, masks applied, `[inputs, units]`. */
  readonly weights: readonly Tensor2D[];
  /** The offset of each layer's products, the same for every event or not: `[units, 1]` or `[units, N]`. */
  readonly offsets: readonly Tensor2D[];
}
