import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkEvent, Module } from '@pushforward/tensor';
import { typeOf } from '@pushforward/tensor/kernels';
import type { ValueAndLogDet } from '@pushforward/made';

/**
 * An invertible map between a base variable x and a data variable y, with the logarithm of its Jacobian determinant.
 *
 * A subclass gives {@link forwardAndLogDet} and {@link inverseAndLogDet}, each under `tf.tidy`; everything else is derived.
 *
 * **Shapes**: x is `[...batch, ...event]`, where `event` has {@link eventRank} axes, and y is `[...batch, ...forwardEventShape(event)]`:
 * the same shape, unless a map says otherwise; `logDet` is `[...batch]`; `context` is `[...batch, C]`, or has a batch shape that
 * broadcasts with the event's: one event under M contexts `[M, C]` is M events. What is not float32 is cast: `admit` of `@pushforward/tensor`
 * sees to both.
 *
 * Where y has more numbers than x, as a vector of probabilities has, some of them follow from the others, and the log-determinant is
 * that of the map onto the others.
 *
 * **Units**: nats.
 *
 * Source: Rezende & Mohamed 2015, "Variational inference with normalizing flows".
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Bijector } from '@pushforward/bijectors';
 * import { checkBijector } from '@pushforward/bijectors/testing';
 * import { admit } from '@pushforward/tensor';
 *
 * // y = sinh(x), elementwise: dy/dx = cosh(x) = √(1 + y²).
 * class Sinh extends Bijector {
 *   static readonly type = 'Sinh';
 *   static fromConfig() {
 *     return new Sinh();
 *   }
 *   readonly eventRank = 0;
 *   forwardAndLogDet(x: tf.Tensor, context?: tf.Tensor) {
 *     return tf.tidy(() => {
 *       const value = tf.sinh(admit({ name: 'sinh', x, event: [], context }).x);
 *       return { value, logDet: value.square().add(1).log().mul(0.5) };
 *     });
 *   }
 *   inverseAndLogDet(y: tf.Tensor, context?: tf.Tensor) {
 *     return tf.tidy(() => {
 *       const { x: given } = admit({ name: 'sinh', argument: 'y', x: y, event: [], context });
 *       return { value: tf.asinh(given), logDet: given.square().add(1).log().mul(-0.5) };
 *     });
 *   }
 *   config() {
 *     return { type: 'Sinh' };
 *   }
 * }
 *
 * await checkBijector(() => new Sinh());
 * ```
 */
export abstract class Bijector extends Module {
  /** The number of trailing axes of one event of x: 0 is elementwise, 1 acts on vectors. */
  abstract readonly eventRank: number;

  /** The number of trailing axes of one event of y: {@link eventRank}, unless the map changes it. */
  get outputEventRank(): number {
    return this.eventRank;
  }

  /** The shape of an event of x, where only one fits; absent where any of {@link eventRank} axes does. What is put together is checked by it. */
  declare readonly eventShape?: readonly number[];

  /** The width of the context this map needs, 0 if it takes none. */
  readonly contextDim: number = 0;

  /** `y = f(x)` and `log |det ∂y/∂x|`, from base to data: the direction of sampling. */
  abstract forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet;

  /** `x = f⁻¹(y)` and `log |det ∂x/∂y|`, from data to base: the direction of density. */
  abstract inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet;

  /**
   * The shape of y's event for one of x; axes before it stay as they are. The same shape, unless the map changes it.
   *
   * @throws Error if no event of x has that shape
   */
  forwardEventShape(shape: readonly number[]): readonly number[] {
    if (this.eventShape) checkEvent(`${typeOf(this)}: x`, shape, this.eventShape);
    return shape;
  }

  /**
   * The shape of x's event for one of y: the inverse of {@link forwardEventShape}.
   *
   * @throws Error if no event of y has that shape
   */
  inverseEventShape(shape: readonly number[]): readonly number[] {
    if (this.eventShape) checkEvent(`${typeOf(this)}: y`, shape, this.eventShape);
    return shape;
  }

  /** `y = f(x)`. */
  forward(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => this.forwardAndLogDet(x, context).value);
  }

  /** `x = f⁻¹(y)`. */
  inverse(y: Tensor, context?: Tensor): Tensor {
    return tidy(() => this.inverseAndLogDet(y, context).value);
  }
}
