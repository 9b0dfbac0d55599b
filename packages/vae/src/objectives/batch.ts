import { Tensor } from '@tensorflow/tfjs-core';
import { formatValue, type Seed } from '@pushforward/tensor';
import type { Observations } from '@pushforward/distributions';

/** The second argument of an autoencoder's objective; `fit` of `@pushforward/training` gives all of it. */
export interface StepInfo {
  /** The step's own, for its draws. */
  readonly seed: Seed;
  /** The number of steps before this one, for what changes with it. Default 0. */
  readonly step?: number;
  /** Whether weights are being trained, or only evaluated. Default true. */
  readonly training?: boolean;
}

/** Throws unless a batch is x or `{ x, context }`. */
export function readBatch(name: string, batch: Observations): { x: Tensor; context?: Tensor } {
  const { x, context } = batch instanceof Tensor ? { x: batch, context: undefined } : batch;
  if (!(x instanceof Tensor))
    throw new Error(`${name}: batch must be a tensor or { x, context }, got ${formatValue(batch)}`);
  return { x, context };
}
