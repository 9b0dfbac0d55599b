import {
  div,
  maximum,
  mean,
  mul,
  neg,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  type Activation,
  activations,
  checkBoolean,
  checkInteger,
  checkIntegers,
  checkNumber,
  checkOneOf,
  checkOptions,
  conv2d,
  conv2dTranspose,
  formatValue,
  key,
  makeVariable,
  Module,
  type ModuleConfig,
  readConfig,
  type Seed,
  uniform,
} from '@pushforward/tensor';

/** Options of {@link WeightNormConv2d}. */
export interface WeightNormConv2dOptions {
  /** The number of channels of x. */
  inputs: number;
  /** The number of channels of the result. */
  outputs: number;
  /** Height and width of the filters. Default `[3, 3]`. */
  kernel?: readonly number[];
  /** Pixels from one place of the filters to the next. Default 1. */
  stride?: number;
  /** Whether filters reach beyond the image. Default `'same'`. */
  padding?: 'same' | 'valid';
  /** Whether it is a transposed convolution, which makes images larger by its stride. Default false. */
  transposed?: boolean;
  /** The nonlinearity of the result. Default: none. */
  activation?: Activation;
  /** The scale of the filters at the start, and the standard deviation that {@link initializeWeightNorm} gives each output. Default 1. */
  gain?: number;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

const TYPE = 'WeightNormConv2d';

/** The layers that take their gain and bias from the next images they see. */
const waiting = new WeakSet<Module>();

/**
 * A convolution of images, or a transposed one, whose filters have a length apart from their direction: for each output `w = g · v / ‖v‖`, with the norm
 * over all numbers of a filter. Directions start uniform in ±√(6 / fan-in), g at `gain · ‖v‖`, the bias at 0; {@link initializeWeightNorm} sets g and the bias
 * from data.
 *
 * **Shapes**: x `[...batch, height, width, inputs]`; result `[...batch, rows, columns, outputs]`, with sizes as of `conv2d` and `conv2dTranspose` of
 * `@pushforward/tensor`.
 *
 * Source: Salimans & Kingma 2016, "Weight normalization: a simple reparameterization to accelerate training of deep neural networks", equation 2.
 *
 * @throws Error if an option is out of range, or x does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { WeightNormConv2d } from '@pushforward/made';
 *
 * const layer = new WeightNormConv2d({ inputs: 1, outputs: 16, stride: 2, activation: 'elu', seed: 0 });
 * console.log(layer.apply(tf.zeros([5, 28, 28, 1])).shape); // [ 5, 14, 14, 16 ]
 * ```
 */
export class WeightNormConv2d extends Module {
  static readonly type: string = TYPE;
  static override fromConfig(config: ModuleConfig): WeightNormConv2d {
    return new WeightNormConv2d({
      ...readConfig(config, {
        inputs: 'number',
        outputs: 'number',
        kernel: 'numbers',
        stride: 'number',
        padding: ['same', 'valid'],
        transposed: 'boolean',
        activation: [...activations, undefined],
        gain: 'number',
      }),
      seed: 0,
    });
  }

  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride: number;
  readonly padding: 'same' | 'valid';
  readonly transposed: boolean;
  readonly activation?: Activation;
  readonly gain: number;
  /** v, `[height, width, inputs, outputs]`, or `[height, width, outputs, inputs]` of a transposed convolution. */
  readonly direction: Variable;
  /** g, `[outputs]`. */
  readonly scale: Variable;
  /** `[outputs]`. */
  readonly bias: Variable;

