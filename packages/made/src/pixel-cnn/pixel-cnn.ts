import {
  add,
  concat,
  pad,
  reshape,
  type Tensor,
  tensor1d,
  type Tensor4D,
  tidy,
  tile,
  unstack,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  activate,
  type Activation,
  activations,
  admit,
  type AdmittedArguments,
  broadcastTo,
  checkInteger,
  checkNumbers,
  checkOneOf,
  checkOptions,
  checkTable,
  conv2d,
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
import { Conditioner, type Step, type ValueAndLogDet } from '../contract/conditioner.js';
import { checkImageShape, type ImageShape } from '../convolution/image-shape.js';
import type { DependencyGraph } from '../masks/graph.js';
import { checkInit, type Init, ORTHOGONAL_GAIN } from '../network/init.js';
import { MaskedLinear } from '../network/masked-linear.js';
import { channelGroups, filterMask, pixelGraph, pixelsBefore } from './receptive-field.js';
import { type PixelLayer, unrollPixels } from './unroll-pixels.js';

/** Options of {@link PixelCnn}. */
export interface PixelCnnOptions {
  /** Height, width and channels of an image. */
  shape: readonly number[];
  /** P, the number of parameters of each number of an image. Default 1. */
  parameterCount?: number;
  /** The number of channels of the hidden layers; at least as many as the image. Default 32. */
  channels?: number;
  /** The number of residual blocks behind the first layer: each reaches as far again as its filters do. Default 4. */
  blocks?: number;
  /** Height and width of the first layer's filters, odd. Default 5. */
  firstKernel?: number;
  /** Height and width of the blocks' filters, odd and no larger. Default 3. */
  kernel?: number;
  /** C, the width of the context. Default 0: none. */
  contextDim?: number;
  /** In place of `contextDim`: how many numbers each pixel has of a context that is an image of the same height and width. Default 0: none. */
  contextChannels?: number;
  /** The nonlinearity. Default `'elu'`. */
  activation?: Activation;
  /** Whether each filter's weights are a direction times a length. Default false. */
  weightNorm?: boolean;
  /** The P parameters that every number starts with, whatever the image if the output weights start at 0. Default all 0. */
  initialParameters?: readonly number[];
  /** Initialization of the output weights. Default `'identity'`: at 0. */
  init?: Init;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A conditioner for images of masked convolutions, a PixelCNN: the parameters of a number depend on the pixels above its own and to the left of it, and on the
 * channels before its own in its pixel.
 *
 * The first layer's filters see neither their own pixel nor what comes after it; residual blocks `h + conv(activation(h))` see their own pixel too, and a map of
 * single pixels gives the parameters. Hidden channels are in as many groups as the image has channels: group g sees its pixel's channels below g. How far back a
 * pixel looks is {@link graph}. {@link unroll} computes every hidden unit once: what filters read of earlier pixels is kept.
 *
 * A context is the same for all pixels, or an image that each pixel reads its own part of: with `contextChannels` K it is a vector of height · width · K numbers.
 *
 * **Shapes**: an image `[height, width, channels]` is a vector of its D numbers in that order, x `[...batch, D]`; context `[...batch, C]` or with a batch shape that
 * broadcasts with that of x; parameters `[...batch, D, P]`.
 *
 * **Cost**: {@link unroll} multiplies as much as one parallel pass does, in D steps.
 *
 * Source: van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel recurrent neural networks", section 3.4; Kingma et al. 2016, "Improving variational inference with
 * inverse autoregressive flow", section 5.1, for its use in flows; Ramachandran et al. 2017, "Fast generation for convolutional autoregressive models".
 *
 * @throws Error if an option is out of range, or x or context does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { PixelCnn } from '@pushforward/made';
 *
 * const network = new PixelCnn({ shape: [4, 4, 1], parameterCount: 2, channels: 8, blocks: 1, seed: 0 });
 * console.log(network.parameters(tf.zeros([5, 16])).shape); // [ 5, 16, 2 ]
 * ```
 */
export class PixelCnn extends Conditioner {
  static readonly type: string = 'PixelCnn';
  static override fromConfig(config: ModuleConfig): PixelCnn {
    const sizes = { channels: 'number', blocks: 'number', firstKernel: 'number', kernel: 'number' } as const;
    return new PixelCnn({
      ...readConfig(config, {
        shape: 'numbers',
        parameterCount: 'number',
        ...sizes,
        contextDim: 'number',
        contextChannels: 'number?',
        activation: activations,
        weightNorm: 'boolean',
      }),
      seed: 0,
    });
  }

  readonly dim: number;
  readonly parameterCount: number;
  readonly contextDim: number;
  /** The number of channels of a context that is an image, 0 if it is none. */
  readonly contextChannels: number;
  readonly order: readonly number[];
  readonly activation: Activation;
  readonly firstKernel: number;
  readonly kernel: number;
  /** Filters as matrices `[pixels × inputs, outputs]`: those of the first layer, then of the blocks, then the map to the parameters. */
  readonly layers: readonly MaskedLinear[];
  /** `[C, channels]`, or `[K, channels]` where the context is an image, to the first layer. */
  readonly contextWeights?: Variable;
  readonly #shape: ImageShape;

  constructor(options: PixelCnnOptions) {
    super();
    checkOptions('PixelCnn', options, [
      'shape',
      'parameterCount',
      'channels',
      'blocks',
      'firstKernel',
      'kernel',
      'contextDim',
      'contextChannels',
      'activation',
      'weightNorm',
      'initialParameters',
      'init',
      'seed',
    ]);
    const {
      shape,
      parameterCount = 1,
      channels = 32,
      blocks = 4,
      firstKernel = 5,
      kernel = 3,
      contextDim = 0,
      contextChannels = 0,
    } = options;
    const { activation = 'elu', weightNorm = false, init = 'identity', seed } = options;
    checkImageShape('PixelCnn: shape', shape);
    checkInteger('PixelCnn: parameterCount', parameterCount, 1);
    checkInteger('PixelCnn: channels', channels, shape[2]);
    checkInteger('PixelCnn: blocks', blocks, 0);
    for (const [name, size] of Object.entries({ firstKernel, kernel })) {
      checkInteger(`PixelCnn: ${name}`, size, 1);
      if (size % 2 === 0) throw new Error(`PixelCnn: ${name} must be odd, got ${size}`);
    }
    if (kernel > firstKernel)
      throw new Error(`PixelCnn: kernel must be at most firstKernel, ${firstKernel}, got ${kernel}`);
    checkInteger('PixelCnn: contextDim', contextDim, 0);
    checkInteger('PixelCnn: contextChannels', contextChannels, 0);
    const [height, width, colours] = shape;
    const imageDim = height * width * contextChannels;
    if (contextDim > 0 && contextChannels > 0 && contextDim !== imageDim)
      throw new Error(
        `PixelCnn: contextDim must be left out where contextChannels is ${contextChannels}, got ${contextDim}`,
      );
    checkOneOf('PixelCnn: activation', activation, activations);
    checkInit('PixelCnn', init);
    const initialParameters = options.initialParameters ?? Array.from({ length: parameterCount }, () => 0);
    checkNumbers('PixelCnn: initialParameters', initialParameters, parameterCount);
    this.#shape = [height, width, colours];
    this.dim = sizeOf(shape);
    this.parameterCount = parameterCount;
    this.contextDim = contextChannels > 0 ? imageDim : contextDim;
    this.contextChannels = contextChannels;
    this.activation = activation;
    this.firstKernel = firstKernel;
    this.kernel = kernel;
    // The masks are as large as the weights, and the order as an image.
    checkTable('PixelCnn: the weights', firstKernel ** 2 * colours * channels + kernel ** 2 * channels ** 2 + this.dim);
    this.order = Array.from({ length: this.dim }, (_, i) => i);
    const image = Array.from({ length: colours }, (_, channel) => channel);
    const hidden = channelGroups(channels, colours);
    const outputs = image.flatMap((channel) => Array.from({ length: parameterCount }, () => channel));
    const keys = split(key(seed), blocks + 3);
    const first = filterMask(pixelsBefore(firstKernel).length, image, hidden, true);
    const further = filterMask(pixelsBefore(kernel).length, hidden, hidden, false);
    this.layers = [
      new MaskedLinear(first, { weightNorm, seed: keys[0] }),
      ...keys
        .slice(1, blocks + 1)
        .map((own) => new MaskedLinear(further, { weightNorm, gain: Math.SQRT1_2, seed: own })),
      new MaskedLinear(filterMask(0, hidden, outputs, false), {
        gain: init === 'orthogonal' ? ORTHOGONAL_GAIN : 0,
        orthogonal: init === 'orthogonal',
        weightNorm,
        seed: keys[blocks + 1],
      }),
    ];
    tidy(() => this.layers.at(-1)!.bias!.assign(tile(tensor1d([...initialParameters]), [colours])));
    const contextWidth = contextChannels > 0 ? contextChannels : contextDim;
    if (contextWidth > 0) {
      const bound = Math.sqrt(3 / contextWidth);
      this.contextWeights = makeVariable([contextWidth, channels], () =>
        uniform(keys[blocks + 2], [contextWidth, channels], { minval: -bound, maxval: bound }),
      );
    }
  }

  /** Height, width and channels of an image. */
  get shape(): ImageShape {
    return this.#shape;
  }

  override get graph(): DependencyGraph {
    return pixelGraph(this.#shape, this.firstKernel, this.kernel, this.layers.length - 2);
  }

  parameters(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const given = this.#admit('x', x, context);
      const [first, ...rest] = this.layers;
      const output = rest.pop()!;
      const images = reshape(given.x, [sizeOf(given.batch), ...this.#shape]);
      const start = convolve(images, first, this.firstKernel);
      const added = this.#contextTerm(given);
      let h = added ? add(start, added) : start;
      for (const layer of rest) h = add(h, convolve(activate(this.activation, h), layer, this.kernel));
      return reshape(output.apply(activate(this.activation, h)), [...given.x.shape, this.parameterCount]);
    });
  }

  unroll(input: Tensor, step: Step, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const given = this.#admit('input', input, context);
      const { x, batch } = given;
      const groups = channelGroups(this.layers[0].mask[0].length, this.#shape[2]);
      const added = this.#contextTerm(given);
      const layers = this.layers.map((layer, l): PixelLayer => {
        const isOutput = l === this.layers.length - 1;
        const kernel = l === 0 ? this.firstKernel : this.kernel;
        return {
          weights: layer.effectiveWeights(),
          bias: layer.bias!,
          before: isOutput ? [] : pixelsBefore(kernel),
        };
      });
      const { value, logDet } = unrollPixels({
        shape: this.#shape,
        groups,
        parameterCount: this.parameterCount,
        activation: this.activation,
        layers,
        added: added && unstack(reshape(added, [added.shape[0], added.shape[1] * added.shape[2], added.shape[3]]), 1),
        input: reshape(x, [sizeOf(batch), this.dim]),
        step,
      });
      return { value: reshape(value, x.shape), logDet: reshape(logDet, [...batch]) };
    });
  }

  override config(): ModuleConfig {
    return {
      type: PixelCnn.type,
      shape: [...this.#shape],
      parameterCount: this.parameterCount,
      channels: this.layers[0].mask[0].length,
      blocks: this.layers.length - 2,
      firstKernel: this.firstKernel,
      kernel: this.kernel,
      contextDim: this.contextDim,
      contextChannels: this.contextChannels,
      activation: this.activation,
      weightNorm: this.layers[0].gain !== undefined,
    };
  }

  /** The context's offset of the first layer's pixels: `[rows, height, width, channels]` with a row for each event, or the same for all pixels in a single one. */
  #contextTerm({ context, batch }: AdmittedArguments): Tensor4D | undefined {
    if (!context || !this.contextWeights) return undefined;
    const [height, width] = this.contextChannels > 0 ? this.#shape : [1, 1];
    const pixels = reshape(context, [...context.shape.slice(0, -1), height, width, this.contextWeights.shape[0]]);
    const added = linear(pixels, this.contextWeights);
    const image = added.shape.slice(-3);
    return reshape(broadcastTo(added, [...batch, ...image]), [sizeOf(batch), ...image] as [
      number,
      number,
      number,
      number,
    ]);
  }

  #admit(argument: string, x: Tensor, context: Tensor | undefined): AdmittedArguments {
    return admit({ name: 'PixelCnn', argument, x, event: [this.dim], context, contextDim: this.contextDim });
  }
}

/** A masked convolution. Of its filters only the rows down to their own pixel are computed with; in that row, what comes after it is 0. */
function convolve(x: Tensor, layer: MaskedLinear, kernel: number): Tensor {
  const reach = (kernel - 1) / 2;
  const [inputs, outputs] = [x.shape.at(-1)!, layer.bias!.size];
  const after = zeros([reach * inputs, outputs]);
  const filters = reshape(concat([layer.effectiveWeights(), after], 0), [reach + 1, kernel, inputs, outputs]);
  const padded = pad(x, [
    [0, 0],
    [reach, 0],
    [reach, reach],
    [0, 0],
  ]);
  return conv2d(padded, filters, layer.bias, { padding: 'valid' });
}
