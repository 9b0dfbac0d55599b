import { add, exp, log, mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import { formatValue, type ModuleConfig, readConfig } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ScalarBijector } from './scalar-bijector.js';

/**
 * `y = xᵖ`, from the positive numbers to the positive numbers, with log-derivative `log |p| + (p − 1) log x`.
 *
 * **Shapes**: x, y and `logDet` `[...]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: computed as `exp(p log x)`, so that negative numbers give NaN for every p; the relative error is 6e-8 · (1 + |log y|).
 * 0 is outside of the domain, and its log-derivative infinite.
 *
 * @throws Error if the exponent is 0 or not finite
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Power } from '@pushforward/bijectors';
 *
 * console.log(await new Power(2).inverse(tf.tensor1d([9])).array()); // about [3]
 * ```
 */
export class Power extends ScalarBijector {
  static readonly type: string = 'Power';
  static override fromConfig(config: ModuleConfig): Power {
    return new Power(readConfig(config, { exponent: 'number' }).exponent);
  }

  /** @param exponent p, positive or negative */
  constructor(readonly exponent: number) {
    super();
    if (!Number.isFinite(exponent) || exponent === 0)
      throw new Error(`Power: exponent must be finite and not 0, got ${formatValue(exponent)}`);
  }

  protected map(x: Tensor): ValueAndLogDet {
    const logX = log(x);
    return { value: exp(mul(logX, this.exponent)), logDet: this.#logSlope(logX) };
  }

  protected inverseMap(y: Tensor): ValueAndLogDet {
    const logX = mul(log(y), 1 / this.exponent);
    return { value: exp(logX), logDet: sub(0, this.#logSlope(logX)) };
  }

  override config(): ModuleConfig {
    return { type: Power.type, exponent: this.exponent };
  }

  #logSlope(logX: Tensor): Tensor {
    return add(mul(logX, this.exponent - 1), Math.log(Math.abs(this.exponent)));
  }
}
