import {
  add,
  any,
  concat,
  isNaN,
  matMul,
  mul,
  reshape,
  scalar,
  slice,
  type Tensor,
  type Tensor2D,
  tidy,
  type Variable,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  activate,
  type Activation,
  activations,
  admit,
  broadcastTo,
  checkContext,
  checkInteger,
  checkIntegers,
  checkOneOf,
  checkOptions,
  checkTable,
  formatValue,
  key,
  linear,
  makeVariable,
  Module,
  type ModuleConfig,
  readConfig,
  type Seed,
  sizeOf,
  split,
  uniform,
  where,
} from '@pushforward/tensor';
import { hiddenDegrees } from '../masks/degrees.js';
import { hiddenMask, outputMask } from '../masks/masks.js';
import { MaskedLinear } from '../network/masked-linear.js';
import { rowsFor } from '../network/rows-for.js';
import { categoricalLogProb, categoricalNoise, drawCategories, oneHot } from './categorical.js';
import type { MadeSampleOptions } from './made-density.js';

/** Options of {@link CategoricalMade}. */
export interface CategoricalMadeOptions {
  /** K₁ … K_D, how many categories each dimension has. */
  categories: readonly number[];
  /** The widths of the hidden layers; one narrower than the D − 1 degrees (D with a context) leaves some connections out. Default `[64, 64]`. */
  hidden?: readonly number[];
  /** C, the width of the context. Default 0: none. */
  contextDim?: number;
  /** The hidden layers' nonlinearity. Default `'relu'`. */
  activation?: Activation;
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/**
 * A masked network as a distribution of categories: `p(xᵢ = k | x₁ … xᵢ₋₁) = e^{lᵢₖ} / Σⱼ e^{lᵢⱼ}`, where the network gives the logits lᵢₖ. It reads each
 * dimension as Kᵢ numbers, a 1 in the place of its category and 0 in the others, which all carry the degree of the dimension. It starts with all
 * categories equally likely.
 *
 * **Shapes**: x `[...batch, D]`, of whole numbers from 0 to Kᵢ − 1; context `[...batch, C]` or with a batch shape that broadcasts with that of x; logProb
 * `[...batch]`. **Units**: nats.
 *
 * **Numerics**: what is no category has a log-probability of −∞, NaN that of NaN. A sample has no gradient.
 *
 * Source: Germain et al. 2015, "MADE: masked autoencoder for distribution estimation", equations 2, 12 and 13.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { CategoricalMade } from '@pushforward/made';
 *
 * const model = new CategoricalMade({ categories: [2, 3], hidden: [16], seed: 0 });
 * const [nats] = await model.logProb(tf.tensor2d([[1, 2]])).data();
 * console.log(Math.exp(nats).toFixed(3), model.sample(4, { seed: 1 }).shape); // 0.167 [ 4, 2 ]
 * ```
 */
export class CategoricalMade extends Module {
  static readonly type: string = 'CategoricalMade';
  static override fromConfig(config: ModuleConfig): CategoricalMade {
    const numbers = { categories: 'numbers', hidden: 'numbers?', contextDim: 'number?' } as const;
    return new CategoricalMade({
      ...readConfig(config, { ...numbers, activation: [...activations, undefined] }),
      seed: 0,
    });
  }

  readonly categories: readonly number[];
  readonly hidden: readonly number[];
  readonly contextDim: number;
  readonly activation: Activation;
  /** The hidden layers, then the output layer. */
  readonly layers: readonly MaskedLinear[];
  /** `[C, units]`, to the first layer. */
  readonly contextWeights?: Variable;
  /** The degrees of each hidden layer's units, ascending. */
  readonly #degrees: readonly (readonly number[])[];
  /** Entry i is how many categories the dimensions before i have. */
  readonly #starts: readonly number[];

