import { neg, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { admit, checkOptions, formatValue } from '@pushforward/tensor';
import { typeOf } from '@pushforward/tensor/kernels';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';

/** A fixed map of single numbers: it owns no variable and takes no context. */
export abstract class ScalarBijector extends Bijector {
  readonly eventRank = 0;

  protected abstract map(x: Tensor): ValueAndLogDet;

  protected abstract inverseMap(y: Tensor): ValueAndLogDet;

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => this.map(admit({ name: typeOf(this), x, event: [], context }).x));
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => this.inverseMap(admit({ name: typeOf(this), argument: 'y', x: y, event: [], context }).x));
  }
}

/** The formulas of {@link scalarBijector}, each elementwise. */
export interface ScalarFormulas {
  /** `y = f(x)` */
  forward: (x: Tensor) => Tensor;
  /** `x = f⁻¹(y)` */
  inverse: (y: Tensor) => Tensor;
  /** `log |f′(x)|` */
  logDerivative: (x: Tensor) => Tensor;
}

/**
 * A bijector of single numbers from three formulas.
 *
 * **Shapes**: x, y and `logDet` `[...]`. It takes no context. **Units**: nats.
 *
 * It cannot be saved, because functions cannot: for that, write a class that extends {@link Bijector}.
 *
 * @throws Error if a formula is missing
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { scalarBijector } from '@pushforward/bijectors';
 *
 * const cube = scalarBijector({
 *   forward: (x) => tf.pow(x, 3),
 *   inverse: (y) => tf.mul(tf.sign(y), tf.pow(tf.abs(y), 1 / 3)),
 *   logDerivative: (x) => tf.log(tf.mul(3, tf.square(x))),
 * });
 * const { value, logDet } = cube.forwardAndLogDet(tf.tensor1d([2]));
 * console.log(await value.array(), await logDet.array()); // about [8] [2.48491]
 * ```
 */
export function scalarBijector(formulas: ScalarFormulas): Bijector {
  checkOptions('scalarBijector', formulas, ['forward', 'inverse', 'logDerivative']);
  for (const name of ['forward', 'inverse', 'logDerivative'] as const) {
    if (typeof formulas[name] !== 'function')
      throw new Error(`scalarBijector: ${name} must be a function, got ${formatValue(formulas[name])}`);
  }
  return new FormulaBijector(formulas);
}

class FormulaBijector extends ScalarBijector {
  static readonly type: string = 'scalarBijector';

  readonly #formulas: ScalarFormulas;

  constructor(formulas: ScalarFormulas) {
    super();
    this.#formulas = formulas;
  }

  protected map(x: Tensor): ValueAndLogDet {
    const { forward, logDerivative } = this.#formulas;
    return { value: forward(x), logDet: logDerivative(x) };
  }

  protected inverseMap(y: Tensor): ValueAndLogDet {
    const { inverse, logDerivative } = this.#formulas;
    const value = inverse(y);
    return { value, logDet: neg(logDerivative(value)) };
  }

  override config(): never {
    throw new Error('scalarBijector: functions cannot be saved; write a class that extends Bijector');
  }
}
