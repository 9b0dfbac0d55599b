import { add, exp, expandDims, mul, sub, sum, type Tensor, tidy, util } from '@tensorflow/tfjs-core';
import { toFloat } from '../../arguments/to-float.js';
import { withGradients } from '../../autodiff/with-gradients.js';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import { runKernel } from '../../registry/run-kernel.js';
import { normalLogProb } from '../standard-normal/normal-log-prob.js';
import { normalDrawGradientKernel, normalDrawKernel } from './wasm.js';

/** Normal numbers, and the density that each row of them was drawn with. */
export interface NormalDraws {
  /** `[...draws, ...batch, D]` */
  readonly value: Tensor;
  /** `[...draws, ...batch]`, in nats */
  readonly logProb: Tensor;
}

/**
 * Draws from a Gaussian with independent numbers, reparameterised: `value = loc + exp(logScale) · noise`, made of standard normal noise, so that gradients
 * reach location and scale; with their `logProb = Σ −½ noise² − logScale − ½ log 2π`, which needs the noise alone and divides by no scale. One kernel where the backend has it.
 *
 * **Shapes**: loc and logScale `[...batch, D]`, noise and value `[...draws, ...batch, D]`, logProb `[...draws, ...batch]`. **Units**: nats.
 *
 * Source: Kingma & Welling 2014, "Auto-encoding variational Bayes", section 2.4.
 *
 * @throws Error if the shapes do not broadcast
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { normalDraw } from '@pushforward/tensor/kernels';
 *
 * const { value, logProb } = normalDraw(tf.tensor1d([1]), tf.tensor1d([0]), tf.tensor2d([[0], [2]]));
 * console.log(await value.array(), (await logProb.data())[0].toFixed(4)); // [ [ 1 ], [ 3 ] ] -0.9189
 * ```
 */
export function normalDraw(loc: Tensor, logScale: Tensor, noise: Tensor): NormalDraws {
  return tidy(() => {
    const inputs = [
      toFloat('normalDraw: loc', loc),
      toFloat('normalDraw: logScale', logScale),
      toFloat('normalDraw: noise', noise),
    ];
    const [from, by, of] = inputs;
    const isKernel =
      hasDifferentiableKernel(normalDrawKernel.name) &&
      from.rank > 0 &&
      util.arraysEqual(from.shape, by.shape) &&
      of.rank >= from.rank &&
      util.arraysEqual(of.shape.slice(of.rank - from.rank), from.shape);
    if (!isKernel) return { value: add(from, mul(exp(by), of)), logProb: sum(normalLogProb(of, by), -1) };
    const [value, logProb] = withGradients(
      inputs,
      () => ({ outputs: runKernel(normalDrawKernel.name, inputs) }),
      (cotangents, known) => {
        const [ofLoc, ofLogScale] = runKernel(normalDrawGradientKernel.name, [...known, ...cotangents]);
        const [, scale, standard] = known;
        const [ofValue, ofLogProb] = cotangents;
        return [ofLoc, ofLogScale, () => sub(mul(ofValue, exp(scale)), mul(expandDims(ofLogProb, -1), standard))];
      },
    );
    return { value, logProb };
  });
}
