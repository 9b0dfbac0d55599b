import { concat, div, maximum, mul, reshape, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  activations,
  type Activation,
  admit,
  checkBoolean,
  checkInteger,
  checkIntegers,
  checkOneOf,
  checkOptions,
  key,
  type ModuleConfig,
  readConfig,
  type Seed,
  split,
  sum,
} from '@pushforward/tensor';
import { Network } from '../contract/network.js';
import { Mlp } from '../mlp/mlp.js';

/** Options of {@link DeepSet}. */
export interface DeepSetOptions {
  /** S, how many items a set has, or may have. */
  items: number;
  /** F, how many numbers an item has. */
  features: number;
  /**
   * Whether sets may have fewer items than S: each item then has one number more, its last, which is 1, and 0 in the places of items that
   * there are none of. Default false.
   */
  padded?: boolean;
  /** The widths of the hidden layers of both networks. Default `[64]`. */
  hidden?: readonly number[];
  /** How many numbers of each item are averaged. Default 64. */
  width?: number;
  /** The width of the output. */
  outputDim: number;
  /** The hidden layers' nonlinearity. Default `'relu'`. */
  activation?: Activation;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A network that reads a set: `ρ(mean of φ(xᵢ))` with two multilayer perceptrons, the same φ for every item, so that the order of the items makes no
 * difference. With `padded` sets the mean is over the items that there are, and ρ also reads which share of S they are.
 *
 * Made to embed independent observations as the context of a flow, by `EmbedContext`.
 *
 * **Shapes**: x `[...batch, S·F]`, one item after another, or `[...batch, S·(F + 1)]` if they are padded; result `[...batch, outputDim]`. It takes no
 * context.
 *
 * **Numerics**: the numbers in the places of items that there are none of have no effect, but must be finite. Of an empty set the mean is 0.
 *
 * Source: Zaheer et al. 2017, "Deep sets", theorem 2, with the mean in place of the sum.
 *
 * @throws Error if an option is out of range, or x does not fit
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { DeepSet } from '@pushforward/made';
 *
 * const network = new DeepSet({ items: 3, features: 2, outputDim: 4, seed: 0 });
 * const [once, shuffled] = [[1, 2, 3, 4, 5, 6], [5, 6, 1, 2, 3, 4]].map((set) => network.apply(tf.tensor1d(set)));
 * console.log((await tf.max(tf.abs(tf.sub(once, shuffled))).data())[0] < 1e-5); // true
 * ```
 */
export class DeepSet extends Network {
  static readonly type: string = 'DeepSet';
  static override fromConfig(config: ModuleConfig): DeepSet {
    const numbers = { items: 'number', features: 'number', width: 'number', outputDim: 'number' } as const;
    const rest = { padded: 'boolean', hidden: 'numbers', activation: activations } as const;
    return new DeepSet({ ...readConfig(config, { ...numbers, ...rest }), seed: 0 });
  }

  readonly inputDim: number;
  readonly outputDim: number;
  readonly items: number;
  readonly features: number;
  readonly padded: boolean;
  /** φ. */
  readonly each: Mlp;
  /** ρ. */
  readonly all: Mlp;

  constructor(options: DeepSetOptions) {
    super();
    checkOptions('DeepSet', options, [
      'items',
      'features',
      'padded',
      'hidden',
      'width',
      'outputDim',
      'activation',
      'seed',
    ]);
    const { items, features, padded = false, hidden = [64], width = 64, outputDim, activation = 'relu' } = options;
    for (const [name, value] of Object.entries({ items, features, width, outputDim }))
      checkInteger(`DeepSet: ${name}`, value, 1);
    checkBoolean('DeepSet: padded', padded);
    checkIntegers('DeepSet: hidden', hidden, 1);
    checkOneOf('DeepSet: activation', activation, activations);
    this.items = items;
    this.features = features;
    this.padded = padded;
    this.inputDim = items * (features + (padded ? 1 : 0));
    this.outputDim = outputDim;
    const [ofEach, ofAll] = split(key(options.seed), 2);
    this.each = new Mlp({ inputDim: features, hidden, outputDim: width, activation, seed: ofEach });
    this.all = new Mlp({ inputDim: width + (padded ? 1 : 0), hidden, outputDim, activation, seed: ofAll });
  }

  apply(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const { x: given, batch } = admit({ name: 'DeepSet', x, event: [this.inputDim], context });
      const { items, features } = this;
      const axis = batch.length;
      const table = reshape(given, [...batch, items, this.inputDim / items]);
      if (!this.padded) return this.all.apply(div(sumOfItems(this.each.apply(table)), items));
      const part = (from: number, size: number) =>
        slice(table, [...batch.map(() => 0), 0, from], [...batch, items, size]);
      const isThere = part(features, 1);
      const count = sumOfItems(isThere);
      const total = sumOfItems(mul(this.each.apply(part(0, features)), isThere));
      return this.all.apply(concat([div(total, maximum(count, 1)), div(count, items)], axis));
    });
  }

  override config(): ModuleConfig {
    return {
      type: DeepSet.type,
      items: this.items,
      features: this.features,
      padded: this.padded,
      hidden: [...this.each.hidden],
      width: this.each.outputDim,
      outputDim: this.outputDim,
      activation: this.each.activation,
    };
  }
}

/** Over the axis before the last. */
function sumOfItems(table: Tensor): Tensor {
  const { shape } = table;
  // The wasm backend divides by the sizes.
  return table.size === 0 ? reshape(table, [...shape.slice(0, -2), shape.at(-1)!]) : sum(table, shape.length - 2);
}
