import { concat, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkOptions, checkEvent, checkNumber, type ModuleConfig, readConfig, toFloat } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ElementwiseTransform } from '../../contract/elementwise-transform.js';
import { softclip } from '../../numerics/softclip.js';
import { AffineTransform } from './affine.js';

/** Options of {@link SoftclipAffineTransform}. */
export interface SoftclipAffineTransformOptions {
  /** The smallest scale, above 0 and below 1; the largest is one over it. Default 0.001. */
  slope?: number;
}

/**
 * `y = x · exp(logScale) + shift`, with `logScale = raw / (1 + |raw| / |log slope|)` and log-derivative `logScale`: the affine map of zuko's flows, for models that
 * come from there. {@link AffineTransform} bends the log-scale by a tanh instead.
 *
 * The parameters are `(shift, raw)`; both 0 is the identity.
 *
 * **Shapes**: x and y `[...]`, parameters `[..., 2]`. **Units**: nats.
 *
 * **Numerics**: the scale lies between `slope` and `1 / slope` for every finite raw number.
 *
 * Source: Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", equation 3, for the affine map; the bound is that of zuko's
 * `MonotonicAffineTransform`.
 *
 * @throws Error if `slope` is not between 0 and 1, or the last axis of the parameters is not 2
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { SoftclipAffineTransform } from '@pushforward/bijectors';
 *
 * const { value, logDet } = new SoftclipAffineTransform().forwardAndLogDet(tf.tensor1d([2]), tf.tensor2d([[1, 1e9]]));
 * console.log((await value.data())[0].toFixed(0), (await logDet.data())[0].toFixed(4)); // 2001 6.9078
 * ```
 */
export class SoftclipAffineTransform extends ElementwiseTransform {
  static readonly type: string = 'SoftclipAffineTransform';
  static override fromConfig(config: ModuleConfig): SoftclipAffineTransform {
    return new SoftclipAffineTransform(readConfig(config, { slope: 'number?' }));
  }

  readonly parameterCount = 2;
  readonly identityParameters = [0, 0];
  readonly slope: number;
  readonly #affine = new AffineTransform({ bound: null });

  constructor(options: SoftclipAffineTransformOptions = {}) {
    super();
    checkOptions('SoftclipAffineTransform', options, ['slope']);
    const { slope = 1e-3 } = options;
    checkNumber('SoftclipAffineTransform: slope', slope, { above: 0, below: 1 });
    this.slope = slope;
  }

  forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() =>
      this.#affine.forwardAndLogDet(toFloat('SoftclipAffineTransform: x', x), this.#clipped(parameters)),
    );
  }

  inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() =>
      this.#affine.inverseAndLogDet(toFloat('SoftclipAffineTransform: y', y), this.#clipped(parameters)),
    );
  }

  override config(): ModuleConfig {
    return { type: SoftclipAffineTransform.type, slope: this.slope };
  }

  #clipped(parameters: Tensor): Tensor {
    checkEvent('SoftclipAffineTransform: parameters', parameters.shape, [this.parameterCount]);
    const given = toFloat('SoftclipAffineTransform: parameters', parameters);
    const batch = given.shape.slice(0, -1);
    const column = (at: number) => slice(given, [...batch.map(() => 0), at], [...batch, 1]);
    return concat([column(0), softclip(column(1), -Math.log(this.slope))], batch.length);
  }
}
