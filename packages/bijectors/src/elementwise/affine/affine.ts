import { checkOptions, type AffineForm, formatValue, type ModuleConfig, readConfig } from '@pushforward/tensor';
import { AffineFamily } from './affine-family.js';

/** Options of {@link AffineTransform}. */
export interface AffineTransformOptions {
  /**
   * The largest |logScale|, in nats; the raw parameter is bent towards it by a tanh. `null` takes the raw parameter as it is.
   * Default 5: one layer can stretch or shrink 148-fold, and two opposite extremes still leave three of float32's seven digits.
   */
  bound?: number | null;
}

/**
 * `y = x · exp(logScale) + shift`, with `logScale = bound · tanh(raw / bound)` and log-derivative `logScale`.
 *
 * The parameters are `(shift, raw)`; both 0 is the identity.
 *
 * **Shapes**: x and y `[...]`, parameters `[..., 2]`. **Units**: nats.
 *
 * **Numerics**: the tanh is the identity to a thousandth for |raw| < bound / 18, and keeps the scale within `exp(±bound)` for every
 * raw number, infinities included, so that neither direction overflows and the round trip loses at most `2 · bound` nats of precision.
 * With `bound: null` the scale overflows at raw > 88.
 *
 * Source: Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", equation 3.
 *
 * @throws Error if `bound` is not positive and finite, or the last axis of the parameters is not 2
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { AffineTransform } from '@pushforward/bijectors';
 *
 * const { value, logDet } = new AffineTransform().forwardAndLogDet(tf.tensor1d([2]), tf.tensor2d([[1, 0]]));
 * console.log(await value.array(), await logDet.array()); // [3] [0]
 * ```
 */
export class AffineTransform extends AffineFamily {
  static readonly type: string = 'AffineTransform';
  static override fromConfig(config: ModuleConfig): AffineTransform {
    return new AffineTransform({ bound: config.bound === null ? null : readConfig(config, { bound: 'number' }).bound });
  }

  readonly parameterCount = 2;
  readonly identityParameters = [0, 0];
  readonly bound: number | null;

  constructor(options: AffineTransformOptions = {}) {
    super();
    checkOptions('AffineTransform', options, ['bound']);
    const { bound = 5 } = options;
    if (bound !== null && !(typeof bound === 'number' && bound > 0 && bound < Infinity)) {
      throw new Error(`AffineTransform: bound must be positive and finite, or null, got ${formatValue(bound)}`);
    }
    this.bound = bound;
  }

  override form(direction: 'forward' | 'inverse'): AffineForm {
    const [logScale, bound] = this.bound === null ? (['raw'] as const) : (['bounded', this.bound] as const);
    return direction === 'forward'
      ? { logScale, bound, sign: 1, before: 0, after: 1 }
      : { logScale, bound, sign: -1, before: 1, after: 0 };
  }

  override config(): ModuleConfig {
    return { type: AffineTransform.type, bound: this.bound };
  }
}
