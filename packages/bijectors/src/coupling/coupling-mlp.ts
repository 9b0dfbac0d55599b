import { add, clone, type Tensor, tensor1d, tidy, type Variable, zeros } from '@tensorflow/tfjs-core';
import {
  activate,
  type Activation,
  activations,
  admit,
  checkInteger,
  checkIntegers,
  checkNumbers,
  checkOneOf,
  checkOptions,
  type Key,
  key,
  linear,
  makeVariable,
  type ModuleConfig,
  orthogonal,
  type Seed,
  split,
  uniform,
  readConfig,
} from '@pushforward/tensor';
import { checkInit, type Init, ORTHOGONAL_GAIN } from '@pushforward/made';
import { CouplingNetwork } from './coupling-network.js';

/** What a {@link CouplingMlp} is made of. */
export interface CouplingMlpOptions {
  /** A, the number of dimensions it reads; 0 is allowed. */
  inputDim: number;
  /** The number of parameters it gives. */
  outputDim: number;
  /** The widths of the hidden layers; `[]` makes the parameters linear in input and context. Default `[64, 64]`. */
  hidden?: readonly number[];
  /** C, the width of the context. Default 0: none. */
  contextDim?: number;
  /** The hidden layers' nonlinearity. Default `'relu'`. */
  activation?: Activation;
  /** The parameters it starts with, whatever the input if the output weights start at 0. Default all 0. */
  initialParameters?: readonly number[];
  /** How the output weights start. Default `'identity'`: at 0. */
  init?: Init;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A multilayer perceptron as the network of a coupling layer: `h ← activation(x·W + context·V + b)`, further hidden layers, a linear
 * output.
 *
 * Hidden weights start uniform in ±√(6 / fan-in), biases at 0; output weights start at 0, unless `init` says otherwise, and the output bias at
 * `initialParameters`, so that a layer whose initial parameters mean the identity starts at it. With neither input nor context
 * there are no hidden layers, and the parameters are the output bias.
 *
 * **Shapes**: x `[...batch, A]`, context `[...batch, C]` or with a batch shape that broadcasts with that of x; result `[...batch, outputDim]`; without
 * inputs, that of the context's batch.
 *
 * Source: He et al. 2015, "Delving deep into rectifiers", for the hidden layers' scale.
 *
 * @throws Error if an option is out of range, or x or context does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { CouplingMlp } from '@pushforward/bijectors';
 *
 * const network = new CouplingMlp({ inputDim: 2, outputDim: 3, hidden: [16], initialParameters: [1, 2, 3], seed: 0 });
 * console.log(await network.apply(tf.tensor1d([5, -5])).array()); // [1, 2, 3]
 * ```
 */
export class CouplingMlp extends CouplingNetwork {
  static readonly type: string = 'CouplingMlp';
  static override fromConfig(config: ModuleConfig): CouplingMlp {
    const dims = { inputDim: 'number', outputDim: 'number', contextDim: 'number?' } as const;
    const fields = { ...dims, hidden: 'numbers?', activation: [...activations, undefined] } as const;
    // Files from before release 0.1.0 call the width of the context `context`.
    return new CouplingMlp({ ...readConfig(config, fields, { contextDim: 'context' }), seed: 0 });
  }

  readonly inputDim: number;
  readonly contextDim: number;
  readonly outputDim: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** `[A, units]` of the first layer, if there are inputs. */
  readonly inputWeights?: Variable;
  /** `[C, units]` of the first layer, if there is a context. */
  readonly contextWeights?: Variable;
  /** Of the layers after the first. */
  readonly weights: readonly Variable[];
  /** Of every layer. */
  readonly biases: readonly Variable[];

  constructor(options: CouplingMlpOptions) {
    super();
    checkOptions('CouplingMlp', options);
    const {
      inputDim,
      outputDim,
      hidden = [64, 64],
      contextDim = 0,
      activation = 'relu',
      initialParameters,
      init = 'identity',
      seed,
    } = options;
    checkInit('CouplingMlp', init);
    checkInteger('CouplingMlp: inputDim', inputDim, 0);
    checkInteger('CouplingMlp: outputDim', outputDim, 1);
    checkInteger('CouplingMlp: contextDim', contextDim, 0);
    checkIntegers('CouplingMlp: hidden', hidden, 1);
    checkOneOf('CouplingMlp: activation', activation, activations);
    if (initialParameters !== undefined) checkNumbers('CouplingMlp: initialParameters', initialParameters, outputDim);
    this.inputDim = inputDim;
    this.contextDim = contextDim;
    this.outputDim = outputDim;
    const fanIn = inputDim + contextDim;
    // A hidden unit without an input would be a constant.
    this.hidden = fanIn === 0 ? [] : [...hidden];
    this.activation = activation;
    const widths = [...this.hidden, outputDim];
    const [inputKey, contextKey, ...keys] = split(key(seed), widths.length + 1);
    const startingWeights = (layer: number, own: Key, shape: [number, number], inputs = shape[0]) => {
      const bound = Math.sqrt(6 / inputs);
      const hiddenWeights = () => uniform(own, shape, { minval: -bound, maxval: bound });
      const outputWeights = () => (init === 'orthogonal' ? orthogonal(own, ...shape, ORTHOGONAL_GAIN) : zeros(shape));
      return makeVariable(shape, layer === this.hidden.length ? outputWeights : hiddenWeights);
    };
    if (inputDim > 0) this.inputWeights = startingWeights(0, inputKey, [inputDim, widths[0]], fanIn);
    if (contextDim > 0) this.contextWeights = startingWeights(0, contextKey, [contextDim, widths[0]], fanIn);
    this.weights = keys.map((own, i) => startingWeights(i + 1, own, [widths[i], widths[i + 1]]));
    this.biases = widths.map((width, i) =>
      makeVariable([width], () =>
        i === this.hidden.length && initialParameters ? tensor1d([...initialParameters]) : zeros([width]),
      ),
    );
  }

  apply(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const given = admit({ name: 'CouplingMlp', x, event: [this.inputDim], context, contextDim: this.contextDim });
      const activationOf = (layer: number) => (layer < this.hidden.length ? this.activation : undefined);
      const byContext =
        this.contextWeights && given.context && linear(given.context, this.contextWeights, this.biases[0]);
      let value: Tensor;
      if (byContext) {
        const total = this.inputWeights ? add(linear(given.x, this.inputWeights), byContext) : byContext;
        value = this.hidden.length > 0 ? activate(this.activation, total) : total;
      } else {
        // Without weights, it is the variable itself.
        value = this.inputWeights
          ? linear(given.x, this.inputWeights, this.biases[0], activationOf(0))
          : clone(this.biases[0]);
      }
      for (const [i, weights] of this.weights.entries())
        value = linear(value, weights, this.biases[i + 1], activationOf(i + 1));
      return value;
    });
  }

  override config(): ModuleConfig {
    return {
      type: CouplingMlp.type,
      inputDim: this.inputDim,
      outputDim: this.outputDim,
      hidden: [...this.hidden],
      contextDim: this.contextDim,
      activation: this.activation,
    };
  }
}
