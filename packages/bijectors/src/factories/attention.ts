import type { Activation } from '@pushforward/tensor';
import {
  type AutoregressiveLayersOptions,
  autoregressiveLayersOptions,
  inverseAutoregressiveFlow,
  type MakeConditioner,
  maskedAutoregressiveFlow,
} from './layers/autoregressive-layers.js';
import { checkFlowOptions } from './layers/flow-options.js';
import type { Chain } from '../combinators/chain.js';
import { AttentionConditioner } from '../autoregressive/attention/attention-conditioner.js';

/** Options of {@link attentionIaf} and {@link attentionMaf}. */
export interface AttentionFlowOptions extends AutoregressiveLayersOptions {
  /** The width of the transformers' stream, a multiple of `heads`. Default 64. */
  width?: number;
  /** In how many parts of the stream a block attends independently. Default 4. */
  heads?: number;
  /** The number of blocks of attention and MLP in each layer of the flow. Default 2. */
  blocks?: number;
  /** The width of the MLPs' hidden layer. Default 4 · `width`. */
  mlp?: number;
  /** The MLPs' nonlinearity. Default `'relu'`. */
  activation?: Activation;
}

const attentionFlowOptions = [...autoregressiveLayersOptions, 'width', 'heads', 'blocks', 'mlp', 'activation'] as const;

/**
 * An inverse autoregressive flow over causal transformers: each layer is `yᵢ = T(xᵢ; p(x₍₋ᵢ₎, context))`, with p an
 * {@link AttentionConditioner} and T by default the gate `σ·x + (1 − σ)·m`. It starts as {@link iaf} does, at `y = 0.88 x` for each layer.
 *
 * {@link Bijector.forward}, and so sampling, is one parallel pass a layer; {@link Bijector.inverse} goes dimension by dimension, and keeps
 * keys and values.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", section 3; Patacchiola et al. 2024,
 * "Transformer neural autoregressive flows"; Vaswani et al. 2017, "Attention is all you need".
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { attentionIaf } from '@pushforward/bijectors';
 *
 * const flow = attentionIaf({ dim: 4, transforms: 2, width: 16, heads: 2, contextDim: 3, seed: 0 });
 * const { value, logDet } = flow.forwardAndLogDet(tf.randomNormal([10, 4]), tf.ones([10, 3]));
 * console.log(value.shape, logDet.shape); // [ 10, 4 ] [ 10 ]
 * ```
 */
export function attentionIaf(options: AttentionFlowOptions): Chain {
  checkFlowOptions('attentionIaf', options, attentionFlowOptions);
  return inverseAutoregressiveFlow('attentionIaf', options, attentionWith(options));
}

/**
 * A masked autoregressive flow over causal transformers: each layer is `xᵢ = T⁻¹(yᵢ; p(y₍₋ᵢ₎, context))`, with p an
 * {@link AttentionConditioner} and T by default affine. It starts at the identity.
 *
 * {@link Bijector.inverse}, and so the density of data, is one parallel pass a layer; {@link Bijector.forward} goes dimension by dimension,
 * and keeps keys and values.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x.
 * **Units**: nats.
 *
 * Source: Papamakarios, Pavlakou & Murray 2017, "Masked autoregressive flow for density estimation", section 3; Patacchiola et al. 2024,
 * "Transformer neural autoregressive flows"; Vaswani et al. 2017, "Attention is all you need".
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { attentionMaf } from '@pushforward/bijectors';
 *
 * const flow = attentionMaf({ dim: 2, transforms: 3, width: 16, heads: 2, blocks: 1, seed: 0 });
 * const { value, logDet } = flow.inverseAndLogDet(tf.tensor2d([[0.5, -1]]));
 * console.log(await value.array(), await logDet.array()); // [[0.5, -1]] [0]
 * ```
 */
export function attentionMaf(options: AttentionFlowOptions): Chain {
  checkFlowOptions('attentionMaf', options, attentionFlowOptions);
  return maskedAutoregressiveFlow('attentionMaf', options, attentionWith(options));
}

function attentionWith({ width, heads, blocks, mlp, activation }: AttentionFlowOptions): MakeConditioner {
  return (shared) => new AttentionConditioner({ ...shared, width, heads, blocks, mlp, activation });
}
