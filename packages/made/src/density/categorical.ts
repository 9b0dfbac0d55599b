import {
  argMax,
  cast,
  equal,
  expandDims,
  greater,
  log,
  max,
  mul,
  neg,
  range,
  scalar,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { type Key, logSumExp, stopGradient, toFloat, uniform, where } from '@pushforward/tensor';

/**
 * Categories as vectors: 1 at the place that each number says, and 0 elsewhere. What is no category, as NaN, 1.5 or K, becomes zeros alone.
 *
 * **Shapes**: `x` `[...]`, of whole numbers from 0 to K − 1; result `[..., K]`.
 *
 * @param categories K
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { oneHot } from '@pushforward/made';
 *
 * console.log(await oneHot(tf.tensor1d([2, 0, 3]), 3).array()); // [[0, 0, 1], [1, 0, 0], [0, 0, 0]]
 * ```
 */
export function oneHot(x: Tensor, categories: number): Tensor {
  // Not the stock operation, which rounds numbers that lie between two categories.
  return tidy(() =>
    cast(equal(expandDims(toFloat('oneHot: x', x), -1), range(0, categories, 1, 'float32')), 'float32'),
  );
}

/**
 * `lₖ − log Σ e^l` of the category k of each row, and −∞ of a row that has none.
 *
 * @param chosen one-hot, `[N, K]`
 * @param logits `[N, K]`
 */
export function categoricalLogProb(chosen: Tensor, logits: Tensor): Tensor {
  return tidy(() => {
    // The largest logit first: large ones have digits that small differences need.
    const shifted = sub(logits, stopGradient(max(logits, 1, true)));
    const logProb = sub(sum(mul(chosen, shifted), 1), logSumExp(shifted, 1));
    return where(greater(sum(chosen, 1), 0), logProb, scalar(-Infinity));
  });
}

/** The category of each row of logits, `[N]`, drawn by the Gumbel noise that a uniform one `[N, K]` becomes. */
export function drawCategories(logits: Tensor, noise: Tensor): Tensor {
  return tidy(() => cast(argMax(sub(logits, log(neg(log(noise)))), 1), 'float32'));
}

/** Uniform numbers for {@link drawCategories}. */
export function categoricalNoise(key: Key, shape: readonly number[]): Tensor {
  return uniform(key, shape, { minval: 2 ** -25 });
}
