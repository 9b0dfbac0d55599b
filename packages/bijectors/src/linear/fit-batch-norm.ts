import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Module } from '@pushforward/tensor';
import { type BatchNorm, batchNormsIn, measured, Reached } from './batch-norm.js';

/**
 * Computes the mean and the variance by which every {@link BatchNorm} inside a module normalises outside of training: those of what
 * reaches it when the training data goes from data to base, each layer before it normalising by its own. There is one pass over the
 * batches for each layer, from the data as far as that layer; they are added up in float64. A module without a `BatchNorm` takes no pass.
 *
 * **Numerics**: the variance is that of the population, over n.
 *
 * Source: Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", appendix B.
 *
 * @param evaluate takes a batch from data to base, as `logProb` does; what it returns is freed if it is a tensor
 * @param batches the training data, in batches of any sizes, anew with each call
 * @throws Error if a layer is not reached, or by fewer than two events
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { fitBatchNorm, maf } from '@pushforward/bijectors';
 *
 * const flow = maf({ dim: 2, transforms: 2, hidden: [8], batchNorm: true, seed: 0 });
 * const data = tf.tensor2d([[1, 10], [3, 30]]);
 * await fitBatchNorm(flow, (batch) => flow.inverse(batch), () => tf.split(data, 2));
 * console.log(await flow.inverse(data).array()); // about [[-1, -1], [1, 1]]
 * ```
 */
export async function fitBatchNorm<B>(
  module: Module,
  evaluate: (batch: B) => Tensor,
  batches: () => Iterable<B> | AsyncIterable<B>,
): Promise<void> {
  const left = new Set(batchNormsIn(module));
  while (left.size > 0) {
    let reached: BatchNorm | undefined;
    let total: Moments | undefined;
    for await (const batch of batches()) {
      const here = firstReached(left, () => evaluate(batch));
      if (!here) continue;
      reached ??= here.layer;
      const numbers = await here.moments.data();
      here.moments.dispose();
      const own = {
        count: here.count,
        mean: Array.from(numbers.subarray(0, reached.dim)),
        squares: Array.from(numbers.subarray(reached.dim)),
      };
      total = total ? together(total, own) : own;
    }
    if (!reached || !total)
      throw new Error(
        `fitBatchNorm: evaluate must reach every BatchNorm on its way from data to base, got ${left.size} left`,
      );
    const { count, mean, squares } = total;
    if (count < 2) throw new Error(`fitBatchNorm: batches must hold at least 2 events together, got ${count}`);
    reached.assignStatistics(
      mean,
      squares.map((square) => square / count),
    );
    left.delete(reached);
  }
}

function firstReached(layers: ReadonlySet<BatchNorm>, evaluate: () => Tensor): Reached | undefined {
  for (const layer of layers) measured.add(layer);
  try {
    tidy(() => void evaluate());
    return undefined;
  } catch (error) {
    if (error instanceof Reached) return error;
    throw error;
  } finally {
    for (const layer of layers) measured.delete(layer);
  }
}

/** Of some vectors: how many there are, their mean, and the sums of squared distances from it. */
interface Moments {
  readonly count: number;
  readonly mean: readonly number[];
  readonly squares: readonly number[];
}

/** Those of two lots of vectors together, by Chan's formula. */
function together(a: Moments, b: Moments): Moments {
  const count = a.count + b.count;
  const offsets = a.mean.map((mean, i) => b.mean[i] - mean);
  return {
    count,
    mean: a.mean.map((mean, i) => mean + (offsets[i] * b.count) / count),
    squares: a.squares.map((squares, i) => squares + b.squares[i] + (offsets[i] ** 2 * a.count * b.count) / count),
  };
}
