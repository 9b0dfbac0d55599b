import type { Tensor } from '@tensorflow/tfjs-core';
import { Module, type StepForm } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';

/**
 * A family of increasing maps of one number, chosen by P parameters that somebody else computes: what an autoregressive or coupling
 * layer applies to each dimension. It owns no variable.
 *
 * **Shapes**: `x`, `y` and both results `[...]`; `parameters` `[..., P]`, whose leading axes broadcast to those of x.
 *
 * **Units**: nats.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ElementwiseTransform } from '@pushforward/bijectors';
 * import { checkElementwiseTransform } from '@pushforward/bijectors/testing';
 * import { toFloat } from '@pushforward/tensor';
 *
 * // y = asinh(eᵖ sinh x), whose inverse is the same map with −p: the tails are shifted, the middle is scaled.
 * class Warp extends ElementwiseTransform {
 *   static readonly type = 'Warp';
 *   static fromConfig() {
 *     return new Warp();
 *   }
 *   readonly parameterCount = 1;
 *   readonly identityParameters = [0];
 *   forwardAndLogDet(x: tf.Tensor, parameters: tf.Tensor) {
 *     return warp(x, parameters, 1);
 *   }
 *   inverseAndLogDet(y: tf.Tensor, parameters: tf.Tensor) {
 *     return warp(y, parameters, -1);
 *   }
 *   config() {
 *     return { type: 'Warp' };
 *   }
 * }
 *
 * function warp(x: tf.Tensor, parameters: tf.Tensor, sign: number) {
 *   if (parameters.shape.at(-1) !== 1) throw new Error(`warp: parameters must be [..., 1], got [${parameters.shape.join(', ')}]`);
 *   return tf.tidy(() => {
 *     const given = toFloat('warp: x', x);
 *     const p = toFloat('warp: parameters', parameters).squeeze([-1]).mul(sign);
 *     const value = tf.asinh(p.exp().mul(tf.sinh(given)));
 *     return { value, logDet: tf.cosh(given).log().sub(tf.cosh(value).log()).add(p) };
 *   });
 * }
 *
 * await checkElementwiseTransform(() => new Warp(), { extreme: 10 });
 * ```
 */
export abstract class ElementwiseTransform extends Module {
  /** P, the number of parameters. */
  abstract readonly parameterCount: number;

  /** The parameters at which the map is the identity, or as near to it as the family comes. */
  abstract readonly identityParameters: readonly number[];

  /** A direction as a formula, for a family of affine maps or rational-quadratic splines: kernels know what to do with it. */
  form?(direction: 'forward' | 'inverse'): StepForm;

  /** `y = f(x; parameters)` and `log dy/dx`, element by element. */
  abstract forwardAndLogDet(x: Tensor, parameters: Tensor): ValueAndLogDet;

  /** `x = f⁻¹(y; parameters)` and `log dx/dy`, element by element. */
  abstract inverseAndLogDet(y: Tensor, parameters: Tensor): ValueAndLogDet;
}
