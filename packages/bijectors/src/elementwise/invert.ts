import type { Tensor } from '@tensorflow/tfjs-core';
import { type BuildModule, checkInstance, type ModuleConfig } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { ElementwiseTransform } from '../contract/elementwise-transform.js';

/**
 * An elementwise transform with its directions swapped, for a layer that needs the closed form on the way from data to base:
 *
 * `y = f⁻¹(x; parameters)`, with `log dy/dx` as the inverse of f gives it.
 *
 * **Shapes**, parameters, units, numerics and errors: those of the transform inside.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { AffineTransform, InvertTransform } from '@pushforward/bijectors';
 *
 * const standardize = new InvertTransform(new AffineTransform());
 * const { value } = standardize.forwardAndLogDet(tf.tensor1d([5]), tf.tensor1d([3, 0]));
 * console.log((await value.data())[0]); // 2
 * ```
 */
export class InvertTransform extends ElementwiseTransform {
  static readonly type: string = 'InvertTransform';
  static override fromConfig(config: ModuleConfig, build: BuildModule): InvertTransform {
    return new InvertTransform(build(config.transform, ElementwiseTransform));
  }

  readonly parameterCount: number;
  readonly identityParameters: readonly number[];

  constructor(readonly transform: ElementwiseTransform) {
    super();
    checkInstance('InvertTransform: transform', transform, ElementwiseTransform, 'an elementwise transform');
    this.parameterCount = transform.parameterCount;
    this.identityParameters = transform.identityParameters;
  }

  forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet {
    return this.transform.inverseAndLogDet(x, parameters);
  }

  inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet {
    return this.transform.forwardAndLogDet(y, parameters);
  }

  override config(): ModuleConfig {
    return { type: InvertTransform.type, transform: this.transform.config() };
  }
}
