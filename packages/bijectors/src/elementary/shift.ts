import { add, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { checkNumber, type ModuleConfig, readConfig } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ScalarBijector } from './scalar-bijector.js';

/**
 * `y = x + shift` for every number, with log-derivative 0. {@link affine} has a location for each number of a vector.
 *
 * **Shapes**: x, y and `logDet` `[...]`. It takes no context.
 *
 * @throws Error if the shift is not finite
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Chain, Exp, Shift } from '@pushforward/bijectors';
 *
 * // Numbers above 1.
 * const above = new Chain([new Exp(), new Shift(1)]);
 * console.log(await above.forward(tf.tensor1d([0])).array()); // [2]
 * ```
 */
export class Shift extends ScalarBijector {
  static readonly type: string = 'Shift';
  static override fromConfig(config: ModuleConfig): Shift {
    return new Shift(readConfig(config, { shift: 'number' }).shift);
  }

  constructor(readonly shift: number) {
    super();
    checkNumber('Shift: shift', shift);
  }

  protected map(x: Tensor): ValueAndLogDet {
    return { value: add(x, this.shift), logDet: zeros(x.shape) };
  }

  protected inverseMap(y: Tensor): ValueAndLogDet {
    return { value: sub(y, this.shift), logDet: zeros(y.shape) };
  }

  override config(): ModuleConfig {
    return { type: Shift.type, shift: this.shift };
  }
}
