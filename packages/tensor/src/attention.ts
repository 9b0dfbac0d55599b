import { engine, getKernel, type Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from './activation.js';
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

/** Whether the backend in use has kernels for whole transformers; {@link attentionParameters} and {@link attentionTransform} need them. */
export function hasAttentionKernels(): boolean {
  return getKernel(attentionKernel.name, engine().backendName) !== undefined;
}

/** All parameters, `[...batch, D, P]`, each token being made of the input of the rank before. Differentiable in all arrays. */
export function attentionParameters(network: AttentionNetwork, arrays: AttentionArrays): Tensor {
  return run({ network, sequential: false }, arrays)[0];
}

/**
 * An affine step with the parameters that a causal transformer computes, and its log-determinant: `value` `[...batch, D]`, `logDet`
 * `[...batch]`. A token is made of the input of the rank before, or in the sequential direction of its value; keys and values are computed once.
 * Differentiable in all arrays; the gradient is one sweep down the ranks.
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
  const { input, positions, context, valueWeights, blocks, outputScale, outputShift, outputWeights, outputBias } = arrays;
  const ofBlocks = blocks.flatMap(({ attentionScale, attentionShift, attentionWeights, mixWeights, mixBias, mlpScale, mlpShift, mlpWeights, mlpBiases }) => [
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
  ]);
  const operands = [input, positions, valueWeights, outputScale, outputShift, outputWeights, outputBias, ...ofBlocks];
  if (context) operands.push(context);
  const attrs: AttentionAttrs = { ...structure, blocks: blocks.length };
  return withKept(attentionKernel.name, attentionGradientKernel.name, operands, attrs);
}
