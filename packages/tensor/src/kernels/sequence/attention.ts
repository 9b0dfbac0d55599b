import type { Tensor } from '@tensorflow/tfjs-core';
import type { AttentionNetwork, AttentionArrays, AttentionAttrs } from './attention-contract.js';
import { hasDifferentiableKernel } from '../../registry/differentiable-kernel.js';
import { attentionGradientKernel, attentionKernel } from './attention-wasm.js';
import type { AffineForm } from '../affine/contract.js';
import { BlockOperand, SharedOperand } from '../../wasm/structs.generated.js';
import { runWithResiduals } from '../../registry/run-with-residuals.js';

/**
 * Whether the backend in use has kernels for whole transformers; {@link attentionParameters} and {@link attentionTransform} need them.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 * import { hasAttentionKernels } from '@pushforward/tensor/kernels';
 *
 * await useBackend('wasm');
 * console.log(hasAttentionKernels()); // true
 * ```
 */
export function hasAttentionKernels(): boolean {
  return hasDifferentiableKernel(attentionKernel.name);
}

/**
 * All parameters, `[...batch, D, P]`, each token being made of the input of the position before. Differentiable in all arrays.
 *
 * Source: Vaswani et al. 2017, "Attention is all you need", section 3.2, with the norms before each part.
 *
 * @throws Error if the backend has no kernels for transformers
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 * import { attentionParameters } from '@pushforward/tensor/kernels';
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
 * `[...batch]`. A token is made of the input of the position before, or in the sequential direction of its value; keys and values are computed once.
 * Differentiable in all arrays; the gradient is one pass back over the positions.
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
 * import { type AffineForm, useBackend } from '@pushforward/tensor';
 * import { attentionTransform } from '@pushforward/tensor/kernels';
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
  const { context, blocks, ...shared } = arrays;
  const operands = [
    ...inOrder(SharedOperand, shared),
    ...blocks.flatMap(({ mlpWeights, mlpBiases, ...block }) => {
      const [innerWeights, outerWeights] = mlpWeights;
      const [innerBias, outerBias] = mlpBiases;
      return inOrder(BlockOperand, { ...block, innerWeights, innerBias, outerWeights, outerBias });
    }),
    ...(context ? [context] : []),
  ];
  const attrs: AttentionAttrs = { ...structure, blocks: blocks.length };
  return runWithResiduals(
    structure.form ? 'attentionTransform' : 'attentionParameters',
    attentionKernel.name,
    attentionGradientKernel.name,
    operands,
    attrs,
  );
}

/** Tensors in the order in which the kernels number them. */
function inOrder<Name extends string>(
  numbers: Readonly<Record<Name, number>>,
  tensors: Readonly<Record<Exclude<Name, 'count'>, Tensor>>,
): Tensor[] {
  const names = Object.keys(numbers).filter((name) => name !== 'count') as Exclude<Name, 'count'>[];
  return names.map((name) => tensors[name]);
}
