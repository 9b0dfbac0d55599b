import {
  add,
  concat,
  matMul,
  mul,
  ones,
  reshape,
  stack,
  type Tensor,
  tensor2d,
  tensor3d,
  transpose,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  type Activation,
  activations,
  checkInteger,
  checkOneOf,
  checkOptions,
  key,
  linear,
  makeVariable,
  type ModuleConfig,
  split as splitKey,
  readConfig,
} from '@pushforward/tensor';
import { attentionParameters, attentionTransform, hasAttentionKernels } from '@pushforward/tensor/kernels';
import { attend } from './attend.js';
import { AttentionBlock } from './attention-block.js';
import { layerNorm } from './layer-norm.js';
import {
  SequenceConditioner,
  type SequenceConditionerOptions,
  type SequenceKernels,
  readSequence,
} from '../sequence/sequence-conditioner.js';
import { uniformVariable } from '../sequence/uniform-variable.js';
import type { RankInputs, SequenceStart } from '../sequence/unroll-recurrence.js';
import { unstack } from '../sequence/unstack.js';

/** A score whose weight is exactly 0 next to any other. */
const HIDDEN = -1e9;

/** Options of {@link AttentionConditioner}. */
export interface AttentionConditionerOptions extends SequenceConditionerOptions {
  /** W, the width of the stream; a multiple of `heads`. Default 64. */
  width?: number;
  /** In how many parts of the stream each block attends independently. Default 4. */
  heads?: number;
  /** The number of blocks of attention and MLP. Default 2. */
  blocks?: number;
  /** The width of the MLPs' hidden layer. Default 4 · `width`. */
  mlp?: number;
  /** The MLPs' nonlinearity. Default `'relu'`. */
  activation?: Activation;
}

/**
 * A causal transformer over the dimensions in their order. The token of dimension i is `v·w + positionᵢ`, where v is the value of the
 * dimension before it; the first token has no value and carries the context instead, `U·context + position₁`. Blocks of attention
 * and MLP follow, with layer normalisation of each position before either and residual connections around them, and the output of
 * a token makes the parameters of its dimension. A token attends to itself and those before, none of which has seen the value of its
 * own dimension or a later one.
 *
 * Output weights start at 0, so that a flow whose `initialParameters` mean the identity starts at it.
 *
 * Both directions keep the keys and values of the positions before, and compute none of them again; where the backend has no kernel
 * for them, the parallel pass holds D² attention weights for each head and event instead.
 *
 * **Shapes**: x `[...batch, D]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x; parameters `[...batch, D, P]`.
 *
 * Source: Vaswani et al. 2017, "Attention is all you need"; as the network of a flow: Patacchiola et al. 2024, "Transformer neural
 * autoregressive flows".
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { AttentionConditioner } from '@pushforward/bijectors';
 *
 * const attention = new AttentionConditioner({ dim: 3, parameterCount: 2, width: 16, heads: 2, contextDim: 4, seed: 0 });
 * console.log(attention.parameters(tf.zeros([5, 3]), tf.ones([5, 4])).shape); // [ 5, 3, 2 ]
 * ```
 */
export class AttentionConditioner extends SequenceConditioner {
  static readonly type: string = 'AttentionConditioner';
  static override fromConfig(config: ModuleConfig): AttentionConditioner {
    const own = { width: 'number?', heads: 'number?', blocks: 'number?', mlp: 'number?' } as const;
    const { activation } = readConfig(config, { activation: [...activations, undefined] });
    return new AttentionConditioner({ ...readSequence(config), ...readConfig(config, own), activation, seed: 0 });
  }

  readonly width: number;
  readonly heads: number;
  readonly mlp: number;
  readonly activation: Activation;
  /** `[1, W]`: a token is the value before times these weights, plus what the position adds. */
  readonly valueWeights: Variable;
  /** `[D, W]` */
  readonly positions: Variable;
  /** `[C, W]`, to the first token. */
  readonly contextWeights?: Variable;
  readonly blocks: readonly AttentionBlock[];
  readonly outputScale: Variable;
  readonly outputShift: Variable;
  readonly memory = 'grown';

  constructor(options: AttentionConditionerOptions) {
    checkOptions('AttentionConditioner', options, [
      'width',
      'heads',
      'blocks',
      'mlp',
      'activation',
      'dim',
      'parameterCount',
      'contextDim',
      'order',
      'initialParameters',
      'init',
      'seed',
    ]);
    const { width = 64, heads = 4, blocks = 2, mlp = 4 * width, activation = 'relu' } = options;
    checkInteger('AttentionConditioner: width', width, 1);
    checkInteger('AttentionConditioner: heads', heads, 1);
    checkInteger('AttentionConditioner: blocks', blocks, 1);
    checkInteger('AttentionConditioner: mlp', mlp, 1);
    if (width % heads !== 0)
      throw new Error(`AttentionConditioner: width must be a multiple of ${heads} heads, got ${width}`);
    checkOneOf('AttentionConditioner: activation', activation, activations);
    super('AttentionConditioner', options, width);
    this.width = width;
    this.heads = heads;
    this.mlp = mlp;
    this.activation = activation;
    const [valueKey, positionKey, contextKey, ...blockKeys] = splitKey(key(options.seed), 3 + blocks);
    this.valueWeights = uniformVariable(valueKey, [1, width], Math.sqrt(3));
    this.positions = uniformVariable(positionKey, [this.dim, width], Math.sqrt(3));
    if (this.contextDim > 0)
      this.contextWeights = uniformVariable(contextKey, [this.contextDim, width], Math.sqrt(3 / this.contextDim));
    const residualGain = 1 / Math.sqrt(2 * blocks);
    this.blocks = blockKeys.map((seed) => new AttentionBlock({ width, mlp, activation, residualGain, seed }));
    this.outputScale = makeVariable([width], () => ones([width]));
    this.outputShift = makeVariable([width], () => zeros([width]));
  }

