import { add, reshape, sub, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { type AffineForm, checkEvent, type ModuleConfig, toFloat } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ElementwiseTransform } from '../contract/elementwise-transform.js';

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
export class ShiftTransform extends ElementwiseTransform {
  static readonly type: string = 'ShiftTransform';
  static override fromConfig(): ShiftTransform {
    return new ShiftTransform();
  }

  readonly parameterCount = 1;
  readonly identityParameters = [0];

  override affineForm(direction: 'forward' | 'inverse'): AffineForm {
    const ends = direction === 'forward' ? ({ before: 0, after: 1 } as const) : ({ before: 1, after: 0 } as const);
    return { logScale: 'none', sign: 1, ...ends };
  }

  forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => withZeroLogDet(add(toFloat('ShiftTransform: x', x), only(parameters))));
  }

  inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet {
    return tidy(() => withZeroLogDet(sub(toFloat('ShiftTransform: y', y), only(parameters))));
  }

  override config(): ModuleConfig {
    return { type: ShiftTransform.type };
  }
}

function only(parameters: Tensor): Tensor {
  checkEvent('ShiftTransform: parameters', parameters.shape, [1]);
  return reshape(toFloat('ShiftTransform: parameters', parameters), parameters.shape.slice(0, -1));
}

function withZeroLogDet(value: Tensor): ValueAndLogDet {
  return { value, logDet: zeros(value.shape) };
}
