import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from './activation.js';
import { hasDifferentiableKernel } from './differentiable-kernel.js';
import { attentionGradientKernel, attentionKernel, type AttentionAttrs } from './kernel-attention.js';
import type { AffineForm } from './masked-network.js';
import { withKept } from './with-kept.js';

/** A causal transformer over D ranks with pre-norm blocks, and a linear map from a rank's normalised stream to its P parameters. */
export interface AttentionNetwork {
  /** The dimensions by rank: a permutation of 0 … D − 1. */
  readonly order: readonly number[];
  /** P */
  readonly parameterCount: number;
  /** W, the width of the stream; a multiple of the heads. */
  readonly width: number;
  readonly heads: number;
  /** M, the width of the MLPs' hidden layer. */
  readonly mlp: number;
  readonly activation: Activation;
}

/** One block: `x₁ = x + attention(norm(x)·W)·Wₒ + bₒ`, `x₂ = x₁ + act(norm(x₁)·W₁ + b₁)·W₂ + b₂`. */
export interface AttentionBlockArrays {
  /** Of the norm before the attention, `[W]`. */
  readonly attentionScale: Tensor;
  readonly attentionShift: Tensor;
  /** To queries, keys and values, `[W, 3·W]`. */
  readonly attentionWeights: Tensor;
  /** `[W, W]` and `[W]` */
  readonly mixWeights: Tensor;
  readonly mixBias: Tensor;
  /** Of the norm before the MLP, `[W]`. */
  readonly mlpScale: Tensor;
  readonly mlpShift: Tensor;
  /** `[W, M]`, then `[M, W]`. */
  readonly mlpWeights: readonly Tensor[];
  readonly mlpBiases: readonly Tensor[];
}

/** What an {@link AttentionNetwork} computes with. */
export interface AttentionArrays {
  /** `[...batch, D]`, N events */
  readonly input: Tensor;
  /** Added to the token of each rank, `[D, W]`. */
  readonly positions: Tensor;
  /** Added to the first token of each event, `[N, W]`. */
  readonly context?: Tensor;
  /** What the value before is multiplied by in a token, `[1, W]`. */
  readonly valueWeights: Tensor;
  readonly blocks: readonly AttentionBlockArrays[];
  /** Of the norm after all blocks, `[W]`. */
  readonly outputScale: Tensor;
  readonly outputShift: Tensor;
  /** `[W, P]` and `[P]` */
  readonly outputWeights: Tensor;
  readonly outputBias: Tensor;
}

/**
 * Whether the backend in use has kernels for whole transformers; {@link attentionParameters} and {@link attentionTransform} need them.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { hasAttentionKernels, useBackend } from '@pushforward/tensor';
 *
 * await useBackend('wasm');
 * console.log(hasAttentionKernels()); // true
 * ```
 */
export function hasAttentionKernels(): boolean {
  return hasDifferentiableKernel(attentionKernel.name);
}

/**
 * All parameters, `[...batch, D, P]`, each token being made of the input of the rank before. Differentiable in all arrays.
 *
 * Source: Vaswani et al. 2017, "Attention is all you need", section 3.2, with the norms before each part.
 *
 * @throws Error if the backend has no kernels for transformers
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { attentionParameters, useBackend } from '@pushforward/tensor';
 *
 * await useBackend('wasm');
 * const network = { order: [0, 1], parameterCount: 2, width: 4, heads: 2, mlp: 8, activation: 'relu' } as const;
 * const block = {
 *   attentionScale: tf.ones([4]),
 *   attentionShift: tf.zeros([4]),
 *   attentionWeights: tf.zeros([4, 12]),
 *   mixWeights: tf.zeros([4, 4]),
 *   mixBias: tf.zeros([4]),
 *   mlpScale: tf.ones([4]),
 *   mlpShift: tf.zeros([4]),
 *   mlpWeights: [tf.zeros([4, 8]), tf.zeros([8, 4])],
 *   mlpBiases: [tf.zeros([8]), tf.zeros([4])],
 * };
 * const arrays = {
 *   positions: tf.zeros([2, 4]),
 *   valueWeights: tf.zeros([1, 4]),
 *   blocks: [block],
 *   outputScale: tf.ones([4]),
 *   outputShift: tf.zeros([4]),
 *   outputWeights: tf.zeros([4, 2]),
 *   outputBias: tf.tensor1d([5, 0]),
 * };
 * const parameters = attentionParameters(network, { ...arrays, input: tf.tensor2d([[1, 10]]) });
 * console.log(await parameters.array()); // [[[5, 0], [5, 0]]]
 * ```
 */
