import type { Tensor } from '@tensorflow/tfjs-core';
import type { LstmNetwork, LstmArrays, LstmAttrs } from './lstm-contract.js';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import { lstmGradientKernel, lstmKernel } from './lstm-wasm.js';
import type { AffineForm } from '../affine/contract.js';
import { runWithResiduals } from '../../registry/run-with-residuals.js';

/**
 * Whether the backend in use has kernels for whole LSTMs; {@link lstmParameters} and {@link lstmTransform} need them.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 * import { hasLstmKernels } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * console.log(hasLstmKernels()); // true
 * ```
 */
export function hasLstmKernels(): boolean {
  return hasDifferentiableKernel(lstmKernel.name);
}

/**
 * All parameters, `[...batch, D, P]`, each position being fed the input of the position before. Differentiable in all arrays.
 *
 * Source: Hochreiter & Schmidhuber 1997, "Long short-term memory", with the forget gate of Gers et al. 2000.
 *
 * @throws Error if the backend has no kernels for LSTMs
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 * import { lstmParameters } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * const network = { order: [0, 1], parameterCount: 2, hidden: [3] };
 * const arrays = {
 *   offsets: tf.zeros([2, 12]),
 *   layers: [tf.zeros([4, 12])],
 *   biases: [],
 *   outputWeights: tf.zeros([3, 2]),
 *   outputBias: tf.tensor1d([5, 0]),
 * };
 * const parameters = lstmParameters(network, { ...arrays, input: tf.tensor2d([[1, 10]]) });
 * console.log(await parameters.array()); // [[[5, 0], [5, 0]]]
 * ```
 */
export function lstmParameters(network: LstmNetwork, arrays: LstmArrays): Tensor {
  return run({ network, sequential: false }, arrays)[0];
}

/**
 * An affine step with the parameters that an LSTM computes, and its log-determinant: `value` `[...batch, D]`, `logDet` `[...batch]`.
 * A position is fed the input of the position before, or in the sequential direction its value. Differentiable in all arrays; the gradient is one
 * pass back over the positions.
 *
 * **Units**: nats.
 *
 * Source: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", section 4.
 *
 * @throws Error if the backend has no kernels for LSTMs
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { type AffineForm, useBackend } from '@pushforward/tensor';
 * import { lstmTransform } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * const network = { order: [0, 1], parameterCount: 2, hidden: [3] };
 * const arrays = {
 *   offsets: tf.zeros([2, 12]),
 *   layers: [tf.zeros([4, 12])],
 *   biases: [],
 *   outputWeights: tf.zeros([3, 2]),
 *   outputBias: tf.tensor1d([5, 0]),
 * };
 * // value = input · exp(r) + m, with (m, r) = (5, 0) as long as the weights are 0.
 * const form: AffineForm = { logScale: 'raw', sign: 1, before: 0, after: 1 };
 * const { value, logDet } = lstmTransform(network, { ...arrays, input: tf.tensor2d([[1, 10]]) }, form, true);
 * console.log(await value.array(), await logDet.array()); // [[6, 15]] [0]
 * ```
 */
export function lstmTransform(
  network: LstmNetwork,
  arrays: LstmArrays,
  form: AffineForm,
  sequential: boolean,
): { value: Tensor; logDet: Tensor } {
  const [value, logDet] = run({ network, form, sequential }, arrays);
  return { value, logDet };
}

function run(structure: Pick<LstmAttrs, 'network' | 'form' | 'sequential'>, arrays: LstmArrays): Tensor[] {
  const { input, offsets, context, states, layers, biases, outputWeights, outputBias } = arrays;
  const given = [context, states].filter((tensor) => tensor !== undefined);
  const operands = [input, offsets, outputWeights, outputBias, ...layers, ...biases, ...given];
  const attrs: LstmAttrs = { ...structure, hasContext: context !== undefined, hasStates: states !== undefined };
  return runWithResiduals(
    structure.form ? 'lstmTransform' : 'lstmParameters',
    lstmKernel.name,
    lstmGradientKernel.name,
    operands,
    attrs,
  );
}
