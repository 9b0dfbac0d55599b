import { add, fill, matMul, split, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  type Activation,
  activations,
  checkInteger,
  checkOneOf,
  key,
  linear,
  makeVariable,
  Module,
  type ModuleConfig,
  type Seed,
  split as splitKey,
  readConfig,
} from '@pushforward/tensor';
import { layerNorm } from './layer-norm.js';
import { uniformVariable } from '../sequence/uniform-variable.js';

/** Options of {@link AttentionBlock}. */
export interface AttentionBlockOptions {
  /** W, the width of the stream. */
  width: number;
  /** M, the width of the MLP's hidden layer. */
  mlp: number;
  activation: Activation;
  /** Initial factor of the weights that add to the stream. Default 1. */
  residualGain?: number;
  seed?: Seed;
}

/**
 * A pre-norm block of a transformer, but for the attention itself, the one thing that goes from one position to another:
 * `x₁ = x + attended·Wₒ + bₒ`, where what is attended to is made from `norm(x)`, then `x₂ = x₁ + act(norm(x₁)·W₁ + b₁)·W₂ + b₂`.
 *
 * **Shapes**: `[rows, W]` throughout, a row for each event and position.
 *
 * Source: Vaswani et al. 2017, "Attention is all you need", section 3; norms before the layers: Xiong et al. 2020, "On layer
 * normalization in the transformer architecture".
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { AttentionBlock } from '@pushforward/bijectors';
 *
 * const block = new AttentionBlock({ width: 8, mlp: 32, activation: 'relu', seed: 0 });
 * const x = tf.ones([5, 8]);
 * const [queries, keys, values] = block.queriesKeysValues(x);
 * console.log(queries.shape, keys.shape, values.shape); // [ 5, 8 ] [ 5, 8 ] [ 5, 8 ]
 * // A single position attends to itself alone.
 * console.log(block.apply(x, values).shape); // [ 5, 8 ]
 * ```
 */
export class AttentionBlock extends Module {
  static readonly type: string = 'AttentionBlock';
  static override fromConfig(config: ModuleConfig): AttentionBlock {
    const fields = { width: 'number', mlp: 'number', activation: activations } as const;
    return new AttentionBlock({ ...readConfig(config, fields), seed: 0 });
  }

  readonly width: number;
  readonly mlp: number;
  readonly activation: Activation;
  readonly attentionScale: Variable;
  readonly attentionShift: Variable;
  /** `[W, 3·W]`, without a bias: one that is added to all keys changes nothing. */
  readonly attentionWeights: Variable;
  /** `[W, W]` */
  readonly mixWeights: Variable;
  readonly mixBias: Variable;
  readonly mlpScale: Variable;
  readonly mlpShift: Variable;
  /** `[W, M]`, then `[M, W]`. */
  readonly mlpWeights: readonly Variable[];
  readonly mlpBiases: readonly Variable[];

  constructor(options: AttentionBlockOptions) {
    super();
    checkOptions('AttentionBlock', options, ['width', 'mlp', 'activation', 'residualGain', 'seed']);
    const { width, mlp, activation, residualGain = 1, seed } = options;
    checkInteger('AttentionBlock: width', width, 1);
    checkInteger('AttentionBlock: mlp', mlp, 1);
    checkOneOf('AttentionBlock: activation', activation, activations);
    this.width = width;
    this.mlp = mlp;
    this.activation = activation;
    const [attentionKey, mixKey, innerKey, outerKey] = splitKey(key(seed), 4);
    const bound = Math.sqrt(3 / width);
    this.attentionScale = constant(1, width);
    this.attentionShift = constant(0, width);
    this.attentionWeights = uniformVariable(attentionKey, [width, 3 * width], bound);
    this.mixWeights = uniformVariable(mixKey, [width, width], residualGain * bound);
    this.mixBias = constant(0, width);
    this.mlpScale = constant(1, width);
    this.mlpShift = constant(0, width);
    this.mlpWeights = [
      uniformVariable(innerKey, [width, mlp], Math.SQRT2 * bound),
      uniformVariable(outerKey, [mlp, width], residualGain * Math.sqrt(3 / mlp)),
    ];
    this.mlpBiases = [constant(0, mlp), constant(0, width)];
  }

  /** The queries, keys and values of each row, all heads side by side. */
  queriesKeysValues(x: Tensor): Tensor[] {
    return tidy(() =>
      split(matMul(layerNorm(x, this.attentionScale, this.attentionShift), this.attentionWeights), 3, 1),
    );
  }

  /** The stream after this block, given what each row attended to. */
  apply(x: Tensor, attended: Tensor): Tensor {
    return tidy(() => {
      const mixed = add(x, linear(attended, this.mixWeights, this.mixBias));
      const inner = linear(
        layerNorm(mixed, this.mlpScale, this.mlpShift),
        this.mlpWeights[0],
        this.mlpBiases[0],
        this.activation,
      );
      return add(mixed, linear(inner, this.mlpWeights[1], this.mlpBiases[1]));
    });
  }

  override config(): ModuleConfig {
    return { type: AttentionBlock.type, width: this.width, mlp: this.mlp, activation: this.activation };
  }
}

function constant(value: number, size: number): Variable {
  return makeVariable([size], () => fill([size], value));
}
