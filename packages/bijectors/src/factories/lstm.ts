import {
  type AutoregressiveLayersOptions,
  autoregressiveLayersOptions,
  inverseAutoregressiveFlow,
  type MakeConditioner,
  maskedAutoregressiveFlow,
} from './layers/autoregressive-layers.js';
import { checkFlowOptions } from './layers/flow-options.js';
import type { Chain } from '../combinators/chain.js';
import { LstmConditioner } from '../autoregressive/lstm/lstm-conditioner.js';

/** Options of {@link lstmIaf} and {@link lstmMaf}. */
export interface LstmFlowOptions extends AutoregressiveLayersOptions {
  /** The width of each LSTM layer's state, in every layer of the flow. Default `[64]`. */
  hidden?: readonly number[];
  /** Initial bias of the LSTM's forget gates. Default 1. */
  forgetBias?: number;
}

const lstmFlowOptions = [...autoregressiveLayersOptions, 'hidden', 'forgetBias'] as const;

/**
 * An inverse autoregressive flow over LSTMs: each layer is `yᵢ = T(xᵢ; p(x₍₋ᵢ₎, context))`, with p an {@link LstmConditioner} and T by
 * default the gate `σ·x + (1 − σ)·m`. It starts as {@link iaf} does, at `y = 0.88 x` for each layer.
 *
 * An LSTM takes D steps in either direction: {@link Bijector.forward} and {@link Bijector.inverse} cost about the same, and the weights of
 * a layer do not grow with D, but for one vector for each dimension.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", sections 3 and 4; Hochreiter &
 * Schmidhuber 1997, "Long short-term memory".
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { lstmIaf } from '@pushforward/bijectors';
 *
 * const flow = lstmIaf({ dim: 4, transforms: 2, hidden: [16], contextDim: 3, seed: 0 });
 * const { value, logDet } = flow.forwardAndLogDet(tf.randomNormal([10, 4]), tf.ones([10, 3]));
 * console.log(value.shape, logDet.shape); // [ 10, 4 ] [ 10 ]
 * ```
 */
export function lstmIaf(options: LstmFlowOptions): Chain {
  checkFlowOptions('lstmIaf', options, lstmFlowOptions);
  return inverseAutoregressiveFlow('lstmIaf', options, lstmWith(options));
}

/**
 * A masked autoregressive flow over LSTMs: each layer is `xᵢ = T⁻¹(yᵢ; p(y₍₋ᵢ₎, context))`, with p an {@link LstmConditioner} and T by
 * default affine. It starts at the identity.
 *
 * An LSTM takes D steps in either direction: {@link Bijector.forward} and {@link Bijector.inverse} cost about the same, and the weights of
 * a layer do not grow with D, but for one vector for each dimension.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", section 3; Hochreiter &
 * Schmidhuber 1997, "Long short-term memory".
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { lstmMaf } from '@pushforward/bijectors';
 *
 * const flow = lstmMaf({ dim: 2, transforms: 3, hidden: [16], seed: 0 });
 * const { value, logDet } = flow.inverseAndLogDet(tf.tensor2d([[0.5, -1]]));
 * console.log(await value.array(), await logDet.array()); // [[0.5, -1]] [0]
 * ```
 */
export function lstmMaf(options: LstmFlowOptions): Chain {
  checkFlowOptions('lstmMaf', options, lstmFlowOptions);
  return maskedAutoregressiveFlow('lstmMaf', options, lstmWith(options));
}

function lstmWith({ hidden, forgetBias }: LstmFlowOptions): MakeConditioner {
  return (shared) => new LstmConditioner({ ...shared, hidden, forgetBias });
}
