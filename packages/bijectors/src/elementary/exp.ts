import { clone, exp, log, neg, type Tensor } from '@tensorflow/tfjs-core';
import type { ValueAndLogDet } from '@pushforward/made';
import { ScalarBijector } from './scalar-bijector.js';

/**
 * `y = eˣ`, from all numbers to the positive ones, with log-derivative `x`.
 *
 * **Shapes**: x, y and `logDet` `[...]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: overflows to ∞ above 88.7. The inverse of 0 is −∞, that of a negative number NaN.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Exp } from '@pushforward/bijectors';
 *
 * const { value, logDet } = new Exp().forwardAndLogDet(tf.tensor1d([1]));
 * console.log(await value.array(), await logDet.array()); // about 2.71828 1
 * ```
 */
export class Exp extends ScalarBijector {
  static readonly type: string = 'Exp';
  static override fromConfig(): Exp {
    return new Exp();
  }

  protected map(x: Tensor): ValueAndLogDet {
    return { value: exp(x), logDet: clone(x) };
  }

  protected inverseMap(y: Tensor): ValueAndLogDet {
    const value = log(y);
    return { value, logDet: neg(value) };
  }
}
