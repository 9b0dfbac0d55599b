import { dispose, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type Matrix, readMatrix } from './matrix.js';

/** The numbers of the tensors that `compute` makes, which are disposed of whatever fails meanwhile. */
export async function readOnce(compute: () => readonly Tensor[]): Promise<Matrix[]> {
  const tensors = tidy(() => [...compute()]);
  try {
    const read: Matrix[] = [];
    for (const tensor of tensors) read.push(await readMatrix(tensor));
    return read;
  } finally {
    dispose(tensors);
  }
}