export function attentionParameters(network: AttentionNetwork, arrays: AttentionArrays): Tensor {
  return run({ network, sequential: false }, arrays)[0];
}

/**
 * An affine step with the parameters that a causal transformer computes, and its log-determinant: `value` `[...batch, D]`, `logDet`
 * `[...batch]`. A token is made of the input of the rank before, or in the sequential direction of its value; keys and values are computed once.
 * Differentiable in all arrays; the gradient is one sweep down the ranks.
 *
 * **Units**: nats.
 *
 * Source: Vaswani et al. 2017, "Attention is all you need", section 3.2, with the norms before each part.
 *
 * @throws Error if the backend has no kernels for transformers
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { type AffineForm, attentionTransform, useBackend } from '@pushforward/tensor';
 *
 * await useBackend('wasm');
 * const network = { order: [0, 1], parameterCount: 2, width: 4, heads: 2, mlp: 8, activation: 'relu' } as const;
 * const block = {
 *   attentionScale: tf.ones([4]),
 *   attentionShift: tf.zeros([4]),
 *   attentionWeights: tf.zeros([4, 12]),
 *   mixWeights: tf.zeros([4, 4]),
 *   mixBias: tf.zeros([4]),
 *   mlpScale: tf.ones([4]),
 *   mlpShift: tf.zeros([4]),
 *   mlpWeights: [tf.zeros([4, 8]), tf.zeros([8, 4])],
 *   mlpBiases: [tf.zeros([8]), tf.zeros([4])],
 * };
 * const arrays = {
 *   positions: tf.zeros([2, 4]),
 *   valueWeights: tf.zeros([1, 4]),
 *   blocks: [block],
 *   outputScale: tf.ones([4]),
 *   outputShift: tf.zeros([4]),
 *   outputWeights: tf.zeros([4, 2]),
 *   outputBias: tf.tensor1d([5, 0]),
 * };
 * // value = input · exp(r) + m, with (m, r) = (5, 0) as long as the weights are 0.
 * const form: AffineForm = { logScale: 'raw', sign: 1, before: 0, after: 1 };
 * const { value, logDet } = attentionTransform(network, { ...arrays, input: tf.tensor2d([[1, 10]]) }, form, true);
 * console.log(await value.array(), await logDet.array()); // [[6, 15]] [0]
 * ```
 */
export function attentionTransform(
  network: AttentionNetwork,
  arrays: AttentionArrays,
  form: AffineForm,
  sequential: boolean,
): { value: Tensor; logDet: Tensor } {
  const [value, logDet] = run({ network, form, sequential }, arrays);
  return { value, logDet };
}

function run(structure: Pick<AttentionAttrs, 'network' | 'form' | 'sequential'>, arrays: AttentionArrays): Tensor[] {
  const { input, positions, context, valueWeights, blocks, outputScale, outputShift, outputWeights, outputBias } =
    arrays;
  const ofBlocks = blocks.flatMap(
    ({
      attentionScale,
      attentionShift,
      attentionWeights,
      mixWeights,
      mixBias,
      mlpScale,
      mlpShift,
      mlpWeights,
      mlpBiases,
    }) => [
      attentionScale,
      attentionShift,
      attentionWeights,
      mixWeights,
      mixBias,
      mlpScale,
      mlpShift,
      mlpWeights[0],
      mlpBiases[0],
      mlpWeights[1],
      mlpBiases[1],
    ],
  );
  const operands = [input, positions, valueWeights, outputScale, outputShift, outputWeights, outputBias, ...ofBlocks];
  if (context) operands.push(context);
  const attrs: AttentionAttrs = { ...structure, blocks: blocks.length };
  return withKept(
    structure.form ? 'attentionTransform' : 'attentionParameters',
    attentionKernel.name,
    attentionGradientKernel.name,
    operands,
    attrs,
  );
}
