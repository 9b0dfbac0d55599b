import { reshape, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  activate,
  type Activation,
  activations,
  admit,
  checkInteger,
  checkIntegers,
  checkOneOf,
  checkOptions,
  key,
  type ModuleConfig,
  readConfig,
  type Seed,
  sizeOf,
  split,
} from '@pushforward/tensor';
import { Network } from '../contract/network.js';
import { checkImageShape, halvings, type ImageShape } from './image-shape.js';
import { ResidualBlock } from './residual-block.js';
import { WeightNormConv2d } from './weight-norm-conv2d.js';

/** Options of {@link ConvEncoder}. */
export interface ConvEncoderOptions {
  /** Height, width and channels of an image. */
  inputShape: readonly number[];
  /** The channels of each level, from the image on; each level halves height and width. */
  channels: readonly number[];
  /** Residual blocks of each level; the first one halves. Default 1. */
  blocks?: number;
  /** The widths of the fully connected layers after the last level. Default `[]`. */
  hidden?: readonly number[];
  /** The width of the output. */
  outputDim: number;
  /** The nonlinearity. Default `'elu'`. */
  activation?: Activation;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A residual network from images to vectors: a 3 × 3 convolution, levels of residual blocks of which each halves the image, then fully connected layers, all with
 * weight normalization ({@link initializeWeightNorm} sets it from data). As an encoder's network it is that of the IAF paper's experiments on images.
 *
 * **Shapes**: x `[...batch, height, width, channels]`; result `[...batch, outputDim]`. It takes no context.
 *
 * Source: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", appendix C: `channels` `[16, 32, 32]`, `blocks` 2 and
 * `hidden` `[450]` for digits of 28 × 28 pixels.
 *
 * @throws Error if an option is out of range, or x does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ConvEncoder } from '@pushforward/made';
 *
 * const network = new ConvEncoder({ inputShape: [28, 28, 1], channels: [8, 16], hidden: [64], outputDim: 10, seed: 0 });
 * console.log(network.apply(tf.zeros([5, 28, 28, 1])).shape); // [ 5, 10 ]
 * ```
 */
export class ConvEncoder extends Network {
  static readonly type: string = 'ConvEncoder';
  static override fromConfig(config: ModuleConfig): ConvEncoder {
    return new ConvEncoder({
      ...readConfig(config, {
        inputShape: 'numbers',
        channels: 'numbers',
        blocks: 'number',
        hidden: 'numbers',
        outputDim: 'number',
        activation: activations,
      }),
      seed: 0,
    });
  }

  readonly inputDim: number;
  readonly outputDim: number;
  readonly channels: readonly number[];
  readonly blocks: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** From the image to the channels of the first level. */
  readonly stem: WeightNormConv2d;
  /** Those of all levels. */
  readonly levels: readonly ResidualBlock[];
  /** The fully connected layers, the output last: convolutions of images of one pixel, but for the first, which reads whole ones. */
  readonly head: readonly WeightNormConv2d[];
  readonly #inputShape: ImageShape;

  constructor(options: ConvEncoderOptions) {
    super();
    checkOptions('ConvEncoder', options, [
      'inputShape',
      'channels',
      'blocks',
      'hidden',
      'outputDim',
      'activation',
      'seed',
    ]);
    const { inputShape, channels, blocks = 1, hidden = [], outputDim, activation = 'elu', seed } = options;
    checkImageShape('ConvEncoder: inputShape', inputShape);
    checkIntegers('ConvEncoder: channels', channels, 1);
    if (channels.length === 0) throw new Error('ConvEncoder: channels must name at least one level, got none');
    checkInteger('ConvEncoder: blocks', blocks, 1);
    checkIntegers('ConvEncoder: hidden', hidden, 1);
    checkInteger('ConvEncoder: outputDim', outputDim, 1);
    checkOneOf('ConvEncoder: activation', activation, activations);
    const [height, width, colours] = inputShape;
    this.#inputShape = [height, width, colours];
    this.inputDim = sizeOf(inputShape);
    this.outputDim = outputDim;
    this.channels = [...channels];
    this.blocks = blocks;
    this.hidden = [...hidden];
    this.activation = activation;
    const [stemKey, levelsKey, headKey] = split(key(seed), 3);
    this.stem = new WeightNormConv2d({ inputs: colours, outputs: channels[0], seed: stemKey });
    const blockKeys = split(levelsKey, channels.length * blocks);
    this.levels = blockKeys.map((own, i) => {
      const level = Math.floor(i / blocks);
      const isFirst = i % blocks === 0;
      const inputs = isFirst ? channels[Math.max(0, level - 1)] : channels[level];
      return new ResidualBlock({ inputs, outputs: channels[level], stride: isFirst ? 2 : 1, activation, seed: own });
    });
    const [size] = halvings(inputShape, channels.length).slice(-1);
    const widths = [channels.at(-1)!, ...hidden, outputDim];
    this.head = split(headKey, widths.length - 1).map(
      (own, i) =>
        new WeightNormConv2d({
          inputs: widths[i],
          outputs: widths[i + 1],
          kernel: i === 0 ? size : [1, 1],
          padding: 'valid',
          activation: i < hidden.length ? activation : undefined,
          seed: own,
        }),
    );
  }

  override get inputShape(): ImageShape {
    return this.#inputShape;
  }

  apply(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const given = admit({ name: 'ConvEncoder', x, event: this.inputShape, context });
      const map = this.levels.reduce((h, block) => block.apply(h), this.stem.apply(given.x));
      const output = this.head.reduce((h, layer) => layer.apply(h), activate(this.activation, map));
      return reshape(output, [...given.batch, this.outputDim]);
    });
  }

  override config(): ModuleConfig {
    return {
      type: ConvEncoder.type,
      inputShape: [...this.inputShape],
      channels: [...this.channels],
      blocks: this.blocks,
      hidden: [...this.hidden],
      outputDim: this.outputDim,
      activation: this.activation,
    };
  }
}
