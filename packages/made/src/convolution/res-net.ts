import { add, reshape, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import {
  activate,
  type Activation,
  activations,
  admit,
  checkInteger,
  checkOneOf,
  checkOptions,
  key,
  linear,
  makeVariable,
  type ModuleConfig,
  readConfig,
  type Seed,
  sizeOf,
  split,
  uniform,
} from '@pushforward/tensor';
import { Network } from '../contract/network.js';
import { checkImageShape, type ImageShape } from './image-shape.js';
import { ResidualBlock } from './residual-block.js';
import { WeightNormConv2d } from './weight-norm-conv2d.js';

/** Options of {@link ResNet}. */
export interface ResNetOptions {
  /** Height, width and channels of an image. */
  inputShape: readonly number[];
  /** The number of channels of the residual blocks. */
  channels: number;
  /** The number of residual blocks. Default 2. */
  blocks?: number;
  /** The channels of the result. */
  outputChannels: number;
  /** C, the width of the context. Default 0: none. */
  contextDim?: number;
  /** The nonlinearity. Default `'elu'`. */
  activation?: Activation;
  /** The initial result: with `'identity'` at 0, which makes a coupling layer begin at the identity. Default `'uniform'`. */
  init?: 'uniform' | 'identity';
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A residual network from images to images of the same size: a 3 × 3 convolution, to which a linear map of the context is added, residual blocks, and another
 * convolution, all with weight normalization ({@link initializeWeightNorm} sets it from data).
 *
 * **Shapes**: x `[...batch, height, width, channels]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x; result
 * `[...batch, height, width, outputChannels]`.
 *
 * Source: He et al. 2016, "Identity mappings in deep residual networks"; Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", section
 * 3.5, for its use in couplings.
 *
 * @throws Error if an option is out of range, or x or the context does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ResNet } from '@pushforward/made';
 *
 * const network = new ResNet({ inputShape: [8, 8, 3], channels: 16, outputChannels: 6, contextDim: 4, seed: 0 });
 * console.log(network.apply(tf.zeros([5, 8, 8, 3]), tf.zeros([4])).shape); // [ 5, 8, 8, 6 ]
 * ```
 */
export class ResNet extends Network {
  static readonly type: string = 'ResNet';
  static override fromConfig(config: ModuleConfig): ResNet {
    return new ResNet({
      ...readConfig(config, {
        inputShape: 'numbers',
        channels: 'number',
        blocks: 'number',
        outputChannels: 'number',
        contextDim: 'number',
        activation: activations,
      }),
      seed: 0,
    });
  }

  readonly inputDim: number;
  readonly outputDim: number;
  override readonly contextDim: number;
  readonly activation: Activation;
  readonly stem: WeightNormConv2d;
  /** `[C, channels]`, if there is a context. */
  readonly contextWeights?: Variable;
  readonly blocks: readonly ResidualBlock[];
  readonly head: WeightNormConv2d;
  readonly #inputShape: ImageShape;

  constructor(options: ResNetOptions) {
    super();
    checkOptions('ResNet', options, [
      'inputShape',
      'channels',
      'blocks',
      'outputChannels',
      'contextDim',
      'activation',
      'init',
      'seed',
    ]);
    const {
      inputShape,
      channels,
      blocks = 2,
      outputChannels,
      contextDim = 0,
      activation = 'elu',
      init = 'uniform',
      seed,
    } = options;
    checkImageShape('ResNet: inputShape', inputShape);
    checkInteger('ResNet: channels', channels, 1);
    checkInteger('ResNet: blocks', blocks, 1);
    checkInteger('ResNet: outputChannels', outputChannels, 1);
    checkInteger('ResNet: contextDim', contextDim, 0);
    checkOneOf('ResNet: activation', activation, activations);
    checkOneOf('ResNet: init', init, ['uniform', 'identity']);
    const [height, width, colours] = inputShape;
    this.#inputShape = [height, width, colours];
    this.inputDim = sizeOf(inputShape);
    this.outputDim = height * width * outputChannels;
    this.contextDim = contextDim;
    this.activation = activation;
    const [stemKey, contextKey, blocksKey, headKey] = split(key(seed), 4);
    this.stem = new WeightNormConv2d({ inputs: colours, outputs: channels, seed: stemKey });
    if (contextDim > 0) {
      const bound = Math.sqrt(3 / contextDim);
      this.contextWeights = makeVariable([contextDim, channels], () =>
        uniform(contextKey, [contextDim, channels], { minval: -bound, maxval: bound }),
      );
    }
    this.blocks = split(blocksKey, blocks).map((own) => new ResidualBlock({ inputs: channels, activation, seed: own }));
    const gain = init === 'identity' ? 0 : 1;
    this.head = new WeightNormConv2d({ inputs: channels, outputs: outputChannels, gain, seed: headKey });
  }

  override get inputShape(): ImageShape {
    return this.#inputShape;
  }

  override get outputShape(): ImageShape {
    const [height, width] = this.#inputShape;
    return [height, width, this.head.outputs];
  }

  apply(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const given = admit({ name: 'ResNet', x, event: this.inputShape, context, contextDim: this.contextDim });
      const stem = this.stem.apply(given.x);
      const start = given.context && this.contextWeights ? add(stem, this.#everywhere(given.context)) : stem;
      const map = this.blocks.reduce((h, block) => block.apply(h), start);
      return this.head.apply(activate(this.activation, map));
    });
  }

  override config(): ModuleConfig {
    return {
      type: ResNet.type,
      inputShape: [...this.inputShape],
      channels: this.stem.outputs,
      blocks: this.blocks.length,
      outputChannels: this.head.outputs,
      contextDim: this.contextDim,
      activation: this.activation,
    };
  }

  /** The context's offset of every pixel. */
  #everywhere(context: Tensor): Tensor {
    const added = linear(context, this.contextWeights!);
    return reshape(added, [...added.shape.slice(0, -1), 1, 1, this.stem.outputs]);
  }
}
