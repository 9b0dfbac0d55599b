import type { Source } from '../data/source.js';
import { dispose, reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkOptions, foldIn, key, type Key, type Seed } from '@pushforward/tensor';
import { findBadRows } from './bad-rows.js';
import { type Batch, type Data, toSource } from '../data/data.js';
import { yieldToEventLoop } from './event-loop.js';
import { checkLoss, checkScalar, type Loss, readScalars } from './loss.js';

/** Options of {@link evaluate}. */
export interface EvaluateOptions {
  /** The number of rows of a batch; a stream brings its own batches. Default 128. */
  batchSize?: number;
  /** An integer or a key, for a loss that draws. Default: a fresh key. */
  seed?: Seed;
}

/**
 * The mean of a loss over data: `Σ_b n_b loss_b / Σ_b n_b` over batches of n_b rows, summed in float64.
 *
 * The loss is called with `training: false`, the batch's number as `step`, and a key that depends on the seed and that number alone.
 *
 * @param data as {@link fit} takes it; rows are taken in their own order
 * @returns the mean, in the loss's unit; it may be infinite or NaN
 * @throws Error if the data is empty or its members' rows do not match, or the loss does not return a scalar
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { evaluate } from '@pushforward/training';
 *
 * const x = tf.tensor1d([1, 2, 3, 4, 5]);
 * console.log(await evaluate((batch) => tf.mean(batch), x, { batchSize: 2 })); // 3
 * ```
 */
export async function evaluate<const D extends Data>(
  loss: Loss<Batch<D>>,
  data: D,
  options: EvaluateOptions = {},
): Promise<number> {
  checkOptions('evaluate', options, ['batchSize', 'seed']);
  const { batchSize = 128, seed } = options;
  checkLoss('evaluate', loss);
  const source = await toSource('evaluate', 'data', data, batchSize);
  return (await meanLoss('evaluate', loss as Loss<unknown>, source, key(seed))) as number;
}

const READ_EVERY = 16;

/** The mean of a loss over a source, or undefined where the signal stops it. */
export async function meanLoss(
  name: string,
  loss: Loss<unknown>,
  source: Source,
  lossKey: Key,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const pending: { value: Tensor; size: number }[] = [];
  let count = 0;
  let rows = 0;
  let sum = 0;
  const flush = async () => {
    const sizes = pending.map(({ size }) => size);
    const values = await readScalars(pending.splice(0).map(({ value }) => value));
    for (const [i, value] of values.entries()) {
      sum += sizes[i] * value;
      rows += sizes[i];
    }
  };
  try {
    for await (const { batch, size } of source.batches({ epoch: 1, key: lossKey, shuffle: false, skip: 0 })) {
      try {
        const info = { seed: foldIn(lossKey, count), step: count, training: false };
        // A second handle, for the loss may hand back a tensor of the batch or of its own.
        pending.push({ value: tidy(() => reshape(checkScalar(name, loss(batch, info)), [])), size });
      } finally {
        dispose(batch);
      }
      count++;
      if (pending.length >= READ_EVERY) await flush();
      await yieldToEventLoop();
      if (signal?.aborted) return undefined;
    }
    if (count === 0) throw new Error(`${name}: data must yield at least one batch, got none`);
    if (pending.length > 0) await flush();
  } finally {
    dispose(pending.map(({ value }) => value));
  }
  return sum / rows;
}

/** Which rows make the mean of a loss over a source infinite or NaN, in words: of the first batch that has some, none if there is no such row. */
export async function explainMean(name: string, loss: Loss<unknown>, source: Source, lossKey: Key): Promise<string[]> {
  let count = 0;
  for await (const batch of source.batches({ epoch: 1, key: lossKey, shuffle: false, skip: 0 })) {
    try {
      const info = { seed: foldIn(lossKey, count), step: count, training: false };
      const rows = await findBadRows(batch, (part) => checkScalar(name, loss(part, info)));
      if (rows && rows.length > 0) return rows;
    } finally {
      dispose(batch.batch);
    }
    count++;
  }
  return [];
}
