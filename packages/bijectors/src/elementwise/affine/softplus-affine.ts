import { add, div, log, mul, neg, sub, type Tensor, tidy, unstack } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  broadcastTo,
  checkEvent,
  checkNumber,
  type ModuleConfig,
  toFloat,
  readConfig,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ElementwiseTransform } from '../../contract/elementwise-transform.js';
import { positive } from '../../numerics/positive.js';

/** Options of {@link SoftplusAffineTransform}. */
export interface SoftplusAffineTransformOptions {
  /**
   * The smallest scale, above 0 and below 1. Default 0.01: one layer shrinks a dimension 100-fold at most, and the way back keeps five
   * of float32's seven digits.
   */
  minScale?: number;
}

/**
 * `y = x · scale + shift`, with `scale = minScale + softplus(raw + c)` and log-derivative `log scale`; `c = log(exp(1 − minScale) − 1)`
 * makes the scale 1 at raw 0.
 *
 * The parameters are `(shift, raw)`; both 0 is the identity. Where {@link AffineTransform} moves the scale by factors, this one moves a
 * scale above 1 by steps: a large raw number is a large scale, not its exponential, so that one outlying parameter does less harm.
 *
 * **Shapes**: x and y `[...]`, parameters `[..., 2]`. **Units**: nats.
 *
 * **Numerics**: the scale lies above `minScale` for every raw number, so that the inverse, which divides by it, magnifies a rounding error
 * of y or shift at most `1 / minScale` times. There is no upper bound: `scale ≈ raw + c` for raw above 5.
 *
 * Source: Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", equation 7, for the affine map; the softplus in place of its
 * exponential and the floor are common practice.
 *
 * @throws Error if `minScale` is not between 0 and 1, or the last axis of the parameters is not 2
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { SoftplusAffineTransform } from '@pushforward/bijectors';
 *
 * const transform = new SoftplusAffineTransform();
 * const { value, logDet } = transform.forwardAndLogDet(tf.tensor1d([2]), tf.tensor2d([[1, 0]]));
 * console.log((await value.data())[0].toFixed(4), Math.abs((await logDet.data())[0]) < 1e-6); // 3.0000 true
 * ```
 */
export class SoftplusAffineTransform extends ElementwiseTransform {
  static readonly type: string = 'SoftplusAffineTransform';
  static override fromConfig(config: ModuleConfig): SoftplusAffineTransform {
    return new SoftplusAffineTransform(readConfig(config, { minScale: 'number' }));
  }

  readonly parameterCount = 2;
  readonly identityParameters = [0, 0];
  readonly minScale: number;

  constructor(options: SoftplusAffineTransformOptions = {}) {
    super();
    checkOptions('SoftplusAffineTransform', options, ['minScale']);
    const { minScale = 0.01 } = options;
    checkNumber('SoftplusAffineTransform: minScale', minScale, { above: 0, below: 1 });
    this.minScale = minScale;
  }

  forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { shift, scale } = this.#read(parameters);
      const value = add(mul(toFloat('SoftplusAffineTransform: x', x), scale), shift);
      return { value, logDet: broadcastTo(log(scale), value.shape) };
    });
  }

  inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { shift, scale } = this.#read(parameters);
      const value = div(sub(toFloat('SoftplusAffineTransform: y', y), shift), scale);
      return { value, logDet: broadcastTo(neg(log(scale)), value.shape) };
    });
  }

  override config(): ModuleConfig {
    return { type: SoftplusAffineTransform.type, minScale: this.minScale };
  }

  #read(parameters: Tensor): { shift: Tensor; scale: Tensor } {
    checkEvent('SoftplusAffineTransform: parameters', parameters.shape, [this.parameterCount]);
    const [shift, raw] = unstack(toFloat('SoftplusAffineTransform: parameters', parameters), -1);
    return { shift, scale: positive(raw, this.minScale) };
  }
}
