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

/** Options of {@link ConvDecoder}. */
export interface ConvDecoderOptions {
  /** The width of the input. */
  inputDim: number;
  /** The widths of the fully connected layers before the first level. Default `[]`. */
  hidden?: readonly number[];
  /** The channels of each level, the image's last; each level doubles height and width. */
  channels: readonly number[];
  /** Residual blocks of each level; the last one doubles. Default 1. */
  blocks?: number;
  /** Height, width and channels of an image. */
  outputShape: readonly number[];
  /** The nonlinearity. Default `'elu'`. */
  activation?: Activation;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A residual network from vectors to images, the mirror image of {@link ConvEncoder}: fully connected layers, levels of residual blocks of which each doubles the
 * image by a transposed convolution, then a 3 × 3 convolution, all with weight normalization ({@link initializeWeightNorm} sets it from data).
 *
 * **Shapes**: x `[...batch, inputDim]`; result `[...batch, height, width, channels]`. It takes no context.
 *
 * Source: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", appendix C: `hidden` `[450]`, `channels` `[32, 32, 16]` and
 * `blocks` 2 for digits of 28 × 28 pixels.
 *
 * @throws Error if an option is out of range, or x does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ConvDecoder } from '@pushforward/made';
 *
 * const network = new ConvDecoder({ inputDim: 10, hidden: [64], channels: [16, 8], outputShape: [28, 28, 1], seed: 0 });
 * console.log(network.apply(tf.zeros([5, 10])).shape); // [ 5, 28, 28, 1 ]
 * ```
 */
export class ConvDecoder extends Network {
  static readonly type: string = 'ConvDecoder';
  static override fromConfig(config: ModuleConfig): ConvDecoder {
    return new ConvDecoder({
      ...readConfig(config, {
        inputDim: 'number',
        hidden: 'numbers',
        channels: 'numbers',
        blocks: 'number',
        outputShape: 'numbers',
        activation: activations,
      }),
      seed: 0,
    });
  }

  readonly inputDim: number;
  readonly outputDim: number;
  readonly hidden: readonly number[];
  readonly channels: readonly number[];
  readonly blocks: number;
  readonly activation: Activation;
  /** The fully connected layers, as convolutions of images of one pixel; the last one gives all pixels of the first level. */
  readonly stem: readonly WeightNormConv2d[];
  /** Those of all levels. */
  readonly levels: readonly ResidualBlock[];
  /** From the channels of the last level to the image. */
  readonly head: WeightNormConv2d;
  readonly #outputShape: ImageShape;

  constructor(options: ConvDecoderOptions) {
    super();
    checkOptions('ConvDecoder', options, [
      'inputDim',
      'hidden',
      'channels',
      'blocks',
      'outputShape',
      'activation',
      'seed',
    ]);
    const { inputDim, hidden = [], channels, blocks = 1, outputShape, activation = 'elu', seed } = options;
    checkInteger('ConvDecoder: inputDim', inputDim, 1);
    checkIntegers('ConvDecoder: hidden', hidden, 1);
    checkIntegers('ConvDecoder: channels', channels, 1);
    if (channels.length === 0) throw new Error('ConvDecoder: channels must name at least one level, got none');
    checkInteger('ConvDecoder: blocks', blocks, 1);
    checkImageShape('ConvDecoder: outputShape', outputShape);
    checkOneOf('ConvDecoder: activation', activation, activations);
    const [height, width, colours] = outputShape;
    this.#outputShape = [height, width, colours];
    this.inputDim = inputDim;
    this.outputDim = sizeOf(outputShape);
    this.hidden = [...hidden];
    this.channels = [...channels];
    this.blocks = blocks;
    this.activation = activation;
    const [stemKey, levelsKey, headKey] = split(key(seed), 3);
    const [size] = halvings(outputShape, channels.length).slice(-1);
    const widths = [inputDim, ...hidden, sizeOf(size) * channels[0]];
    this.stem = split(stemKey, widths.length - 1).map(
      (own, i) =>
        new WeightNormConv2d({
          inputs: widths[i],
          outputs: widths[i + 1],
          kernel: [1, 1],
          activation: i < hidden.length ? activation : undefined,
          seed: own,
        }),
    );
    this.levels = split(levelsKey, channels.length * blocks).map((own, i) => {
      const level = Math.floor(i / blocks);
      const isLast = i % blocks === blocks - 1;
      const outputs = isLast ? channels[Math.min(level + 1, channels.length - 1)] : channels[level];
      const shape = { inputs: channels[level], outputs, stride: isLast ? 2 : 1, transposed: isLast };
      return new ResidualBlock({ ...shape, activation, seed: own });
    });
    this.head = new WeightNormConv2d({ inputs: channels.at(-1)!, outputs: colours, seed: headKey });
  }

  override get outputShape(): ImageShape {
    return this.#outputShape;
  }

  apply(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const given = admit({ name: 'ConvDecoder', x, event: [this.inputDim], context });
      const vector = reshape(given.x, [...given.batch, 1, 1, this.inputDim]);
      const flat = this.stem.reduce((h, layer) => layer.apply(h), vector);
      const [first, ...sizes] = halvings(this.outputShape, this.channels.length).toReversed();
      const start = reshape(flat, [...given.batch, ...first, this.channels[0]]);
      const map = this.levels.reduce(
        (h, block, i) => block.apply(h, block.first.transposed ? sizes[Math.floor(i / this.blocks)] : undefined),
        start,
      );
      return this.head.apply(activate(this.activation, map));
    });
  }

  override config(): ModuleConfig {
    return {
      type: ConvDecoder.type,
      inputDim: this.inputDim,
      hidden: [...this.hidden],
      channels: [...this.channels],
      blocks: this.blocks,
      outputShape: [...this.outputShape],
      activation: this.activation,
    };
  }
}
