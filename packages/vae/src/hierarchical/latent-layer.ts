import { add, type Tensor, reshape, split as splitTensor } from '@tensorflow/tfjs-core';
import {
  activate,
  type Activation,
  activations,
  type BuildModule,
  checkEvent,
  checkInstance,
  checkInteger,
  checkOptions,
  key,
  Module,
  type ModuleConfig,
  readConfig,
  type Seed,
  sizeOf,
  softBound,
  split,
} from '@pushforward/tensor';
import { Bijector } from '@pushforward/bijectors';
import { type ImageShape, ResidualBlock, WeightNormConv2d } from '@pushforward/made';
import { type Encoding, LOG_SCALE_BOUND } from '../encoder.js';

/** Options of {@link LatentLayer}. */
export interface LatentLayerOptions {
  /** Height, width and channels of the features below the layer. */
  inputShape: readonly number[];
  /** The channels of the layer's own features. Default: those of `inputShape`. */
  channels?: number;
  /** The number of latent channels of the layer. */
  latentChannels: number;
  /** The number of channels of the flow's context. Default 0: none. */
  contextChannels?: number;
  /** By what factor the layer is smaller than what is below it. Default 1. */
  stride?: number;
  /**
   * A flow of the layer's latent numbers, row by row, on top of the posterior's Gaussian, such as `iaf({ … })`, or an IAF of masked convolutions,
   * `new Autoregressive(new PixelCnn({ … }), new GateTransform(), 'forward')` with the layer's `contextChannels`. Default: none.
   */
  flow?: Bijector;
  /** The nonlinearity. Default `'elu'`. */
  activation?: Activation;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/** The output of one of the two passes for a layer's latent numbers: `[...batch, latentDim]`, and a context `[...batch, contextDim]`. */
export interface Statements {
  readonly loc: Tensor;
  /** Not bounded yet. */
  readonly logScale: Tensor;
  readonly context?: Tensor;
}

/** Of what gives locations and log-scales, relative to features: posteriors then start near their priors. */
const STATEMENT_GAIN = 0.1;

/**
 * One latent layer of a {@link HierarchicalVae}: what the way up and the way down do at it.
 *
 * Up: features `h = block(x)` of the layer, and from them by a convolution what the data say of its latent numbers. Down: from the features of the layers above, prior,
 * what these say of the posterior, and with z chosen the features below, `block(h + conv(z))`. Both blocks are {@link ResidualBlock}s, all convolutions with weight
 * normalization.
 *
 * The posterior starts from the Gaussian whose location and log-scale are the sums of what both ways say, and the flow's context is the sum of both contexts.
 *
 * Source: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", figure 3 and appendix C.
 *
 * @throws Error if an option is out of range, or the flow's sizes are not `latentDim` and `contextDim`
 *
 * @example
 * ```ts
 * import { iaf } from '@pushforward/bijectors';
 * import { LatentLayer } from '@pushforward/vae';
 *
 * // 7 × 7 pixels of 2 latent numbers, below which features are of 14 × 14 pixels.
 * const flow = iaf({ dim: 7 * 7 * 2, contextDim: 7 * 7 * 4, hidden: [128], transforms: 1, seed: 0 });
 * const layer = new LatentLayer({ inputShape: [14, 14, 8], stride: 2, latentChannels: 2, contextChannels: 4, flow, seed: 1 });
 * console.log(layer.latentDim, layer.outputShape); // 98 [ 7, 7, 8 ]
 * ```
 */
export class LatentLayer extends Module {
  static readonly type: string = 'LatentLayer';
  static override fromConfig(config: ModuleConfig, build: BuildModule): LatentLayer {
    return new LatentLayer({
      ...readConfig(config, {
        inputShape: 'numbers',
        channels: 'number',
        latentChannels: 'number',
        contextChannels: 'number',
        stride: 'number',
        activation: activations,
      }),
      flow: config.flow === null ? undefined : build(config.flow, Bijector),
      seed: 0,
    });
  }

  readonly latentChannels: number;
  readonly contextChannels: number;
  /** The numbers of z at this layer. */
  readonly latentDim: number;
  readonly contextDim: number;
  readonly up: ResidualBlock;
  /** From features on the way up to location, log-scale and context. */
  readonly upStatements: WeightNormConv2d;
  /** From features on the way down to those of the prior, and to those of the posterior with its context. */
  readonly downStatements: WeightNormConv2d;
  /** From z to what is added to the features. */
  readonly latent: WeightNormConv2d;
  readonly down: ResidualBlock;
  readonly flow?: Bijector;
  readonly #inputShape: ImageShape;
  readonly #outputShape: ImageShape;

