import { add, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  activate,
  type Activation,
  activations,
  checkOptions,
  key,
  Module,
  type ModuleConfig,
  readConfig,
  type Seed,
  split,
} from '@pushforward/tensor';
import { WeightNormConv2d } from './weight-norm-conv2d.js';

/** Options of {@link ResidualBlock}. */
export interface ResidualBlockOptions {
  /** The number of channels of x. */
  inputs: number;
  /** The number of channels of the result. Default: `inputs`. */
  outputs?: number;
  /** Height and width of the filters. Default `[3, 3]`. */
  kernel?: readonly number[];
  /** By what factor the block makes images smaller, or larger. Default 1. */
  stride?: number;
  /** Whether it makes them larger. Default false. */
  transposed?: boolean;
  /** The nonlinearity. Default `'elu'`. */
  activation?: Activation;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/** Initial gain of the second convolution, relative to the shortcut: many blocks in a row are then near the identity. */
const RESIDUAL_GAIN = 0.1;

/**
 * A residual block of images: `y = shortcut(x) + conv(activation(conv(activation(x))))`, all convolutions with weight normalization. The first one has the
 * stride; the shortcut is the identity, or where size or channels change a convolution of `stride` × `stride` pixels.
 *
 * **Shapes**: x `[...batch, height, width, inputs]`; result `[...batch, rows, columns, outputs]`, with ⌈height / stride⌉ rows, or as many as {@link apply} is
 * told.
 *
 * Source: He et al. 2016, "Identity mappings in deep residual networks", figure 1b; Kingma et al. 2016, "Improving variational inference with inverse
 * autoregressive flow", appendix C, for weight normalization and ELU.
 *
 * @throws Error if an option is out of range, or x does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ResidualBlock } from '@pushforward/made';
 *
 * const block = new ResidualBlock({ inputs: 16, outputs: 32, stride: 2, seed: 0 });
 * console.log(block.apply(tf.zeros([5, 14, 14, 16])).shape); // [ 5, 7, 7, 32 ]
 * ```
 */
export class ResidualBlock extends Module {
  static readonly type: string = 'ResidualBlock';
  static override fromConfig(config: ModuleConfig): ResidualBlock {
    return new ResidualBlock({
      ...readConfig(config, {
        inputs: 'number',
        outputs: 'number',
        kernel: 'numbers',
        stride: 'number',
        transposed: 'boolean',
        activation: activations,
      }),
      seed: 0,
    });
  }

  readonly activation: Activation;
  readonly first: WeightNormConv2d;
  readonly second: WeightNormConv2d;
  /** Absent where the shortcut is the identity. */
  readonly shortcut?: WeightNormConv2d;

  constructor(options: ResidualBlockOptions) {
    super();
    checkOptions('ResidualBlock', options, [
      'inputs',
      'outputs',
      'kernel',
      'stride',
      'transposed',
      'activation',
      'seed',
    ]);
    const { inputs, outputs = inputs, kernel = [3, 3], stride = 1, transposed = false, activation = 'elu' } = options;
    const [firstKey, secondKey, shortcutKey] = split(key(options.seed), 3);
    this.activation = activation;
    this.first = new WeightNormConv2d({ inputs, outputs, kernel, stride, transposed, activation, seed: firstKey });
    this.second = new WeightNormConv2d({ inputs: outputs, outputs, kernel, gain: RESIDUAL_GAIN, seed: secondKey });
    if (stride !== 1 || inputs !== outputs) {
      const shape = { inputs, outputs, kernel: [stride, stride], stride, transposed };
      this.shortcut = new WeightNormConv2d({ ...shape, seed: shortcutKey });
    }
  }

  /** @param size height and width of the result, where the block makes images larger. Default: `stride` times those of x. */
  apply(x: Tensor, size?: readonly [height: number, width: number]): Tensor {
    return tidy(() => {
      const residual = this.second.apply(this.first.apply(activate(this.activation, x), size));
      return add(this.shortcut ? this.shortcut.apply(x, size) : x, residual);
    });
  }

  override config(): ModuleConfig {
    const { inputs, outputs, kernel, stride, transposed } = this.first;
    return {
      type: ResidualBlock.type,
      inputs,
      outputs,
      kernel: [...kernel],
      stride,
      transposed,
      activation: this.activation,
    };
  }
}
