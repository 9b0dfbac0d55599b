import { mean, neg, Tensor, tidy } from '@tensorflow/tfjs-core';
import { fitBatchNorm, withBatchStatistics } from '@pushforward/bijectors';
import { checkInstance, formatValue, type Module } from '@pushforward/tensor';
import { Distribution } from '../contract/distribution.js';

/** Data rows `[N, ...event]`, or rows with the context that each was drawn under. */
export type Observations = Tensor | { readonly x: Tensor; readonly context: Tensor };

/** A loss with the module that it trains, as `fit` of `@pushforward/training` takes it. */
export interface MaximumLikelihood {
  (batch: Observations): Tensor;
  readonly module: Module;
  /** Runs a step with each `BatchNorm` of the distribution normalising by the batch. */
  training<T>(step: () => T): T;
  /** Computes the statistics by which each `BatchNorm` of the distribution normalises afterwards. */
  settle(batches: () => Iterable<Observations> | AsyncIterable<Observations>): Promise<void>;
}

/**
 * The objective of maximum likelihood: the mean of `−log p(x)`, or of `−log p(x | context)`, over a batch.
 *
 * In `fit` each `BatchNorm` of the distribution normalises by the batch at hand while it is trained, and by all of the training data
 * from then on.
 *
 * **Shapes**: x `[N, ...event]`, context `[N, C]`; the loss is a scalar. **Units**: nats.
 *
 * Source: Papamakarios et al. 2021, "Normalizing flows for probabilistic modeling and inference", equation 13.
 *
 * @throws Error if `distribution` is not one, or a batch is neither a tensor nor `{ x, context }`
 *
 * @example
 * ```ts
 * import { maf } from '@pushforward/bijectors';
 * import { maximumLikelihood, StandardNormal, Transformed } from '@pushforward/distributions';
 * import { key, normal } from '@pushforward/tensor';
 * import { fit } from '@pushforward/training';
 *
 * const flow = new Transformed(new StandardNormal(2), maf({ dim: 2, hidden: [8], transforms: 1, seed: 0 }));
 * const { epoch } = await fit(maximumLikelihood(flow), normal(key(1), [64, 2]), { epochs: 2, seed: 2 });
 * console.log(epoch); // 2
 * ```
 */
export function maximumLikelihood(distribution: Distribution): MaximumLikelihood {
  checkInstance('maximumLikelihood: distribution', distribution, Distribution, 'a distribution');
  const logProb = (batch: Observations) => {
    const { x, context } = batch instanceof Tensor ? { x: batch, context: undefined } : batch;
    if (!(x instanceof Tensor))
      throw new Error(`maximumLikelihood: batch must be a tensor or { x, context }, got ${formatValue(batch)}`);
    return distribution.logProb(x, context);
  };
  return Object.assign((batch: Observations) => tidy(() => neg(mean(logProb(batch)))), {
    module: distribution,
    training: <T>(step: () => T) => withBatchStatistics(distribution, step),
    settle: (batches: () => Iterable<Observations> | AsyncIterable<Observations>) =>
      fitBatchNorm(distribution, logProb, batches),
  });
}
