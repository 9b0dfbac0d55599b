import { engine, getKernel, type Tensor } from '@tensorflow/tfjs-core';
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

/** Whether the backend in use has kernels for whole LSTMs; {@link lstmParameters} and {@link lstmTransform} need them. */
export function hasLstmKernels(): boolean {
  return getKernel(lstmKernel.name, engine().backendName) !== undefined;
}

/** All parameters, `[...batch, D, P]`, each rank being fed the input of the rank before. Differentiable in all arrays. */
export function lstmParameters(network: LstmNetwork, arrays: LstmArrays): Tensor {
  return run({ network, sequential: false }, arrays)[0];
}

/**
 * An affine step with the parameters that an LSTM computes, and its log-determinant: `value` `[...batch, D]`, `logDet` `[...batch]`.
 * A rank is fed the input of the rank before, or in the sequential direction its value. Differentiable in all arrays; the gradient is one
 * sweep down the ranks.
 */
export function lstmTransform(network: LstmNetwork, arrays: LstmArrays, form: AffineForm, sequential: boolean): { value: Tensor; logDet: Tensor } {
  const [value, logDet] = run({ network, form, sequential }, arrays);
  return { value, logDet };
}

function run(structure: Pick<LstmAttrs, 'network' | 'form' | 'sequential'>, arrays: LstmArrays): Tensor[] {
  const { input, offsets, context, states, layers, biases, outputWeights, outputBias } = arrays;
  const given = [context, states].filter((tensor) => tensor !== undefined);
  const operands = [input, offsets, outputWeights, outputBias, ...layers, ...biases, ...given];
  const attrs: LstmAttrs = { ...structure, hasContext: context !== undefined, hasStates: states !== undefined };
  return withKept(lstmKernel.name, lstmGradientKernel.name, operands, attrs);
}
