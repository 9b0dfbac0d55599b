import type { Tensor } from '@tensorflow/tfjs-core';
import type { SequenceAttrs } from './sequence-struct.js';

/** A long short-term memory over D positions, with a linear map from the last layer's state to a position's P parameters. */
export interface LstmNetwork {
  /** The dimensions by position: a permutation of 0 … D − 1. */
  readonly order: readonly number[];
  /** P */
  readonly parameterCount: number;
  /** The width H of each layer's state. */
  readonly hidden: readonly number[];
}

/** Arrays of an {@link LstmNetwork}. Gates are in the order input, forget, output, candidate. */
export interface LstmArrays {
  /** `[...batch, D]`, N events */
  readonly input: Tensor;
  /** The first layer's bias at each position, `[D, 4·H₁]`. */
  readonly offsets: Tensor;
  /** Offset for each event, `[N, 4·H₁]`. */
  readonly context?: Tensor;
  /** Each layer's state, then its cells, before the first position, `[N, 2·ΣH]`. Default: 0. */
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

/** Attributes of both kernels. */
export interface LstmAttrs extends SequenceAttrs {
  readonly network: LstmNetwork;
  /** Whether the context is among the inputs, and the initial states are. */
  readonly hasContext: boolean;
  readonly hasStates: boolean;
}
