import type { Activation } from '@pushforward/tensor';
import { type DependencyGraph, Made } from '@pushforward/made';
import {
  type AutoregressiveLayersOptions,
  autoregressiveLayersOptions,
  inverseAutoregressiveFlow,
  type MakeConditioner,
  maskedAutoregressiveFlow,
} from './layers/autoregressive-layers.js';
import type { NormalizedFlowOptions } from './layers/flow-layers.js';
import { checkFlowOptions } from './layers/flow-options.js';
import type { Chain } from '../combinators/chain.js';

/** Options of {@link iaf}, and of {@link maf} but for normalisation. */
export interface AutoregressiveFlowOptions extends AutoregressiveLayersOptions {
  /** The widths of each layer's hidden layers; with `residual` the width of the stream, then that of each block. Default `[64, 64]`. */
  hidden?: readonly number[];
  /**
   * Which dimensions depend on which, the same in every layer, in place of a mixing: see `MadeOptions`. Over several layers a dimension
   * depends on its ancestors. Default: each on all before it.
   */
  graph?: DependencyGraph;
  /** Whether the networks are made of residual blocks, which train at greater depth. Default false. */
  residual?: boolean;
  /** The hidden units' nonlinearity. Default `'relu'`. */
  activation?: Activation;
}

const autoregressiveFlowOptions = [
  ...autoregressiveLayersOptions,
  'hidden',
  'graph',
  'residual',
  'activation',
] as const;

/** Options of {@link maf}. */
export interface MaskedFlowOptions extends AutoregressiveFlowOptions, NormalizedFlowOptions {}

/**
 * An inverse autoregressive flow: `forward`, and so sampling, is one parallel pass a layer; `inverse` goes dimension by
 * dimension. The flow for variational posteriors, which sample and score their own samples.
 *
 * Each layer is `yᵢ = T(xᵢ; p(x₍₋ᵢ₎, context))`, with p a MADE and T by default the gate `σ·x + (1 − σ)·m`. It starts near the identity:
 * with the gate, each layer starts as `y = 0.88 x`.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", algorithm 1.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { iaf } from '@pushforward/bijectors';
 *
 * const flow = iaf({ dim: 4, transforms: 2, hidden: [32], contextDim: 3, seed: 0 });
 * const { value, logDet } = flow.forwardAndLogDet(tf.randomNormal([10, 4]), tf.ones([10, 3]));
 * console.log(value.shape, logDet.shape); // [ 10, 4 ] [ 10 ]
 * ```
 */
export function iaf(options: AutoregressiveFlowOptions): Chain {
  checkFlowOptions('iaf', options, autoregressiveFlowOptions);
  return inverseAutoregressiveFlow('iaf', options, madeWith(options));
}

/**
 * A masked autoregressive flow: `inverse`, and so the density of data, is one parallel pass a layer; `forward` goes
 * dimension by dimension. The flow for density estimation.
 *
 * Each layer is `xᵢ = T⁻¹(yᵢ; p(y₍₋ᵢ₎, context))`, with p a MADE and T by default affine. It starts at the identity.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", section 3.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { maf } from '@pushforward/bijectors';
 *
 * const flow = maf({ dim: 2, transforms: 3, hidden: [32, 32], seed: 0 });
 * const { value, logDet } = flow.inverseAndLogDet(tf.tensor2d([[0.5, -1]]));
 * console.log(await value.array(), await logDet.array()); // [[0.5, -1]] [0]
 * ```
 */
export function maf(options: MaskedFlowOptions): Chain {
  checkFlowOptions('maf', options, [...autoregressiveFlowOptions, 'batchNorm']);
  return maskedAutoregressiveFlow('maf', options, madeWith(options));
}

/** A MADE for each layer. */
export function madeWith({ hidden, residual, activation, graph }: AutoregressiveFlowOptions): MakeConditioner {
  return (shared) =>
    new Made({ ...shared, ...(graph ? { order: undefined, graph } : {}), hidden, residual, activation });
}