  override config(): ModuleConfig {
    return {
      type: AttentionConditioner.type,
      dim: this.dim,
      parameterCount: this.parameterCount,
      width: this.width,
      heads: this.heads,
      blocks: this.blocks.length,
      mlp: this.mlp,
      activation: this.activation,
      contextDim: this.contextDim,
      order: [...this.order],
    };
  }

  weights(): Variable[] {
    const ofBlocks = this.blocks.flatMap((block) => [...block.variables().values()]);
    return [this.valueWeights, ...ofBlocks, this.outputScale, this.outputShift];
  }

  start(_: number, context?: Tensor): SequenceStart {
    const [first, ...others] = unstack(this.positions);
    return {
      memory: [],
      own: [context ? add(linear(context, this.contextWeights!), first) : first, ...others],
      shared: [],
    };
  }

  advance(memory: readonly Tensor[], previous: Tensor, { own }: RankInputs): { output: Tensor; memory: Tensor[] } {
    const rows = previous.size;
    const perHead = [rows * this.heads, 1, this.width / this.heads];
    const remembered: Tensor[] = [];
    let stream = add(matMul(reshape(previous, [rows, 1]), this.valueWeights), own);
    for (const [b, block] of this.blocks.entries()) {
      const [query, ...written] = block.queriesKeysValues(stream).map((part) => reshape(part, perHead));
      const [keys, values] = written.map((part, i) =>
        memory.length > 0 ? concat([memory[2 * b + i], part], 1) : part,
      );
      stream = block.apply(stream, reshape(attend(query, keys, values), stream.shape));
      remembered.push(keys, values);
    }
    return { output: layerNorm(stream, this.outputScale, this.outputShift), memory: remembered };
  }

  override kernels(context?: Tensor): SequenceKernels | undefined {
    if (!hasAttentionKernels()) return undefined;
    const { positions, valueWeights, blocks, outputScale, outputShift, outputWeights, outputBias } = this;
    const offset = context && linear(context, this.contextWeights!);
    const arrays = {
      positions,
      context: offset,
      valueWeights,
      blocks,
      outputScale,
      outputShift,
      outputWeights,
      outputBias,
    };
    return {
      parameters: (input) => attentionParameters(this, { ...arrays, input }),
      transform: (input, form, sequential) => attentionTransform(this, { ...arrays, input }, form, sequential),
    };
  }

  /** All positions at once, a mask hiding the later ones. */
  override outputs(previous: readonly Tensor[], context?: Tensor): Tensor {
    const [positions, rows] = [previous.length, previous[0].size];
    const perHead = [positions, rows * this.heads, this.width / this.heads];
    const byHead = (x: Tensor) => transpose(reshape(x, perHead), [1, 0, 2]);
    const mask = causalMask(positions);
    let stream = this.#tokens(stack([...previous]), context);
    for (const block of this.blocks) {
      const [queries, keys, values] = block.queriesKeysValues(stream).map(byHead);
      const attended = transpose(attend(queries, keys, values, mask), [1, 0, 2]);
      stream = block.apply(stream, reshape(attended, stream.shape));
    }
    return reshape(layerNorm(stream, this.outputScale, this.outputShift), [positions, rows, this.width]);
  }

  /** @param previous `[D, rows]` */
  #tokens(previous: Tensor, context: Tensor | undefined): Tensor {
    const [positions, rows] = previous.shape;
    const ofValues = reshape(linear(reshape(previous, [positions * rows, 1]), this.valueWeights), [
      positions,
      rows,
      this.width,
    ]);
    let tokens = add(ofValues, reshape(this.positions, [positions, 1, this.width]));
    if (context) {
      const isFirst = tensor3d(Array.from({ length: positions }, (_, position) => [[position === 0 ? 1 : 0]]));
      tokens = add(tokens, mul(linear(context, this.contextWeights!), isFirst));
    }
    return reshape(tokens, [positions * rows, this.width]);
  }
}

/** 0 where a position may see another: itself and those before. */
function causalMask(size: number): Tensor {
  return tensor2d(
    Array.from({ length: size }, (_, query) => Array.from({ length: size }, (_, key) => (key <= query ? 0 : HIDDEN))),
  );
}
