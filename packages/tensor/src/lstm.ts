import type { Tensor } from '@tensorflow/tfjs-core';
import { hasDifferentiableKernel } from './differentiable-kernel.js';
import { lstmGradientKernel, lstmKernel, type LstmAttrs } from './kernel-lstm.js';
import type { AffineForm } from './masked-network.js';
import { withKept } from './with-kept.js';

/** A long short-term memory over D ranks, with a linear map from the last layer's state to a rank's P parameters. */
export interface LstmNetwork {
  /** The dimensions by rank: a permutation of 0 … D − 1. */
  readonly order: readonly number[];
  /** P */
  readonly parameterCount: number;
  /** The width H of each layer's state. */
  readonly hidden: readonly number[];
}

/** What an {@link LstmNetwork} computes with. Gates are in the order input, forget, output, candidate. */
export interface LstmArrays {
  /** `[...batch, D]`, N events */
  readonly input: Tensor;
  /** The first layer's bias at each rank, `[D, 4·H₁]`. */
  readonly offsets: Tensor;
  /** What is added to it for each event, `[N, 4·H₁]`. */
  readonly context?: Tensor;
  /** Each layer's state, then its cells, before the first rank, `[N, 2·ΣH]`. Default: 0. */
  readonly states?: Tensor;
  /** Each layer's weights, `[inputs + H, 4·H]`: what it is fed, then its state. */
  readonly layers: readonly Tensor[];
  /** The biases of the layers after the first, `[4·H]`. */
  readonly biases: readonly Tensor[];
  /** `[H, P]`, of the last layer. */
  readonly outputWeights: Tensor;
  /** `[P]` */
  readonly outputBias: Tensor;
}

/**
 * Whether the backend in use has kernels for whole LSTMs; {@link lstmParameters} and {@link lstmTransform} need them.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { hasLstmKernels, useBackend } from '@pushforward/tensor';
 *
 * await useBackend('wasm');
 * console.log(hasLstmKernels()); // true
 * ```
 */
export function hasLstmKernels(): boolean {
  return hasDifferentiableKernel(lstmKernel.name);
}

/**
 * All parameters, `[...batch, D, P]`, each rank being fed the input of the rank before. Differentiable in all arrays.
 *
 * Source: Hochreiter & Schmidhuber 1997, "Long short-term memory", with the forget gate of Gers et al. 2000.
 *
 * @throws Error if the backend has no kernels for LSTMs
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { lstmParameters, useBackend } from '@pushforward/tensor';
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
 * A rank is fed the input of the rank before, or in the sequential direction its value. Differentiable in all arrays; the gradient is one
 * sweep down the ranks.
 *
 * **Units**: nats.
 *
 * Source: Kingma et al. 2016, "Improved variational inference with inverse autoregressive flow", section 4.
 *
 * @throws Error if the backend has no kernels for LSTMs
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { type AffineForm, lstmTransform, useBackend } from '@pushforward/tensor';
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
  return withKept(
    structure.form ? 'lstmTransform' : 'lstmParameters',
    lstmKernel.name,
    lstmGradientKernel.name,
    operands,
    attrs,
  );
}
