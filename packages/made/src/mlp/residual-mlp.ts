import { add, mul, sigmoid, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  activate,
  type Activation,
  activations,
  admit,
  checkInteger,
  checkOneOf,
  checkOptions,
  key,
  type ModuleConfig,
  readConfig,
  type Seed,
  split,
} from '@pushforward/tensor';
import { Network } from '../contract/network.js';
import { Mlp } from './mlp.js';

/** Options of {@link ResidualMlp}. */
export interface ResidualMlpOptions {
  /** A, the width of the input; 0 is allowed. */
  inputDim: number;
  /** H, the width of the stream and of the layer inside each block. */
  hidden: number;
  /** The number of blocks. Default 2. */
  blocks?: number;
  /** The width of the output. */
  outputDim: number;
  /** C, the width of the context. Default 0: none. */
  contextDim?: number;
  /** The nonlinearity. Default `'relu'`. */
  activation?: Activation;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A residual network: `h ← x·W + c·V + b`, blocks `h ← h + W₂·act(W₁·act(h) + b₁) + b₂`, then a linear output. Where there is a context, what a block adds is gated by it,
 * times `sigmoid(c·G + g)`.
 *
 * Each block's last weights start at 0, so that the network starts as a linear one.
 *
 * **Shapes**: x `[...batch, A]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x; result `[...batch, outputDim]`.
 *
 * Source: Durkan et al. 2019, "Neural spline flows", appendix B.
 *
 * @throws Error if an option is out of range, or x or context does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ResidualMlp } from '@pushforward/made';
 *
 * const network = new ResidualMlp({ inputDim: 3, hidden: 16, outputDim: 2, contextDim: 1, seed: 0 });
 * console.log(network.apply(tf.zeros([5, 3]), tf.zeros([5, 1])).shape); // [ 5, 2 ]
 * ```
 */
export class ResidualMlp extends Network {
  static readonly type: string = 'ResidualMlp';
  static override fromConfig(config: ModuleConfig): ResidualMlp {
    const numbers = { inputDim: 'number', hidden: 'number', blocks: 'number', outputDim: 'number' } as const;
    return new ResidualMlp({
      ...readConfig(config, { ...numbers, contextDim: 'number', activation: activations }),
      seed: 0,
    });
  }

  readonly inputDim: number;
  override readonly contextDim: number;
  readonly outputDim: number;
  readonly activation: Activation;
  /** To the stream. */
  readonly input: Mlp;
  /** Of what stands in the stream, through the nonlinearity. */
  readonly blocks: readonly Mlp[];
  /** Of the context, one for each block; empty without a context. */
  readonly gates: readonly Mlp[];
  readonly output: Mlp;

  constructor(options: ResidualMlpOptions) {
    super();
    checkOptions('ResidualMlp', options, [
      'inputDim',
      'hidden',
      'blocks',
      'outputDim',
      'contextDim',
      'activation',
      'seed',
    ]);
    const { inputDim, hidden, blocks = 2, outputDim, contextDim = 0, activation = 'relu', seed } = options;
    checkInteger('ResidualMlp: inputDim', inputDim, 0);
    checkInteger('ResidualMlp: hidden', hidden, 1);
    checkInteger('ResidualMlp: blocks', blocks, 0);
    checkInteger('ResidualMlp: outputDim', outputDim, 1);
    checkInteger('ResidualMlp: contextDim', contextDim, 0);
    checkOneOf('ResidualMlp: activation', activation, activations);
    this.inputDim = inputDim;
    this.contextDim = contextDim;
    this.outputDim = outputDim;
    this.activation = activation;
    const keys = split(key(seed), 2 + 2 * blocks);
    this.input = new Mlp({ inputDim, hidden: [], outputDim: hidden, contextDim, seed: keys[0] });
    this.output = new Mlp({ inputDim: hidden, hidden: [], outputDim, seed: keys[1] });
    const numbers = Array.from({ length: blocks }, (_, k) => k);
    this.blocks = numbers.map(
      (k) =>
        new Mlp({
          inputDim: hidden,
          hidden: [hidden],
          outputDim: hidden,
          activation,
          init: 'identity',
          seed: keys[2 + 2 * k],
        }),
    );
    this.gates =
      contextDim === 0
        ? []
        : numbers.map((k) => new Mlp({ inputDim: contextDim, hidden: [], outputDim: hidden, seed: keys[3 + 2 * k] }));
  }

  apply(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const given = admit({ name: 'ResidualMlp', x, event: [this.inputDim], context, contextDim: this.contextDim });
      let stream = this.input.apply(given.x, given.context);
      for (const [k, block] of this.blocks.entries()) {
        const added = block.apply(activate(this.activation, stream));
        const gated = given.context ? mul(added, sigmoid(this.gates[k].apply(given.context))) : added;
        stream = add(stream, gated);
      }
      return this.output.apply(stream);
    });
  }

  override config(): ModuleConfig {
    return {
      type: ResidualMlp.type,
      inputDim: this.inputDim,
      hidden: this.input.outputDim,
      blocks: this.blocks.length,
      outputDim: this.outputDim,
      contextDim: this.contextDim,
      activation: this.activation,
    };
  }
}
