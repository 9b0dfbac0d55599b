import { add, log, neg, sigmoid, sub, type Tensor } from '@tensorflow/tfjs-core';
import { log1p, logSigmoid, type ModuleConfig } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { NumberMap } from './number-map.js';

/**
 * `y = 1 / (1 + e⁻ˣ)`, from all numbers to those between 0 and 1, with log-derivative `log y + log(1 − y)`. `new Invert(new Sigmoid())`
 * is the logit.
 *
 * The inverse is `x = log y − log(1 − y)`.
 *
 * **Shapes**: x, y and `logDet` `[...]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: the log-derivative is accurate for every x. The value reaches 1 at x = 17, where float32 has nothing in between, and
 * the inverse of the values before has an error of 6e-8 · eˣ; negative x come back to the last digits down to −87. The inverse of 0 and 1
 * is ∓∞, that of anything outside NaN.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Invert, Sigmoid } from '@pushforward/bijectors';
 *
 * const logit = new Invert(new Sigmoid());
 * console.log(await logit.forward(tf.tensor1d([0.5, 0.9])).array()); // about [0, 2.19722]
 * ```
 */
export class Sigmoid extends NumberMap {
  static readonly type: string = 'Sigmoid';
  static fromConfig(): Sigmoid {
    return new Sigmoid();
  }

  protected readonly label = 'sigmoid';

  protected map(x: Tensor): ValueAndLogDet {
    return { value: sigmoid(x), logDet: add(logSigmoid(x), logSigmoid(neg(x))) };
  }

  protected unmap(y: Tensor): ValueAndLogDet {
    const [logYes, logNo] = [log(y), log1p(neg(y))];
    return { value: sub(logYes, logNo), logDet: neg(add(logYes, logNo)) };
  }

  config(): ModuleConfig {
    return { type: Sigmoid.type };
  }
}
