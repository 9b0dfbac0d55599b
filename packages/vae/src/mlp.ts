import { type Tensor, tidy, type Variable, zeros } from '@tensorflow/tfjs-core';
import {
  type Activation,
  activations,
  admit,
  checkInteger,
  checkIntegers,
  checkOneOf,
  checkOptions,
  key,
  linear,
  makeVariable,
  type ModuleConfig,
  type Seed,
  split,
  uniform,
  readConfig,
} from '@pushforward/tensor';
import { Network } from './network.js';

/** What an {@link Mlp} is made of. */
export interface MlpOptions {
  /** The width of the input. */
  inputDim: number;
  /** The widths of the hidden layers, in order; `[]` makes the network linear. */
  hidden: readonly number[];
  /** The width of the output. */
  outputDim: number;
  /** The hidden layers' nonlinearity. Default `'relu'`. */
  activation?: Activation;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A multilayer perceptron: `h ← activation(h·W + b)` for every hidden layer, then a linear output.
 *
 * Weights start uniform in ±√(6 / fan-in) before a hidden layer and ±√(3 / fan-in) before the output, biases at 0.
 *
 * **Shapes**: `[...batch, inputDim]` → `[...batch, outputDim]`.
 *
 * Source: He et al. 2015, "Delving deep into rectifiers", for the hidden layers' scale.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Mlp } from '@pushforward/vae';
 *
 * const network = new Mlp({ inputDim: 3, hidden: [16], outputDim: 2, seed: 0 });
 * console.log(network.apply(tf.zeros([5, 3])).shape); // [ 5, 2 ]
 * ```
 */
export class Mlp extends Network {
  static readonly type = 'Mlp';

  static override fromConfig(config: ModuleConfig): Mlp {
    const dims = { inputDim: 'number', hidden: 'numbers', outputDim: 'number' } as const;
    return new Mlp({ ...readConfig(config, { ...dims, activation: activations }), seed: 0 });
  }

  readonly inputDim: number;
  readonly outputDim: number;
  readonly hidden: readonly number[];
  readonly activation: Activation;
  readonly weights: Variable[];
  readonly biases: Variable[];

  constructor(options: MlpOptions) {
    super();
    checkOptions('Mlp', options);
    const { inputDim, hidden, outputDim, activation = 'relu', seed } = options;
    checkInteger('Mlp: inputDim', inputDim, 1);
    checkInteger('Mlp: outputDim', outputDim, 1);
    checkIntegers('Mlp: hidden', hidden, 1);
    checkOneOf('Mlp: activation', activation, activations);
    const sizes = [inputDim, ...hidden, outputDim];
    this.inputDim = inputDim;
    this.outputDim = outputDim;
    this.hidden = [...hidden];
    this.activation = activation;
    const keys = split(key(seed), sizes.length - 1);
    this.weights = keys.map((layerKey, layer) => {
      const bound = Math.sqrt((layer < hidden.length ? 6 : 3) / sizes[layer]);
      const shape = [sizes[layer], sizes[layer + 1]];
      return makeVariable(shape, () => uniform(layerKey, shape, { minval: -bound, maxval: bound }));
    });
    this.biases = sizes.slice(1).map((size) => makeVariable([size], () => zeros([size])));
  }

  override config(): ModuleConfig {
    return {
      type: Mlp.type,
      inputDim: this.inputDim,
      hidden: [...this.hidden],
      outputDim: this.outputDim,
      activation: this.activation,
    };
  }

  /** @throws Error unless `x` is `[...batch, inputDim]` */
  apply(x: Tensor): Tensor {
    return tidy(() =>
      this.weights.reduce<Tensor>(
        (h, weights, layer) => {
          return linear(h, weights, this.biases[layer], layer < this.hidden.length ? this.activation : undefined);
        },
        admit({ name: 'Mlp', x, event: [this.inputDim] }).x,
      ),
    );
  }
}
