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
  type FormerNames,
  type Key,
  key,
  linear,
  makeVariable,
  type ModuleConfig,
  orthogonal,
  readConfig,
  type Seed,
  split,
  type StepForm,
  uniform,
} from '@pushforward/tensor';
import { hasMaskedNetworkKernels, type MaskedNetwork, maskedTransform } from '@pushforward/tensor/kernels';
import type { ValueAndLogDet } from '../contract/conditioner.js';
import { Network } from '../contract/network.js';
import { type Init, ORTHOGONAL_GAIN } from '../network/init.js';
import { rowsFor } from '../network/rows-for.js';

/** Options of {@link Mlp}. */
export interface MlpOptions {
  /** A, the width of the input; 0 is allowed. */
  inputDim: number;
  /** The widths of the hidden layers, in order; `[]` makes the network linear. */
  hidden: readonly number[];
  /** The width of the output. */
  outputDim: number;
  /** C, the width of the context. Default 0: none. */
  contextDim?: number;
  /** The hidden layers' nonlinearity. Default `'relu'`. */
  activation?: Activation;
  /** Initialization of the output weights. Default `'uniform'`: in ±√(3 / fan-in). */
  init?: 'uniform' | Init;
  /** The output's bias at the start. Default all 0. */
  outputBias?: readonly number[];
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A multilayer perceptron: `h ← activation(x·W + context·V + b)`, further hidden layers without the context, then a linear output.
 *
 * Weights start uniform in ±√(6 / fan-in) before a hidden layer and as `init` says before the output, biases at 0. With neither input nor
 * context there are no hidden layers, and the result is the output's bias.
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
 * import { Mlp } from '@pushforward/made';
 *
 * const network = new Mlp({ inputDim: 3, hidden: [16], outputDim: 2, init: 'identity', outputBias: [1, 2], seed: 0 });
 * console.log(await network.apply(tf.tensor1d([5, 0, -5])).array()); // [1, 2]
 * ```
 */
export class Mlp extends Network {
  static readonly type: string = 'Mlp';
  static readonly formerly: FormerNames = { types: ['CouplingMlp'], path: pathOfCouplingMlp };
  static override fromConfig(config: ModuleConfig): Mlp {
    const dims = { inputDim: 'number', hidden: 'numbers', outputDim: 'number', contextDim: 'number?' } as const;
    // Files from before release 0.1.0 call the width of the context `context`.
    const formerly = { contextDim: 'context' } as const;
    return new Mlp({ ...readConfig(config, { ...dims, activation: activations }, formerly), seed: 0 });
  }

  readonly inputDim: number;
  override readonly contextDim: number;
  readonly outputDim: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  /** Of every layer; the first is `[A, units]`, or `[C, units]` if there is a context alone. Empty with neither. */
  readonly weights: readonly Variable[];
  /** `[C, units]` of the first layer, if there are both inputs and a context. */
  readonly contextWeights?: Variable;
  /** Of every layer. */
  readonly biases: readonly Variable[];
  readonly #maskedNetworks = new WeakMap<readonly number[], MaskedNetwork>();

  constructor(options: MlpOptions) {
    super();
    checkOptions('Mlp', options, [
      'inputDim',
      'hidden',
      'outputDim',
      'contextDim',
      'activation',
      'init',
      'outputBias',
      'seed',
    ]);
    const {
      inputDim,
      hidden,
      outputDim,
      contextDim = 0,
      activation = 'relu',
      init = 'uniform',
      outputBias,
      seed,
    } = options;
    checkInteger('Mlp: inputDim', inputDim, 0);
    checkInteger('Mlp: outputDim', outputDim, 1);
    checkInteger('Mlp: contextDim', contextDim, 0);
    checkIntegers('Mlp: hidden', hidden, 1);
    checkOneOf('Mlp: activation', activation, activations);
    checkOneOf('Mlp: init', init, ['uniform', 'identity', 'orthogonal']);
    if (outputBias !== undefined) checkNumbers('Mlp: outputBias', outputBias, outputDim);
    this.inputDim = inputDim;
    this.contextDim = contextDim;
    this.outputDim = outputDim;
    this.activation = activation;
    const fanIn = inputDim + contextDim;
    // A hidden unit without an input would be a constant.
    this.hidden = fanIn === 0 ? [] : [...hidden];
    const widths = [inputDim || contextDim, ...this.hidden, outputDim];
    const count = widths.length - 1;
    const keys = split(key(seed), count + 1);
    const startingWeights = (layer: number, own: Key, shape: [number, number]) => {
      const isOutput = layer === count - 1;
      const bound = Math.sqrt((isOutput ? 3 : 6) / (layer === 0 ? fanIn : shape[0]));
      return makeVariable(shape, () => {
        if (!isOutput || init === 'uniform') return uniform(own, shape, { minval: -bound, maxval: bound });
        return init === 'orthogonal' ? orthogonal(own, ...shape, ORTHOGONAL_GAIN) : zeros(shape);
      });
    };
    const layers = fanIn === 0 ? [] : keys.slice(0, count);
    this.weights = layers.map((own, i) => startingWeights(i, own, [widths[i], widths[i + 1]]));
    if (inputDim > 0 && contextDim > 0) this.contextWeights = startingWeights(0, keys[count], [contextDim, widths[1]]);
    this.biases = widths
      .slice(1)
      .map((width, i) =>
        makeVariable([width], () => (i === count - 1 && outputBias ? tensor1d([...outputBias]) : zeros([width]))),
      );
  }

  apply(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const given = admit({ name: 'Mlp', x, event: [this.inputDim], context, contextDim: this.contextDim });
      return this.weights
        .slice(1)
        .reduce<Tensor>(
          (h, weights, i) => linear(h, weights, this.biases[i + 1], this.#activationOf(i + 1)),
          this.#firstLayer(given.x, given.context),
        );
    });
  }

  /**
   * A coupling layer with this network's outputs as its parameters, by one kernel, or undefined where no kernel is for it:
   *
   * `y_A = x_A`, `yᵢ = T(xᵢ; pᵢ(x_A, context))` for i in B, with `log |det| = Σ_B log |T′|`.
   *
   * A are the first dimensions of the order, as many as the network reads; the parameters of the others, B, are the outputs in that order.
   *
   * **Shapes**: x `[...batch, D]`, context as for {@link apply}; `value` `[...batch, D]`, `logDet` `[...batch]`. **Units**: nats.
   *
   * Source: Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", equations 4 to 8.
   *
   * @param order a permutation of 0 … D − 1, the same array in each call: what is made of it is kept with it
   * @param form T, as a formula that kernels know
   * @throws Error if x or the context does not fit, or the outputs are not as many as T has parameters
   *
   * @example
   * ```ts
   * import * as tf from '@tensorflow/tfjs';
   * import { Mlp } from '@pushforward/made';
   * import { useBackend } from '@pushforward/tensor';
   *
   * await useBackend('wasm');
   * // The second dimension is shifted by what the first makes of it: here by 5.
   * const network = new Mlp({ inputDim: 1, hidden: [4], outputDim: 1, init: 'identity', outputBias: [5], seed: 0 });
   * const shift = { logScale: 'none', sign: 1, before: 0, after: 1 } as const;
   * const result = network.coupledTransform(tf.tensor2d([[1, 10]]), [0, 1], shift);
   * console.log(await result?.value.array()); // [[1, 15]]
   * ```
   */
  coupledTransform(
    x: Tensor,
    order: readonly number[],
    form: StepForm | undefined,
    context?: Tensor,
  ): ValueAndLogDet | undefined {
    // A class of one's own may compute something else.
    const isOwn = this.apply === Mlp.prototype.apply && this.applyToVectors === Mlp.prototype.applyToVectors;
    if (!form || !isOwn || this.inputDim === 0 || !hasMaskedNetworkKernels(form)) return undefined;
    return tidy(() => {
      const { contextDim } = this;
      const given = admit({ name: 'Mlp', x, event: [order.length], context, contextDim });
      const [bias, ...biases] = this.biases;
      const offset = given.context ? rowsFor(given.batch, linear(given.context, this.contextWeights!, bias)) : bias;
      const arrays = { input: given.x, weights: this.weights, offsets: [offset, ...biases] };
      return maskedTransform(this.#maskedNetwork(order), arrays, form, false);
    });
  }

  /** The network of a coupling layer: dimensions of two degrees, those that stay and those that are transformed. */
  #maskedNetwork(order: readonly number[]): MaskedNetwork {
    let network = this.#maskedNetworks.get(order);
    if (!network) {
      const widths = [...this.hidden, this.outputDim];
      network = {
        order,
        starts: [0, this.inputDim, order.length],
        passing: this.inputDim,
        activation: this.activation,
        layers: widths.map((width, l) => ({ from: l, isOutput: l === this.hidden.length, starts: [0, 0, width] })),
      };
      this.#maskedNetworks.set(order, network);
    }
    return network;
  }

  override config(): ModuleConfig {
    return {
      type: Mlp.type,
      inputDim: this.inputDim,
      hidden: [...this.hidden],
      outputDim: this.outputDim,
      contextDim: this.contextDim,
      activation: this.activation,
    };
  }

  #firstLayer(x: Tensor, context: Tensor | undefined): Tensor {
    const [bias] = this.biases;
    // Without weights, it is the variable itself.
    if (this.weights.length === 0) return clone(bias);
    const activation = this.#activationOf(0);
    if (!this.contextWeights) return linear(this.inputDim > 0 ? x : context!, this.weights[0], bias, activation);
    const total = add(linear(x, this.weights[0]), linear(context!, this.contextWeights, bias));
    return activation ? activate(activation, total) : total;
  }

  #activationOf(layer: number): Activation | undefined {
    return layer < this.hidden.length ? this.activation : undefined;
  }
}

/** Networks of coupling layers were of a class of their own before release 0.1.0, with lists of weights that began at the second layer. */
function pathOfCouplingMlp(path: string, { type, inputDim }: ModuleConfig): string {
  if (type !== 'CouplingMlp') return path;
  if (path === (inputDim === 0 ? 'contextWeights' : 'inputWeights')) return 'weights.0';
  return path.replace(/^weights\.(\d+)$/u, (_, layer) => `weights.${Number(layer) + 1}`);
}
