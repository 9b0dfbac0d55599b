import { abs, add, equal, less, mul, neg, scalar, sub, type Tensor, tanh, zerosLike } from '@tensorflow/tfjs-core';
import { log1p, softplus, where } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ScalarBijector } from './scalar-bijector.js';

/** Where tanh comes within 2⁻²⁵ of 1 and rounds to it: `2 e⁻²ˣ = 2⁻²⁵`. */
const END = 13 * Math.LN2;
/** The inverse's log-derivative there: `−log(4 e⁻²ˣ)`. */
const END_LOG_DET = 24 * Math.LN2;

/**
 * `y = tanh(x)`, from all numbers to those between −1 and 1, with log-derivative `log(1 − y²) = 2 (log 2 − x − log(1 + e⁻²ˣ))`.
 *
 * The inverse is `x = ½ (log(1 + y) − log(1 − y))`.
 *
 * **Shapes**: x, y and `logDet` `[...]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: the log-derivative is accurate for every x. The value reaches ±1 at |x| = 9.01, and the inverse of the values before has an
 * error of 2e-8 · e^(2|x|). That of ±1 is ±9.01, the first x that rounds to it, so that whatever comes out of `forward` has a finite inverse;
 * that of anything outside is NaN.
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
export class Tanh extends ScalarBijector {
  static readonly type: string = 'Tanh';
  static override fromConfig(): Tanh {
    return new Tanh();
  }

  protected map(x: Tensor): ValueAndLogDet {
    return { value: tanh(x), logDet: mul(sub(Math.LN2, add(x, softplus(mul(x, -2)))), 2) };
  }

  protected inverseMap(y: Tensor): ValueAndLogDet {
    const size = abs(y);
    const isInside = less(size, 1);
    // The logarithms are given numbers of the inside only, so that no gradient of the others is infinite.
    const inside = where(isInside, y, zerosLike(y));
    const [above, below] = [log1p(inside), log1p(neg(inside))];
    const atEnd = (value: Tensor) => where(equal(size, 1), value, scalar(NaN));
    return {
      value: where(isInside, mul(sub(above, below), 0.5), atEnd(mul(y, END))),
      logDet: where(isInside, neg(add(above, below)), atEnd(scalar(END_LOG_DET))),
    };
  }
}
