import type { Tensor } from '@tensorflow/tfjs-core';
import type { Activation } from '../activation.js';
import type { SequenceAttrs } from './sequence-struct.js';

/** A causal transformer over D positions with pre-norm blocks, and a linear map from a position's normalised stream to its P parameters. */
export interface AttentionNetwork {
  /** The dimensions by position: a permutation of 0 … D − 1. */
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

/** Arrays of an {@link AttentionNetwork}. */
export interface AttentionArrays {
  /** `[...batch, D]`, N events */
  readonly input: Tensor;
  /** Added to the token of each position, `[D, W]`. */
  readonly positions: Tensor;
  /** Added to the first token of each event, `[N, W]`. */
  readonly context?: Tensor;
  /** Weights of the previous value in a token, `[1, W]`. */
  readonly valueWeights: Tensor;
  readonly blocks: readonly AttentionBlockArrays[];
  /** Of the norm after all blocks, `[W]`. */
  readonly outputScale: Tensor;
  readonly outputShift: Tensor;
  /** `[W, P]` and `[P]` */
  readonly outputWeights: Tensor;
  readonly outputBias: Tensor;
}

/** Attributes of both kernels. */
export interface AttentionAttrs extends SequenceAttrs {
  readonly network: AttentionNetwork;
  readonly blocks: number;
}