  constructor(options: WeightNormConv2dOptions) {
    super();
    checkOptions(TYPE, options, [
      'inputs',
      'outputs',
      'kernel',
      'stride',
      'padding',
      'transposed',
      'activation',
      'gain',
      'seed',
    ]);
    const {
      inputs,
      outputs,
      kernel = [3, 3],
      stride = 1,
      padding = 'same',
      transposed = false,
      activation,
      gain = 1,
      seed,
    } = options;
    checkInteger(`${TYPE}: inputs`, inputs, 1);
    checkInteger(`${TYPE}: outputs`, outputs, 1);
    checkIntegers(`${TYPE}: kernel`, kernel, 1);
    if (kernel.length !== 2)
      throw new Error(`${TYPE}: kernel must be a height and a width, got ${formatValue(kernel)}`);
    checkInteger(`${TYPE}: stride`, stride, 1);
    checkOneOf(`${TYPE}: padding`, padding, ['same', 'valid']);
    checkBoolean(`${TYPE}: transposed`, transposed);
    if (activation !== undefined) checkOneOf(`${TYPE}: activation`, activation, activations);
    checkNumber(`${TYPE}: gain`, gain);
    const [height, width] = kernel;
    this.inputs = inputs;
    this.outputs = outputs;
    this.kernel = [height, width];
    this.stride = stride;
    this.padding = padding;
    this.transposed = transposed;
    if (activation !== undefined) this.activation = activation;
    this.gain = gain;
    // Of a transposed convolution, a pixel is reached by one in stride² pixels of a filter.
    const fanIn = Math.max(1, (height * width) / (transposed ? stride ** 2 : 1)) * inputs;
    const bound = Math.sqrt(6 / fanIn);
    const shape = [height, width, ...(transposed ? [outputs, inputs] : [inputs, outputs])];
    this.direction = makeVariable(shape, () => uniform(key(seed), shape, { minval: -bound, maxval: bound }));
    this.scale = makeVariable([outputs], () => mul(reshape(this.#norm(), [outputs]), gain));
    this.bias = makeVariable([outputs], () => zeros([outputs]));
  }

  /**
   * @param size height and width of the result of a transposed convolution. Default: those of `conv2dTranspose`.
   * @throws Error if x does not fit
   */
  apply(x: Tensor, size?: readonly [height: number, width: number]): Tensor {
    return tidy(() => {
      if (waiting.delete(this)) this.#initialize(x, size);
      const lengths = div(this.#alongFilters(this.scale), this.#norm());
      return this.#convolve(x, mul(this.direction, lengths), this.bias, this.activation, size);
    });
  }

  override config(): ModuleConfig {
    return {
      type: TYPE,
      inputs: this.inputs,
      outputs: this.outputs,
      kernel: [...this.kernel],
      stride: this.stride,
      padding: this.padding,
      transposed: this.transposed,
      activation: this.activation ?? null,
      gain: this.gain,
    };
  }

  #convolve(
    x: Tensor,
    filters: Tensor,
    bias?: Tensor,
    activation?: Activation,
    size?: readonly [number, number],
  ): Tensor {
    const { stride, padding } = this;
    return this.transposed
      ? conv2dTranspose(x, filters, bias, { stride, padding, activation, size })
      : conv2d(x, filters, bias, { stride, padding, activation });
  }

  /** ‖v‖ of each output, with axes of size 1 for the others. */
  #norm(): Tensor {
    return sqrt(sum(square(this.direction), this.transposed ? [0, 1, 3] : [0, 1, 2], true));
  }

  /** Numbers `[outputs]` where they multiply filters. */
  #alongFilters(x: Tensor): Tensor {
    return this.transposed ? reshape(x, [this.outputs, 1]) : x;
  }

  #initialize(x: Tensor, size: readonly [number, number] | undefined): void {
    const outputs = reshape(this.#convolve(x, div(this.direction, this.#norm()), undefined, undefined, size), [
      -1,
      this.outputs,
    ]);
    const loc = mean(outputs, 0);
    const deviation = maximum(sqrt(mean(square(sub(outputs, loc)), 0)), SMALLEST_DEVIATION);
    this.scale.assign(div(this.gain, deviation));
    this.bias.assign(neg(mul(loc, this.scale)));
  }
}

/** An output that does not vary would be blown up without bound. */
const SMALLEST_DEVIATION = 1e-6;

/**
 * Sets the gain and the bias of every {@link WeightNormConv2d} inside a module from data: while `pass` runs, each layer takes them from the first images that reach
 * it, so that each of its outputs has mean 0 and the layer's `gain` for its standard deviation, before the nonlinearity. Call it once, before training; what it sets
 * is saved with the other weights.
 *
 * **Numerics**: an output that varies by less than 1e-6 is taken to vary by that much.
 *
 * Source: Salimans & Kingma 2016, "Weight normalization: a simple reparameterization to accelerate training of deep neural networks", section 3.
 *
 * @param pass runs the module, or the model that it is part of, on a batch of data, such as `() => vae.elbo(x)`
 * @throws Error if `module` holds no such layer
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { initializeWeightNorm, WeightNormConv2d } from '@pushforward/made';
 *
 * const layer = new WeightNormConv2d({ inputs: 1, outputs: 4, seed: 0 });
 * const images = tf.randomUniform([20, 8, 8, 1], 100, 200);
 * initializeWeightNorm(layer, () => layer.apply(images));
 * console.log((await tf.moments(layer.apply(images)).variance.data())[0]); // about 1
 * ```
 */
export function initializeWeightNorm(module: Module, pass: () => unknown): void {
  const layers = [...module.modulePaths().values()].filter((part) => part instanceof WeightNormConv2d);
  if (layers.length === 0) throw new Error('initializeWeightNorm: module must hold a layer with weight normalization');
  for (const layer of layers) waiting.add(layer);
  try {
    tidy(() => void pass());
  } finally {
    for (const layer of layers) waiting.delete(layer);
  }
}
