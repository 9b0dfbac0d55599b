import { type AffineForm } from '@pushforward/tensor';
import { AffineFamily } from './affine-family.js';

/**
 * `y = x + shift`, with log-derivative 0: the additive coupling of NICE. The one parameter is the shift; 0 is the identity.
 *
 * **Shapes**: x and y `[...]`, parameters `[..., 1]`.
 *
 * Source: Dinh, Krueger & Bengio 2015, "NICE: non-linear independent components estimation", section 3.2.
 *
 * @throws Error if the last axis of the parameters is not 1
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ShiftTransform } from '@pushforward/bijectors';
 *
 * const { value } = new ShiftTransform().forwardAndLogDet(tf.tensor1d([1, 2]), tf.tensor2d([[10], [20]]));
 * console.log(await value.array()); // [11, 22]
 * ```
 */
export class ShiftTransform extends AffineFamily {
  static readonly type: string = 'ShiftTransform';
  static override fromConfig(): ShiftTransform {
    return new ShiftTransform();
  }

  readonly parameterCount = 1;
  readonly identityParameters = [0];

  override form(direction: 'forward' | 'inverse'): AffineForm {
    const ends = direction === 'forward' ? ({ before: 0, after: 1 } as const) : ({ before: 1, after: 0 } as const);
    return { logScale: 'none', sign: 1, ...ends };
  }
}
