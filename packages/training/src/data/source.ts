import type { Key } from '@pushforward/tensor';
import type { TensorContainer } from '@tensorflow/tfjs-core';

/** A batch and the number of its rows. */
export interface SizedBatch {
  batch: TensorContainer;
  size: number;
  /** The name of one of its rows in error messages. */
  place(row: number): string;
}

/** Data cut into batches, epoch by epoch. */
export interface Source {
  /** Its name in error messages, such as `data`. */
  readonly name: string;
  /** The number of rows, or null where only the stream knows. */
  readonly rowCount: number | null;
  /** The batches of one epoch, whose tensors the caller frees. */
  batches(pass: Pass): Iterable<SizedBatch> | AsyncIterable<SizedBatch>;
}

/** One pass over the data. */
export interface Pass {
  /** The number of the epoch, from 1. */
  epoch: number;
  key: Key;
  /** Whether rows come in the order that `key` and `epoch` give, or in their own. */
  shuffle: boolean;
  /** The number of batches to leave out at the beginning. */
  skip: number;
}