  constructor(options: LatentLayerOptions) {
    super();
    checkOptions('LatentLayer', options, [
      'inputShape',
      'channels',
      'latentChannels',
      'contextChannels',
      'stride',
      'flow',
      'activation',
      'seed',
    ]);
    const { inputShape, latentChannels, contextChannels = 0, stride = 1, flow, activation = 'elu', seed } = options;
    if (inputShape.length !== 3)
      throw new Error(`LatentLayer: inputShape must be [height, width, channels], got [${inputShape.join(', ')}]`);
    const [height, width, inputs] = inputShape;
    const { channels = inputs } = options;
    checkInteger('LatentLayer: latentChannels', latentChannels, 1);
    checkInteger('LatentLayer: contextChannels', contextChannels, 0);
    const [upKey, upStatementsKey, downStatementsKey, latentKey, downKey] = split(key(seed), 5);
    this.up = new ResidualBlock({ inputs, outputs: channels, stride, activation, seed: upKey });
    const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
    this.#inputShape = [height, width, inputs];
    this.#outputShape = [rows, columns, channels];
    this.latentChannels = latentChannels;
    this.contextChannels = contextChannels;
    this.latentDim = rows * columns * latentChannels;
    this.contextDim = rows * columns * contextChannels;
    const statements = { inputs: channels, gain: STATEMENT_GAIN };
    const outputs = 2 * latentChannels + contextChannels;
    this.upStatements = new WeightNormConv2d({ ...statements, outputs, seed: upStatementsKey });
    const both = outputs + 2 * latentChannels;
    this.downStatements = new WeightNormConv2d({ ...statements, outputs: both, seed: downStatementsKey });
    this.latent = new WeightNormConv2d({ inputs: latentChannels, outputs: channels, seed: latentKey });
    const transposed = stride > 1;
    this.down = new ResidualBlock({ inputs: channels, outputs: inputs, stride, transposed, activation, seed: downKey });
    if (flow === undefined) return;
    checkInstance('LatentLayer: flow', flow, Bijector, 'a bijector');
    if (flow.eventShape) checkEvent('LatentLayer: flow eventShape', flow.eventShape, [this.latentDim]);
    // A flow without the context would leave the context of both passes unread.
    if (flow.contextDim !== this.contextDim)
      throw new Error(`LatentLayer: flow contextDim must be the layer's ${this.contextDim}, got ${flow.contextDim}`);
    this.flow = flow;
  }

  /** Of features below the layer. */
  get inputShape(): ImageShape {
    return this.#inputShape;
  }

  /** Of the layer's own features. */
  get outputShape(): ImageShape {
    return this.#outputShape;
  }

  /** The way up, for use under `tf.tidy`: the layer's features `[...batch, ...outputShape]`, and what they say. */
  ascend(x: Tensor): { features: Tensor; statements: Statements } {
    const features = this.up.apply(x);
    const [statements] = this.#read(this.upStatements, features, 1);
    return { features, statements };
  }

  /** The prior, and what the layers above say of the posterior, from features `[...batch, ...outputShape]`; for use under `tf.tidy`. */
  describe(features: Tensor): { prior: Encoding; statements: Statements } {
    const [prior, statements] = this.#read(this.downStatements, features, 2);
    return { prior: { loc: prior.loc, logScale: softBound(prior.logScale, LOG_SCALE_BOUND) }, statements };
  }

  /** The Gaussian that the posterior starts from, and its flow's context; for use under `tf.tidy`. */
  combine(up: Statements, down: Statements): Encoding {
    const encoding: Encoding = {
      loc: add(up.loc, down.loc),
      logScale: softBound(add(up.logScale, down.logScale), LOG_SCALE_BOUND),
    };
    if (up.context && down.context) encoding.context = add(up.context, down.context);
    return encoding;
  }

  /** The way down, for use under `tf.tidy`: features below, `[...batch, ...inputShape]`, from those of the layer and its z `[...batch, latentDim]`. */
  descend(features: Tensor, z: Tensor): Tensor {
    const [rows, columns] = this.#outputShape;
    const map = reshape(z, [...z.shape.slice(0, -1), rows, columns, this.latentChannels]);
    const [height, width] = this.#inputShape;
    const size = this.down.first.transposed ? ([height, width] as const) : undefined;
    return this.down.apply(add(features, this.latent.apply(map)), size);
  }

  override config(): ModuleConfig {
    return {
      type: LatentLayer.type,
      inputShape: [...this.#inputShape],
      channels: this.#outputShape[2],
      latentChannels: this.latentChannels,
      contextChannels: this.contextChannels,
      stride: this.up.first.stride,
      activation: this.up.activation,
      flow: this.flow?.config() ?? null,
    };
  }

  /** So many pairs of location and log-scale, of which the last has the context. */
  #read(layer: WeightNormConv2d, features: Tensor, pairs: number): Statements[] {
    const maps = layer.apply(activate(this.up.activation, features));
    const sizes = Array.from({ length: 2 * pairs }, () => this.latentChannels);
    const widths = this.contextChannels > 0 ? [...sizes, this.contextChannels] : sizes;
    const batch = maps.shape.slice(0, -3);
    const area = sizeOf(this.#outputShape.slice(0, 2));
    const parts = splitTensor(maps, widths, -1).map((part, i) => reshape(part, [...batch, area * widths[i]]));
    return Array.from({ length: pairs }, (_, i) => ({
      loc: parts[2 * i],
      logScale: parts[2 * i + 1],
      ...(i === pairs - 1 && this.contextChannels > 0 ? { context: parts[2 * pairs] } : {}),
    }));
  }
}
