import {
  abs,
  broadcast_util,
  equal,
  logicalOr,
  neg,
  sub,
  type Tensor,
  tidy,
  util,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { broadcastTo } from '../../arrays/broadcast-to.js';
import { sumTrailing } from '../../arrays/sum-trailing.js';
import { where } from '../../arrays/where.js';
import { toFloat } from '../../arguments/to-float.js';
import { withGradients } from '../../autodiff/with-gradients.js';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import { runKernel } from '../../registry/run-kernel.js';
import { logSigmoid } from '../../special/log-sigmoid.js';
import {
  bernoulliEventGradientKernel,
  bernoulliEventKernel,
  bernoulliGradientKernel,
  bernoulliKernel,
} from './wasm.js';

/**
 * The log-probability of each outcome x, 0 or 1, by its logit l: `log sigmoid(l)` of 1 and `log sigmoid(−l)` of 0, and −∞ of any other number; of NaN
 * it is NaN. That of an event is the sum over its outcomes. In every loss of a model of binary pixels, so that it is one kernel where the backend has
 * it.
 *
 * **Shapes**: the logits and x broadcast against each other to `[...batch, ...event]`; result `[...batch]`. **Units**: nats.
 *
 * Differentiable in the logits; the gradient of x is 0.
 *
 * @param eventRank how many trailing axes one event takes; by default each outcome is one
 * @throws Error if the shapes do not broadcast
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { bernoulliLogProb } from '@pushforward/tensor/kernels';
 *
 * const logits = tf.tensor1d([0, 2, 1000]);
 * const logProb = await bernoulliLogProb(logits, tf.tensor1d([1, 0.5, 0])).data();
 * console.log([...logProb].map((nats) => nats.toFixed(3)).join(' ')); // -0.693 -Infinity -1000.000
 * const [event] = await bernoulliLogProb(logits, tf.tensor1d([1, 1, 1]), 1).data();
 * console.log(event.toFixed(3)); // -0.820
 * ```
 */
export function bernoulliLogProb(logits: Tensor, x: Tensor, eventRank = 0): Tensor {
  return tidy(() => {
    const outcomes = toFloat('bernoulliLogProb: x', x);
    const given = toFloat('bernoulliLogProb: logits', logits);
    const [kernel, gradientKernel] =
      eventRank === 0
        ? [bernoulliKernel, bernoulliGradientKernel]
        : [bernoulliEventKernel, bernoulliEventGradientKernel];
    if (hasDifferentiableKernel(kernel.name)) {
      const shape = broadcast_util.assertAndGetBroadcastShape(given.shape, outcomes.shape);
      const repeats = outcomes.rank >= eventRank && endsWith(shape, outcomes.shape);
      const inputs = [
        util.arraysEqual(given.shape, shape) ? given : broadcastTo(given, shape),
        repeats ? outcomes : broadcastTo(outcomes, shape),
      ];
      const [logProb] = withGradients(
        inputs,
        () => ({ outputs: runKernel(kernel.name, inputs, { eventRank }) }),
        ([cotangent], [values, of]) => [
          () => runKernel(gradientKernel.name, [values, of, cotangent], { eventRank })[0],
          () => zerosLike(of),
        ],
      );
      return logProb;
    }
    const isOne = equal(outcomes, 1);
    // Of the outcome's own logit, l or −l: nothing cancels.
    const logProb = logSigmoid(where(isOne, given, neg(given)));
    return sumTrailing(where(logicalOr(isOne, equal(outcomes, 0)), logProb, sub(-Infinity, abs(outcomes))), eventRank);
  });
}

/** Whether a shape is the end of another. */
function endsWith(shape: readonly number[], end: readonly number[]): boolean {
  const offset = shape.length - end.length;
  return offset >= 0 && end.every((size, axis) => size === shape[offset + axis]);
}
