import { add, mul, neg, square, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { HALF_LOG_TWO_PI } from '../../special/normal/half-log-two-pi.js';

/**
 * The log-density of normal numbers, each for itself, from how many scales they lie off their means: `−½ standard² − logScale − ½ log 2π`.
 *
 * **Shapes**: standard and logScale broadcast. **Units**: nats.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { normalLogProb } from '@pushforward/tensor/kernels';
 *
 * const [nats] = await normalLogProb(tf.scalar(1), tf.scalar(0)).data();
 * console.log(nats.toFixed(4)); // -1.4189
 * ```
 */
export function normalLogProb(standard: Tensor, logScale: Tensor): Tensor {
  return tidy(() => neg(add(add(mul(square(standard), 0.5), logScale), HALF_LOG_TWO_PI)));
}
