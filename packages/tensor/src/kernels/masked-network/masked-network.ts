import type { Tensor } from '@tensorflow/tfjs-core';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import { isSplineForm, type StepForm } from '../step-form.js';
import type { MaskedNetwork, MaskedNetworkArrays, MaskedNetworkAttrs } from './contract.js';
import { hasSplineKernels } from '../spline/rational-quadratic-spline.js';
import { maskedNetworkGradientKernel, maskedNetworkKernel } from './wasm.js';
import { runWithResiduals } from '../../registry/run-with-residuals.js';

/**
 * Whether the backend in use has kernels for whole masked networks; {@link maskedParameters} and {@link maskedTransform} need them, the second for
 * the form of its step too: kernels on GPUs know affine ones alone.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 * import { hasMaskedNetworkKernels } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * console.log(hasMaskedNetworkKernels()); // true
 * ```
 */
export function hasMaskedNetworkKernels(form?: StepForm): boolean {
  return hasDifferentiableKernel(maskedNetworkKernel.name) && (!form || !isSplineForm(form) || hasSplineKernels());
}

/**
 * All parameters of a masked network, `[...batch, D, P]`, by one kernel that does not multiply what is masked. Differentiable in all
 * arrays.
 *
 * Source: Germain et al. 2015, "MADE: masked autoencoder for distribution estimation", section 4.
 *
 * @throws Error if the backend has no kernels for masked networks
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 * import { maskedParameters } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * // One parameter for each of two dimensions: that of the second is twice the first; the other weights are masked.
 * const network = {
 *   order: [0, 1],
 *   starts: [0, 1, 2],
 *   activation: 'relu',
 *   layers: [{ from: 0, isOutput: true, starts: [0, 1, 2] }],
 * } as const;
 * const weights = [tf.tensor2d([[9, 2], [9, 9]])];
 * const parameters = maskedParameters(network, { input: tf.tensor2d([[1, 10]]), weights, offsets: [undefined] });
 * console.log(await parameters.array()); // [[[0], [2]]]
 * ```
 */
export function maskedParameters(network: MaskedNetwork, arrays: MaskedNetworkArrays): Tensor {
  return run({ network, sequential: false }, arrays)[0];
}

/**
 * An affine or spline step with the parameters that a masked network computes, and its log-determinant, by one kernel: `value` `[...batch, D]`,
 * `logDet` `[...batch]`. Differentiable in all arrays.
 *
 * In the parallel direction the network reads the input: `valueᵢ = step(inputᵢ; p(input₍₋ᵢ₎))`. In the sequential one it reads the
 * values: `valueᵢ = step(inputᵢ; p(value₍₋ᵢ₎))`, found degree by degree, each unit computed once; its gradient goes
 * down the degrees, likewise.
 *
 * **Units**: nats.
 *
 * Source: Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", section 3.
 *
 * @throws Error if the backend has no kernels for masked networks, or none for such a step; or if the network gives another number of parameters than
 * the step takes
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { type AffineForm, useBackend } from '@pushforward/tensor';
 * import { maskedTransform } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * // value = input + m, and back: the second dimension is shifted by twice the first.
 * const network = {
 *   order: [0, 1],
 *   starts: [0, 1, 2],
 *   activation: 'relu',
 *   layers: [{ from: 0, isOutput: true, starts: [0, 1, 2] }],
 * } as const;
 * const weights = [tf.tensor2d([[9, 2], [9, 9]])];
 * const add: AffineForm = { logScale: 'none', sign: 1, before: 0, after: 1 };
 * const subtract: AffineForm = { logScale: 'none', sign: -1, before: 1, after: 0 };
 *
 * const { value } = maskedTransform(network, { input: tf.tensor2d([[1, 10]]), weights, offsets: [undefined] }, add, false);
 * console.log(await value.array()); // [[1, 12]]
 * const back = maskedTransform(network, { input: value, weights, offsets: [undefined] }, subtract, true);
 * console.log(await back.value.array()); // [[1, 10]]
 * ```
 */
export function maskedTransform(
  network: MaskedNetwork,
  arrays: MaskedNetworkArrays,
  form: StepForm,
  sequential: boolean,
): { value: Tensor; logDet: Tensor } {
  const parameters = network.layers.at(-1)!.starts.at(-1)! / (network.order.length - (network.passing ?? 0));
  const expected = isSplineForm(form)
    ? [3 * form.shape.bins - 1, 3 * form.shape.bins]
    : [form.logScale === 'none' ? 1 : 2];
  if (!expected.includes(parameters))
    throw new Error(`maskedTransform: network must give ${expected.join(' or ')} parameters, got ${parameters}`);
  const [value, logDet] = run({ network, form, sequential }, arrays);
  return { value, logDet };
}

/** Leaves out the tensors that stand for no offset. */
function run(
  structure: Pick<MaskedNetworkAttrs, 'network' | 'form' | 'sequential'>,
  { input, weights, offsets }: MaskedNetworkArrays,
): Tensor[] {
  const operands = [input, ...weights];
  const places = offsets.map((offset) => (offset ? operands.push(offset) - 1 : -1));
  const attrs: MaskedNetworkAttrs = { ...structure, offsets: places };
  return runWithResiduals(
    structure.form ? 'maskedTransform' : 'maskedParameters',
    maskedNetworkKernel.name,
    maskedNetworkGradientKernel.name,
    operands,
    attrs,
  );
}
