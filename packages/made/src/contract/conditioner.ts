import { sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { admit, Module, type StepForm } from '@pushforward/tensor';
import { typeOf } from '@pushforward/tensor/kernels';
import type { DependencyGraph } from '../masks/graph.js';

/** A value and the log-determinant of the map that made it, in nats. */
// A type, not an interface: `tf.tidy` takes back only what has an implicit index signature.
export type ValueAndLogDet = {
  value: Tensor;
  logDet: Tensor;
};

/**
 * Chooses the value of one element from its parameters, during {@link Conditioner.unroll}: elementwise, pure, and closed over no
 * variable, so that its gradient can be taken for all elements at once. It may be called for any number of them, and again for the
 * gradient.
 *
 * **Shapes**: `input` and both results `[...]`, `parameters` `[..., P]`.
 */
export interface Step {
  (input: Tensor, parameters: Tensor): ValueAndLogDet;
  /** The same as a formula, if it is one that kernels know: a kernel may then take the place of the function. */
  readonly form?: StepForm;
}

/**
 * A network from D inputs to D × P parameters, those of dimension i depending only on the context and on the dimensions before i
 * in {@link order}: what makes a flow or a density model autoregressive.
 *
 * `checkConditioner` of `@pushforward/made/testing` tests a class of your own against every law.
 *
 * **Numerics**: a row with NaN leaves the other rows as they are; what {@link unroll} makes of NaN in one dimension leaves the dimensions before
 * it as they are.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Conditioner, type Step } from '@pushforward/made';
 *
 * // Parameters that depend on nothing: dimensions independent of each other.
 * class Constants extends Conditioner {
 *   readonly dim = 3;
 *   readonly parameterCount = 1;
 *   readonly contextDim = 0;
 *   readonly order = [0, 1, 2];
 *   readonly table = tf.variable(tf.ones([3, 1]));
 *   parameters(x: tf.Tensor) {
 *     return tf.broadcastTo(this.table, [...x.shape, 1]);
 *   }
 *   unroll(input: tf.Tensor, step: Step) {
 *     return this.transform(input, step);
 *   }
 *   config() {
 *     return { type: 'Constants' };
 *   }
 * }
 *
 * const shift: Step = (input, parameters) => ({ value: tf.add(input, tf.squeeze(parameters, [-1])), logDet: tf.zerosLike(input) });
 * console.log(await new Constants().unroll(tf.zeros([2, 3]), shift).value.array()); // [[1, 1, 1], [1, 1, 1]]
 * ```
 */
export abstract class Conditioner extends Module {
  /** D, the number of dimensions. */
  abstract readonly dim: number;
  /** P, the number of parameters of one dimension. */
  abstract readonly parameterCount: number;
  /** The width of the context, 0 if there is none. */
  abstract readonly contextDim: number;
  /** The order in which dimensions are chosen: `order[0]` is the dimension that depends on the context alone. */
  abstract readonly order: readonly number[];

  /** Which dimensions depend on which, if not on all before them in the order. */
  get graph(): DependencyGraph | undefined {
    return undefined;
  }

  /**
   * All parameters in one parallel pass.
   *
   * **Shapes**: `x` `[...batch, D]`, `context` `[...contexts, C]`; result `[...both, D, P]`, where `both` is what the batch and the contexts
   * broadcast to.
   *
   * @throws Error if x or the context does not fit
   */
  abstract parameters(x: Tensor, context?: Tensor): Tensor;

  /**
   * The parallel direction: `value_i = step(input_i, parameters_i(input_before))`, all at once.
   *
   * **Shapes**: as those of {@link unroll}.
   *
   * @throws Error if the input or the context does not fit
   */
  transform(input: Tensor, step: Step, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x, context: given } = admit({
        name: typeOf(this),
        argument: 'input',
        x: input,
        event: [this.dim],
        context,
        contextDim: this.contextDim,
      });
      const { value, logDet } = step(x, this.parameters(x, given));
      return { value, logDet: sum(logDet, -1) };
    });
  }

  /**
   * The sequential direction: for each dimension i in order, `value_i = step(input_i, parameters_i(value_before))`, computing every
   * hidden unit once. Differentiable in `input`, `context` and every variable.
   *
   * **Shapes**: `input` `[...batch, D]`, `context` as in {@link parameters}; results `value` `[...both, D]` and `logDet`
   * `[...both]`, the sum over dimensions of the steps' log-determinants.
   *
   * @throws Error if the input or the context does not fit
   */
  abstract unroll(input: Tensor, step: Step, context?: Tensor): ValueAndLogDet;
}
