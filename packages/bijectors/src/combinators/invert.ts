import type { Tensor } from '@tensorflow/tfjs-core';
import { type BuildModule, checkInstance, type ModuleConfig } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';

/**
 * A bijector with its directions swapped: what was fast for sampling becomes fast for density, and the other way round.
 *
 * `y = f⁻¹(x)` and `log |det ∂y/∂x|` as the inverse of `f` gives it.
 *
 * **Shapes**, context and errors: those of the bijector inside.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { affine, Invert } from '@pushforward/bijectors';
 *
 * const standardize = new Invert(affine({ loc: [100], scale: [15] }));
 * console.log(await standardize.forward(tf.tensor1d([130])).array()); // about [2]
 * ```
 */
export class Invert extends Bijector {
  static readonly type: string = 'Invert';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Invert {
    return new Invert(build(config.bijector, Bijector));
  }

  readonly eventRank: number;
  override readonly eventShape?: readonly number[];
  override readonly contextDim: number;

  constructor(readonly bijector: Bijector) {
    super();
    checkInstance('Invert: bijector', bijector, Bijector, 'a bijector');
    this.eventRank = bijector.outputEventRank;
    this.contextDim = bijector.contextDim;
    this.eventShape = bijector.eventShape && bijector.forwardEventShape(bijector.eventShape);
  }

  override get outputEventRank(): number {
    return this.bijector.eventRank;
  }

  override forwardEventShape(shape: readonly number[]): readonly number[] {
    return this.bijector.inverseEventShape(shape);
  }

  override inverseEventShape(shape: readonly number[]): readonly number[] {
    return this.bijector.forwardEventShape(shape);
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return this.bijector.inverseAndLogDet(x, context);
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return this.bijector.forwardAndLogDet(y, context);
  }

  override config(): ModuleConfig {
    return { type: Invert.type, bijector: this.bijector.config() };
  }
}
