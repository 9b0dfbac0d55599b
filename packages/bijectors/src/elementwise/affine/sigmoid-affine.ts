import { add, div, log, mul, neg, sigmoid, sub, type Tensor, tidy, unstack } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  broadcastTo,
  checkEvent,
  checkNumber,
  type ModuleConfig,
  readConfig,
  toFloat,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ElementwiseTransform } from '../../contract/elementwise-transform.js';

/** Between which ends {@link SigmoidAffineTransform} has its scale. */
export interface SigmoidAffineTransformOptions {
  /** Added to the raw number before the sigmoid. Default 2: raw 0 has the scale 0.88. */
  offset?: number;
  /** The smallest scale, above 0 and below 1; the largest is one more. Default 0.001. */
  minScale?: number;
}

/**
 * `y = x · scale + shift`, with `scale = minScale + sigmoid(raw + offset)` and log-derivative `log scale`: an affine map that hardly stretches, as nflows' coupling layers
 * have it.
 *
 * The parameters are `(shift, raw)`; `(0, log((1 − minScale) / minScale) − offset)` is the identity.
 *
 * **Shapes**: x and y `[...]`, parameters `[..., 2]`. **Units**: nats.
 *
 * **Numerics**: the inverse divides by the scale, and magnifies a rounding error of y or shift at most `1 / minScale` times.
 *
 * Source: Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", equation 7, for the affine map; the sigmoid is that of Kingma & Dhariwal 2018, "Glow: generative
 * flow with invertible 1×1 convolutions".
 *
 * @throws Error if `offset` is not finite, `minScale` is not between 0 and 1, or the last axis of the parameters is not 2
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { SigmoidAffineTransform } from '@pushforward/bijectors';
 *
 * const transform = new SigmoidAffineTransform({ offset: 0 });
 * const { value } = transform.forwardAndLogDet(tf.tensor1d([2]), tf.tensor2d([[1, 0]]));
 * console.log(await value.array()); // about [2.002]
 * ```
 */
export class SigmoidAffineTransform extends ElementwiseTransform {
  static readonly type: string = 'SigmoidAffineTransform';
  static override fromConfig(config: ModuleConfig): SigmoidAffineTransform {
    return new SigmoidAffineTransform(readConfig(config, { offset: 'number?', minScale: 'number?' }));
  }

  readonly parameterCount = 2;
  readonly identityParameters: readonly number[];
  readonly offset: number;
  readonly minScale: number;

  constructor(options: SigmoidAffineTransformOptions = {}) {
    super();
    checkOptions('SigmoidAffineTransform', options, ['offset', 'minScale']);
    const { offset = 2, minScale = 1e-3 } = options;
    checkNumber('SigmoidAffineTransform: offset', offset);
    checkNumber('SigmoidAffineTransform: minScale', minScale, { above: 0, below: 1 });
    this.offset = offset;
    this.minScale = minScale;
    this.identityParameters = [0, Math.log((1 - minScale) / minScale) - offset];
  }

  forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { shift, scale } = this.#read(parameters);
      const value = add(mul(toFloat('SigmoidAffineTransform: x', x), scale), shift);
      return { value, logDet: broadcastTo(log(scale), value.shape) };
    });
  }

  inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { shift, scale } = this.#read(parameters);
      const value = div(sub(toFloat('SigmoidAffineTransform: y', y), shift), scale);
      return { value, logDet: broadcastTo(neg(log(scale)), value.shape) };
    });
  }

  override config(): ModuleConfig {
    return { type: SigmoidAffineTransform.type, offset: this.offset, minScale: this.minScale };
  }

  #read(parameters: Tensor): { shift: Tensor; scale: Tensor } {
    checkEvent('SigmoidAffineTransform: parameters', parameters.shape, [this.parameterCount]);
    const [shift, raw] = unstack(toFloat('SigmoidAffineTransform: parameters', parameters), -1);
    return { shift, scale: add(sigmoid(add(raw, this.offset)), this.minScale) };
  }
}
