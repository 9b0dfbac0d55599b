import { add, neg, type Tensor } from '@tensorflow/tfjs-core';
import { log1mexp, logSigmoid, softplus } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ScalarBijector } from './scalar-bijector.js';

/**
 * `y = log(1 + eˣ)`, from all numbers to the positive ones, with log-derivative `log sigmoid(x)`. Like {@link Exp} far below 0, but
 * it grows no faster than x above.
 *
 * The inverse is `x = y + log(1 − e⁻ʸ)`.
 *
 * **Shapes**: x, y and `logDet` `[...]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: positive down to x = −87, where float32 has lost its normal range. The inverse is accurate for all positive numbers,
 * tiny and huge ones included; that of 0 is −∞, that of a negative number NaN.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Softplus } from '@pushforward/bijectors';
 *
 * const positive = new Softplus();
 * console.log(await positive.forward(tf.tensor1d([0, 50])).array()); // about [0.693147, 50]
 * console.log(await positive.inverse(tf.tensor1d([1e-6])).array()); // about [-13.8155]
 * ```
 */
export class Softplus extends ScalarBijector {
  static readonly type: string = 'Softplus';
  static override fromConfig(): Softplus {
    return new Softplus();
  }

  protected map(x: Tensor): ValueAndLogDet {
    return { value: softplus(x), logDet: logSigmoid(x) };
  }

  protected inverseMap(y: Tensor): ValueAndLogDet {
    const logSlope = log1mexp(y);
    return { value: add(y, logSlope), logDet: neg(logSlope) };
  }
}