  constructor(options: CategoricalMadeOptions) {
    super();
    checkOptions('CategoricalMade', options, ['categories', 'hidden', 'contextDim', 'activation', 'seed']);
    const { categories, hidden = [64, 64], contextDim = 0, activation = 'relu' } = options;
    checkIntegers('CategoricalMade: categories', categories, 1);
    const dim = categories.length;
    if (dim === 0)
      throw new Error(`CategoricalMade: categories must be at least one number, got ${formatValue(categories)}`);
    checkIntegers('CategoricalMade: hidden', hidden, 1);
    checkInteger('CategoricalMade: contextDim', contextDim, 0);
    checkOneOf('CategoricalMade: activation', activation, activations);
    const count = categories.reduce((total, own) => total + own, 0);
    // One dimension without a context depends on nothing.
    const ownHidden = dim === 1 && contextDim === 0 ? [] : [...hidden];
    const widths = [count, ...ownHidden, count];
    checkTable(
      'CategoricalMade: the weights',
      widths.slice(1).reduce((total, width, l) => total + widths[l] * width, 0),
    );
    this.categories = [...categories];
    this.hidden = ownHidden;
    this.contextDim = contextDim;
    this.activation = activation;
    this.#starts = categories.map((_, i) => categories.slice(0, i).reduce((total, own) => total + own, 0));
    this.#degrees = ownHidden.map((width) => hiddenDegrees(width, dim, contextDim > 0));
    const ends = categories.flatMap((own, i) => Array.from({ length: own }, () => i + 1));
    const sources = [ends, ...this.#degrees];
    const keys = split(key(options.seed), sources.length + 1);
    this.layers = sources.map((from, l) => {
      const isOutput = l === sources.length - 1;
      const mask = isOutput ? outputMask(from, ends, 1) : hiddenMask(from, this.#degrees[l]);
      return new MaskedLinear(mask, { gain: isOutput ? 0 : l === 0 ? 1 : Math.SQRT2, seed: keys[l] });
    });
    if (contextDim > 0) {
      const bound = ownHidden.length === 0 ? 0 : Math.sqrt(3 / contextDim);
      const shape = [contextDim, widths[1]];
      this.contextWeights = makeVariable(shape, () => mul(uniform(keys[sources.length], shape, { minval: -1 }), bound));
    }
  }

  /** D, the number of dimensions. */
  get dim(): number {
    return this.categories.length;
  }

  /**
   * The log-probability of each vector, in nats, by one parallel pass.
   *
   * **Shapes**: `x` `[...batch, D]`, `context` `[...batch, C]` or with a batch shape that broadcasts with that of x; result `[...batch]`.
   *
   * @throws Error if x or the context does not fit
   */
  logProb(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const { dim, contextDim, categories } = this;
      const { batch, ...given } = admit({ name: 'CategoricalMade', x, event: [dim], context, contextDim });
      if (sizeOf(batch) === 0) return zeros([...batch]);
      const rows = reshape(given.x, [sizeOf(batch), dim]);
      const chosen = categories.map((own, i) => reshape(oneHot(columns(rows, i, 1), own), [rows.shape[0], own]));
      const all = concat(chosen, 1);
      const logits = this.#logits(all, given.context && rowsFor(batch, given.context));
      const terms = chosen.map((own, i) => categoricalLogProb(own, columns(logits, this.#starts[i], categories[i])));
      const total = terms.reduce((sum, term) => add(sum, term));
      return reshape(where(any(isNaN(rows), 1), scalar(NaN), total), [...batch]);
    });
  }

  /**
   * Independent draws, dimension after dimension, by one unrolling: no hidden unit is computed twice.
   *
   * **Shapes**: result `[...count, ...batch, D]`, float32, where the context is `[...batch, C]`.
   *
   * @param count how many for each context, or a whole sample shape
   * @throws Error if the count is not made of integers of at least 0, or the context does not fit
   */
  sample(count: number | readonly number[], { seed, context }: MadeSampleOptions = {}): Tensor {
    const shape = typeof count === 'number' ? [count] : count;
    for (const size of shape) checkInteger('CategoricalMade: count', size, 0);
    const batch = [...shape, ...(context?.shape.slice(0, -1) ?? [])];
    checkContext('CategoricalMade', context, this.contextDim, batch);
    return tidy(() => {
      const rows = sizeOf(batch);
      if (rows === 0) return zeros([...batch, this.dim]);
      const count = this.layers.at(-1)!.mask[0].length;
      const noise = categoricalNoise(key(seed), [rows, count]);
      return reshape(this.#unroll(noise, context && rowsFor(batch, context)), [...batch, this.dim]);
    });
  }

  override config(): ModuleConfig {
    return {
      type: CategoricalMade.type,
      categories: [...this.categories],
      hidden: [...this.hidden],
      contextDim: this.contextDim,
      activation: this.activation,
    };
  }

  #logits(chosen: Tensor, context: Tensor | undefined): Tensor {
    return this.layers.reduce((node, layer, l) => {
      const value = layer.apply(l === 0 ? node : activate(this.activation, node));
      return l === 0 && context ? add(value, linear(context, this.contextWeights!)) : value;
    }, chosen);
  }

  #unroll(noise: Tensor, context: Tensor | undefined): Tensor {
    const [rows] = noise.shape;
    const last = this.layers.length - 1;
    const weights = this.layers.map((layer) => layer.effectiveWeights());
    const offsets = this.layers.map(({ bias }, l) => {
      const own = reshape(bias!, [1, -1]);
      return l === 0 && context ? add(own, linear(context, this.contextWeights!)) : own;
    });
    /** Of each layer, what it reads as far as it is known: the units of lower degree come first. */
    const known: (Tensor | undefined)[] = this.layers.map(() => undefined);
    const extend = (l: number, value: Tensor) => {
      const before = known[l];
      known[l] = before ? concat([before, value], 1) : value;
    };
    const units = (l: number, start: number, count: number) => {
      const offset = columns(offsets[l], start, count);
      const source = known[l];
      const value = source
        ? add(matMul(source as Tensor2D, slice(weights[l], [0, start], [source.shape[1]!, count])), offset)
        : offset;
      return value.shape[0] === rows ? value : broadcastTo(value, [rows, count]);
    };
    const codes = this.categories.map((own, i) => {
      for (const [l, degrees] of this.#degrees.entries()) {
        const start = degrees.filter((degree) => degree < i).length;
        const count = degrees.filter((degree) => degree === i).length;
        if (count > 0) extend(l + 1, activate(this.activation, units(l, start, count)));
      }
      const logits = units(last, this.#starts[i], own);
      const code = drawCategories(logits, columns(noise, this.#starts[i], own));
      extend(0, oneHot(code, own));
      return reshape(code, [rows, 1]);
    });
    return concat(codes, 1);
  }
}

function columns(matrix: Tensor, start: number, count: number): Tensor {
  return slice(matrix, [0, start], [matrix.shape[0], count]);
}
