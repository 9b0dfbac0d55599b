import {
  add,
  equal,
  fill,
  greater,
  less,
  log,
  logicalAnd,
  neg,
  scalar,
  sigmoid,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { log1p, logSigmoid, where } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ScalarBijector } from './scalar-bijector.js';

/** Where the sigmoid comes within 2⁻²⁵ of 1 and rounds to it: `e⁻ˣ = 2⁻²⁵`. The inverse's log-derivative there, `x − 2 log(1 − 2⁻²⁵)`, is the same. */
const END = 25 * Math.LN2;

/**
 * `y = 1 / (1 + e⁻ˣ)`, from all numbers to those between 0 and 1, with log-derivative `log y + log(1 − y)`. `new Invert(new Sigmoid())`
 * is the logit.
 *
 * The inverse is `x = log y − log(1 − y)`.
 *
 * **Shapes**: x, y and `logDet` `[...]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: the log-derivative is accurate for every x. The value reaches 1 at x = 17.3, where float32 has nothing in between, and
 * the inverse of the values before has an error of 6e-8 · eˣ; negative x come back to the last digits down to −87. The inverse of 1 is 17.3,
 * the first x that rounds to it, so that whatever comes out of `forward` there has a finite inverse; that of 0 is −∞, that of anything
 * outside NaN.
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
export class Sigmoid extends ScalarBijector {
  static readonly type: string = 'Sigmoid';
  static override fromConfig(): Sigmoid {
    return new Sigmoid();
  }

  protected map(x: Tensor): ValueAndLogDet {
    return { value: sigmoid(x), logDet: add(logSigmoid(x), logSigmoid(neg(x))) };
  }

  protected inverseMap(y: Tensor): ValueAndLogDet {
    const isInside = logicalAnd(greater(y, 0), less(y, 1));
    // The logarithms are given numbers of the inside only, so that no gradient of the others is infinite.
    const inside = where(isInside, y, fill(y.shape, 0.5));
    const [logYes, logNo] = [log(inside), log1p(neg(inside))];
    const atEnd = (low: number, high: number) =>
      where(equal(y, 0), scalar(low), where(equal(y, 1), scalar(high), scalar(NaN)));
    return {
      value: where(isInside, sub(logYes, logNo), atEnd(-Infinity, END)),
      logDet: where(isInside, neg(add(logYes, logNo)), atEnd(Infinity, END)),
    };
  }
}
