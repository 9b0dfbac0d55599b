import { add, mul, neg, sub, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { log1p, type ModuleConfig, softplus } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { NumberMap } from './number-map.js';

/**
 * `y = tanh(x)`, from all numbers to those between −1 and 1, with log-derivative `log(1 − y²) = 2 (log 2 − x − log(1 + e⁻²ˣ))`.
 *
 * The inverse is `x = ½ (log(1 + y) − log(1 − y))`.
 *
 * **Shapes**: x, y and `logDet` `[...]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: the log-derivative is accurate for every x. The value reaches ±1 at |x| = 9, and the inverse of the values before has an
 * error of 2e-8 · e^(2|x|). The inverse of ±1 is ±∞, that of anything outside NaN.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Tanh } from '@pushforward/bijectors';
 *
 * const { value, logDet } = new Tanh().forwardAndLogDet(tf.tensor1d([0.5, -50]));
 * console.log(await value.array()); // about [0.462117, -1]
 * console.log(await logDet.array()); // about [-0.240229, -98.6137]
 * ```
 */
export class Tanh extends NumberMap {
  static readonly type: string = 'Tanh';
  static fromConfig(): Tanh {
    return new Tanh();
  }

  protected readonly label = 'tanh';

  protected map(x: Tensor): ValueAndLogDet {
    return { value: tanh(x), logDet: mul(sub(Math.LN2, add(x, softplus(mul(x, -2)))), 2) };
  }

  protected unmap(y: Tensor): ValueAndLogDet {
    const [above, below] = [log1p(y), log1p(neg(y))];
    return { value: mul(sub(above, below), 0.5), logDet: neg(add(above, below)) };
  }

  config(): ModuleConfig {
    return { type: Tanh.type };
  }
}
