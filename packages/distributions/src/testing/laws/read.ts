import type { Tensor } from '@tensorflow/tfjs-core';
import { readValues } from '@pushforward/tensor/testing';

/** Computes a tensor and reads its numbers back. */
export async function read(make: () => Tensor): Promise<ArrayLike<number>> {
  const [values] = await readValues(() => [make()]);
  return values.data;
}
