import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { broadcastTo, sizeOf } from '@pushforward/tensor';

/**
 * A context, or what it adds, as one row for every event of a batch, or one for all of them.
 *
 * **Shapes**: `values` `[...batch, W]` or with a batch shape that broadcasts with it; result `[N, W]` or `[1, W]`.
 */
export function rowsFor(batch: readonly number[], values: Tensor): Tensor {
  const width = values.shape.at(-1)!;
  const given = values.size / width;
  const rows = sizeOf(batch);
  if (given === rows || given === 1) return values.rank === 2 ? values : reshape(values, [given, width]);
  return reshape(broadcastTo(values, [...batch, width]), [rows, width]);
}
