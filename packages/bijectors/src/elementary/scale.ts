import { fill, mul, type Tensor } from '@tensorflow/tfjs-core';
import { formatValue, type ModuleConfig, readConfig } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ScalarBijector } from './scalar-bijector.js';

/**
 * `y = scale · x` for every number, with log-derivative `log |scale|`. {@link affine} has a scale for each number of a vector.
 *
 * **Shapes**: x, y and `logDet` `[...]`. It takes no context. **Units**: nats.
 *
 * @throws Error if the scale is 0 or not finite
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Scale } from '@pushforward/bijectors';
 *
 * console.log(await new Scale(-2).forward(tf.tensor1d([1, 3])).array()); // [-2, -6]
 * ```
 */
export class Scale extends ScalarBijector {
  static readonly type: string = 'Scale';
  static override fromConfig(config: ModuleConfig): Scale {
    return new Scale(readConfig(config, { scale: 'number' }).scale);
  }

  /** @param scale positive or negative */
  constructor(readonly scale: number) {
    super();
    if (!Number.isFinite(scale) || scale === 0)
      throw new Error(`Scale: scale must be finite and not 0, got ${formatValue(scale)}`);
  }

  protected map(x: Tensor): ValueAndLogDet {
    return { value: mul(x, this.scale), logDet: fill(x.shape, Math.log(Math.abs(this.scale))) };
  }

  protected inverseMap(y: Tensor): ValueAndLogDet {
    return { value: mul(y, 1 / this.scale), logDet: fill(y.shape, -Math.log(Math.abs(this.scale))) };
  }

  override config(): ModuleConfig {
    return { type: Scale.type, scale: this.scale };
  }
}
