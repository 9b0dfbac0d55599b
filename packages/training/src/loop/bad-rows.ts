import type { SizedBatch } from '../data/source.js';
import { dispose, slice, Tensor, type TensorContainer, tidy } from '@tensorflow/tfjs-core';

const MOST = 5;

/**
 * The rows of a batch whose own loss is infinite or NaN, in words: the batch is halved wherever the loss of a part is not finite, which
 * takes some log₂ n evaluations a row.
 *
 * @param lossOf the loss of a batch
 * @returns the first few; undefined if the loss does not take parts of a batch
 */
export async function findBadRows(
  { batch, size, place }: SizedBatch,
  lossOf: (batch: TensorContainer) => Tensor,
): Promise<string[] | undefined> {
  const found: string[] = [];
  const search = async (start: number, end: number): Promise<void> => {
    if (found.length >= MOST) return;
    const loss = await lossOfRows(batch, size, start, end, lossOf);
    if (Number.isFinite(loss)) return;
    if (end - start === 1) {
      found.push(`${place(start)} has the loss ${loss}`);
      return;
    }
    const middle = Math.floor((start + end) / 2);
    await search(start, middle);
    await search(middle, end);
  };
  try {
    await search(0, size);
    return found;
  } catch {
    return undefined;
  }
}

async function lossOfRows(
  batch: TensorContainer,
  size: number,
  start: number,
  end: number,
  lossOf: (batch: TensorContainer) => Tensor,
) {
  // A second handle, for the loss may hand back a tensor of its own.
  const loss = tidy(() => lossOf(rowsOf(batch, size, start, end)).clone());
  const [value] = await loss.data();
  dispose(loss);
  return value;
}

/** Some rows of every tensor in a batch. */
function rowsOf(batch: TensorContainer, size: number, start: number, end: number): TensorContainer {
  if (batch instanceof Tensor) return batch.shape[0] === size ? slice(batch, start, end - start) : batch;
  if (Array.isArray(batch)) return batch.map((part) => rowsOf(part, size, start, end));
  if (typeof batch !== 'object' || batch === null) return batch;
  return Object.fromEntries(Object.entries(batch).map(([name, part]) => [name, rowsOf(part, size, start, end)]));
}
