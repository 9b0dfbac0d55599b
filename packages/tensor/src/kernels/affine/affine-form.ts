import { add, exp, mul, neg, sub, type Tensor, tidy, unstack, util, zeros } from '@tensorflow/tfjs-core';
import { checkEvent } from '../../arguments/check.js';
import { toFloat } from '../../arguments/to-float.js';
import { broadcastTo } from '../../arrays/broadcast-to.js';
import { logSigmoid } from '../../special/log-sigmoid.js';
import { softBound } from '../../kernels/soft-bound/soft-bound.js';
import { withGradients } from '../../autodiff/with-gradients.js';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import { runKernel } from '../../registry/run-kernel.js';
import type { AffineForm } from './contract.js';
import { affineGradientKernel, affineKernel } from './wasm.js';

/**
 * Applies an {@link AffineForm} to numbers and their parameters, with its log-derivative L: the reference of the kernels that apply a form.
 *
 * **Shapes**: input, value and logDet `[...]`; parameters `[..., P]`, whose leading axes broadcast to those of input, P 1 for `'none'` and
 * otherwise 2.
 *
 * **Units**: nats.
 *
 * Source: Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", equation 3, for the scale; Kingma et
 * al. 2016, "Improving variational inference with inverse autoregressive flow", equations 12 to 14, for the gate.
 *
 * @throws Error if the last axis of the parameters is not P
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { applyAffineForm } from '@pushforward/tensor';
 *
 * const form = { logScale: 'raw', sign: 1, before: 0, after: 1 } as const;
 * const { value, logDet } = applyAffineForm(form, tf.tensor1d([2]), tf.tensor2d([[1, 0]]));
 * console.log(await value.array(), await logDet.array()); // [3] [0]
 * ```
 */
export function applyAffineForm(
  form: AffineForm,
  input: Tensor,
  parameters: Tensor,
): { value: Tensor; logDet: Tensor } {
  const { logScale, sign, before, after } = form;
  checkEvent('applyAffineForm: parameters', parameters.shape, [logScale === 'none' ? 1 : 2]);
  return tidy(() => {
    const given = toFloat('applyAffineForm: input', input);
    const raw = toFloat('applyAffineForm: parameters', parameters);
    if (hasDifferentiableKernel(affineKernel.name) && util.arraysEqual(raw.shape.slice(0, -1), given.shape))
      return byKernel(form, given, raw);
    const [m, r] = unstack(raw, -1);
    const from = before ? sub(given, m) : given;
    const to = (scaled: Tensor) => (after ? add(scaled, m) : scaled);
    if (logScale === 'none') {
      const value = to(from);
      return { value, logDet: zeros(value.shape) };
    }
    const l = sign === 1 ? logScaleOf(form, r) : neg(logScaleOf(form, r));
    const value = to(mul(from, exp(l)));
    return { value, logDet: broadcastTo(l, value.shape) };
  });
}

function byKernel(form: AffineForm, input: Tensor, parameters: Tensor): { value: Tensor; logDet: Tensor } {
  const given = [input, parameters];
  const [value, logDet] = withGradients(
    given,
    () => ({ outputs: runKernel(affineKernel.name, given, form) }),
    (cotangents, inputs) => runKernel(affineGradientKernel.name, [...inputs, ...cotangents], form),
  );
  return { value, logDet };
}

/** `logScale(r)` */
function logScaleOf({ logScale, bound = 1, bias = 0 }: AffineForm, r: Tensor): Tensor {
  if (logScale === 'raw') return r;
  const bounded = softBound(r, bound);
  return logScale === 'bounded' ? bounded : logSigmoid(add(bounded, bias));
}
