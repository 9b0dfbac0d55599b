import {
  add,
  argMax,
  concat,
  div,
  greater,
  isNaN,
  less,
  logicalNot,
  mul,
  reshape,
  scalar,
  slice,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  type Activation,
  activations,
  checkEvent,
  checkInteger,
  checkIntegers,
  checkNumbers,
  checkOneOf,
  checkOptions,
  checkTable,
  checkTensor,
  formatValue,
  type Key,
  key,
  Module,
  type ModuleConfig,
  readConfig,
  type Seed,
  sizeOf,
  split,
  toFloat,
  uniform,
  where,
} from '@pushforward/tensor';
import { type Order, resolveOrder } from '../masks/order.js';
import { Mlp } from '../mlp/mlp.js';
import { categoricalLogProb, categoricalNoise, drawCategories, oneHot } from './categorical.js';
import {
  drawFromMixtures,
  type GaussianMixtures,
  mixtureLogProb,
  mixturesOf,
  startingMeans,
} from './gaussian-mixtures.js';

/** Options of {@link AnyOrderDensity}. */
export interface AnyOrderDensityOptions {
  /** Of each dimension, how many categories it has; 0 for a real number. */
  categories: readonly number[];
  /** The widths of the hidden layers. Default `[128, 128]`. */
  hidden?: readonly number[];
  /** M, the number of Gaussians in the conditional density of a real number. Default 8. */
  components?: number;
  /** The hidden layers' nonlinearity. Default `'silu'`. */
  activation?: Activation;
  /** Location and scale of each dimension before the network sees it; 0 and 1 for categories. Default all 0, and all 1. */
  loc?: readonly number[];
  scale?: readonly number[];
  /** An integer or a key for the initial weights. Default: a fresh key. */
  seed?: Seed;
}

/** Which conditional density, of which dimensions, in which order. */
export interface AnyOrderLogProbOptions {
  /** A, the dimensions that it is a density of. Default: all that are not given. */
  of?: readonly number[];
  /** B, the dimensions that are given. Default: none. */
  given?: readonly number[];
  /** In which order the dimensions of A are taken: a permutation of all dimensions, as that of `Made`. Default `'natural'`. */
  order?: Order;
}

/**
 * A density that answers any question p(A | B) about some dimensions given others: one network, which is shown the numbers that are known and which ones these
 * are, gives for each other dimension its density, `p(xᵢ | x_known)`. A joint density is a product of these, one dimension after another:
 * `log p(x_A | x_B) = Σₜ log p(x_{a(t)} | x_B, x_{a(1)} … x_{a(t−1)})`.
 *
 * Each factor integrates to 1 whatever the weights are, so each product is a density. Those of two orders agree as far as the network has learned them to: nothing
 * forces them to be equal.
 *
 * A real number has a mixture of M Gaussians, a dimension of K categories a softmax of K logits. **NaN stands for what is not known**: it may stand in data to train on,
 * and in what is to be completed.
 *
 * **Shapes**: x `[...batch, D]`, in which categories are whole numbers from 0. **Units**: nats.
 *
 * **Numerics**: scales of Gaussians lie between e⁻⁷ and e⁷ times that of the dimension. What is no category has a log-density of −∞.
 *
 * Source: Uria, Murray & Larochelle 2014, "A deep and tractable density estimator", sections 3 and 4 (order-agnostic training); Bishop 1994, "Mixture density
 * networks".
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { AnyOrderDensity } from '@pushforward/made';
 *
 * // Two numbers and one of three categories.
 * const model = new AnyOrderDensity({ categories: [0, 0, 3], hidden: [32], seed: 0 });
 * const rows = tf.tensor2d([[0.5, NaN, 2], [NaN, 1, NaN]]);
 * const filled = model.complete(rows, { seed: 1 });
 * console.log(model.logProb(rows, { of: [0], given: [2] }).shape, filled.shape); // [ 2 ] [ 2, 3 ]
 * ```
 */
export class AnyOrderDensity extends Module {
  static readonly type: string = 'AnyOrderDensity';
  static override fromConfig(config: ModuleConfig): AnyOrderDensity {
    const lists = { categories: 'numbers', hidden: 'numbers', loc: 'numbers', scale: 'numbers' } as const;
    return new AnyOrderDensity({
      ...readConfig(config, { ...lists, components: 'number', activation: activations }),
      seed: 0,
    });
  }

  readonly categories: readonly number[];
  readonly components: number;
  readonly loc: readonly number[];
  readonly scale: readonly number[];
  readonly network: Mlp;
  /** The dimensions that are real numbers. */
  readonly #reals: readonly number[];

  constructor(options: AnyOrderDensityOptions) {
    super();
    checkOptions('AnyOrderDensity', options, [
      'categories',
      'hidden',
      'components',
      'activation',
      'loc',
      'scale',
      'seed',
    ]);
    const { categories, hidden = [128, 128], components = 8, activation = 'silu' } = options;
    checkIntegers('AnyOrderDensity: categories', categories, 0);
    const dim = categories.length;
    if (dim === 0)
      throw new Error(`AnyOrderDensity: categories must be at least one number, got ${formatValue(categories)}`);
    checkIntegers('AnyOrderDensity: hidden', hidden, 1);
    checkInteger('AnyOrderDensity: components', components, 1);
    checkOneOf('AnyOrderDensity: activation', activation, activations);
    const { loc = categories.map(() => 0), scale = categories.map(() => 1) } = options;
    checkNumbers('AnyOrderDensity: loc', loc, dim);
    checkNumbers('AnyOrderDensity: scale', scale, dim);
    for (const [i, count] of categories.entries()) {
      if (!(scale[i] > 0))
        throw new Error(`AnyOrderDensity: scale must be positive numbers, got ${formatValue(scale)}`);
      if (count > 0 && (loc[i] !== 0 || scale[i] !== 1))
        throw new Error(
          `AnyOrderDensity: loc and scale of categories must be 0 and 1, got ${loc[i]} and ${scale[i]} in dimension ${i}`,
        );
    }
    this.#reals = categories.flatMap((count, i) => (count === 0 ? [i] : []));
    const oneHots = categories.reduce((total, count) => total + count, 0);
    const inputDim = this.#reals.length + oneHots + dim;
    const outputDim = 3 * this.#reals.length * components + oneHots;
    const widths = [inputDim, ...hidden, outputDim];
    checkTable(
      'AnyOrderDensity: the weights',
      widths.slice(1).reduce((total, width, l) => total + widths[l] * width, 0),
    );
    this.categories = [...categories];
    this.components = components;
    this.loc = [...loc];
    this.scale = [...scale];
    const means = this.#reals.flatMap(() => startingMeans(components));
    this.network = new Mlp({
      inputDim,
      hidden,
      outputDim,
      activation,
      init: 'identity',
      outputBias: [...means.map(() => 0), ...means, ...means.map(() => 0), ...Array.from({ length: oneHots }, () => 0)],
      seed: options.seed,
    });
  }

  /** D, the number of dimensions. */
  get dim(): number {
    return this.categories.length;
  }

  /**
   * `log p(x_A | x_B)` of each event, in nats. A dimension of A or B that is NaN is not part of it in that event: what is missing is integrated out.
   *
   * **Shapes**: `x` `[...batch, D]`; result `[...batch]`.
   *
   * @throws Error if x does not fit, or a dimension is asked for that is not there, is named twice, or is given as well
   */
  logProb(x: Tensor, options: AnyOrderLogProbOptions = {}): Tensor {
    checkOptions('AnyOrderDensity.logProb', options, ['of', 'given', 'order']);
    const { of, given = [], order = 'natural' } = options;
    checkDimensions('given', given, this.dim);
    const asked = of ?? this.categories.flatMap((_, i) => (given.includes(i) ? [] : [i]));
    checkDimensions('of', asked, this.dim);
    const both = asked.find((i) => given.includes(i));
    if (both !== undefined) throw new Error(`AnyOrderDensity: of must be dimensions that are not given, got ${both}`);
    const places = resolveOrder(order, this.dim).filter((i) => asked.includes(i));
    return tidy(() => {
      const { rows, batch } = this.#admit(x);
      if (rows.shape[0] === 0) return zeros(batch);
      const present = presence(rows);
      let known = mul(present, indicator(given, this.dim));
      let total: Tensor = zeros([rows.shape[0]]);
      for (const place of places) {
        const logProb = this.#logProbs(rows, known, [place]);
        total = add(total, reshape(where(greater(column(present, place), 0), logProb, scalar(0)), [-1]));
        known = add(known, mul(present, indicator([place], this.dim)));
      }
      // Where the network overflows, the density is too small for a number.
      return reshape(where(isNaN(total), scalar(-Infinity), total), batch);
    });
  }

  /**
   * Events with draws in place of what is NaN, given what is not: an imputation. An event of NaN alone becomes a sample of the joint density.
   *
   * **Shapes**: `x` `[...batch, D]`; result the same.
   *
   * @throws Error if x does not fit
   */
  complete(x: Tensor, options: { seed?: Seed; order?: Order } = {}): Tensor {
    checkOptions('AnyOrderDensity.complete', options, ['seed', 'order']);
    const { seed, order = 'natural' } = options;
    const places = resolveOrder(order, this.dim);
    return tidy(() => {
      const { rows, batch } = this.#admit(x);
      const count = rows.shape[0];
      if (count === 0) return zeros([...batch, this.dim]);
      const keys = split(key(seed), this.dim);
      let [value, known] = [where(isNaN(rows), scalar(0), rows), presence(rows)];
      for (const place of places) {
        const draw = reshape(this.#draw(this.#parameters(value, known), place, keys[place]), [count, 1]);
        const isOpen = mul(indicator([place], this.dim), sub(1, known));
        value = where(greater(isOpen, 0), draw, value);
        known = add(known, isOpen);
      }
      return reshape(value, [...batch, this.dim]);
    });
  }

  /**
   * An unbiased estimate of the log-density of each event averaged over all orders: of n dimensions that are not NaN, a random number k of them, from 0 to n − 1, is shown
   * to the network, and `n / (n − k) · Σ log p(xᵢ | x_shown)` over the others is the estimate. Its mean is what to make large in training, in one pass of the network
   * whatever the number of dimensions.
   *
   * **Shapes**: `x` `[...batch, D]`; result `[...batch]`.
   *
   * Source: Uria, Murray & Larochelle 2014, equations 12 and 13.
   *
   * @throws Error if x does not fit
   */
  orderAgnosticLogProb(x: Tensor, options: { seed?: Seed } = {}): Tensor {
    checkOptions('AnyOrderDensity.orderAgnosticLogProb', options, ['seed']);
    const { seed } = options;
    return tidy(() => {
      const { rows, batch } = this.#admit(x);
      if (rows.shape[0] === 0) return zeros(batch);
      const present = presence(rows);
      const [ofPlaces, ofPivot] = split(key(seed), 2);
      // Dimensions come in the order of these numbers. One of those present is drawn, and all before it are shown: so every number of them is equally likely.
      const places = uniform(ofPlaces, rows.shape);
      const choice = mul(present, uniform(ofPivot, rows.shape, { minval: 2 ** -24 }));
      const pivot = mul(oneHot(argMax(choice, 1), this.dim), present);
      const threshold = sum(mul(pivot, places), 1, true);
      const shown = mul(present, toFloat('places', less(places, threshold)));
      const hidden = sub(present, shown);
      const logProbs = this.#logProbs(
        rows,
        shown,
        this.categories.map((_, i) => i),
      );
      const terms = sum(where(greater(hidden, 0), logProbs, scalar(0)), 1);
      const weight = div(sum(present, 1), where(greater(sum(hidden, 1), 0), sum(hidden, 1), scalar(1)));
      return reshape(mul(weight, terms), batch);
    });
  }

  override config(): ModuleConfig {
    return {
      type: AnyOrderDensity.type,
      categories: [...this.categories],
      hidden: [...this.network.hidden],
      components: this.components,
      activation: this.network.activation,
      loc: [...this.loc],
      scale: [...this.scale],
    };
  }

  #admit(x: Tensor): { rows: Tensor; batch: number[] } {
    checkTensor('AnyOrderDensity: x', x);
    checkEvent('AnyOrderDensity: x', x.shape, [this.dim]);
    const batch = x.shape.slice(0, -1);
    return { rows: reshape(toFloat('AnyOrderDensity: x', x), [sizeOf(batch), this.dim]), batch };
  }

  /** The network's parameters of all dimensions, given those that are known. */
  #parameters(rows: Tensor, known: Tensor): Tensor {
    const standard = div(sub(rows, tensor1d([...this.loc])), tensor1d([...this.scale]));
    const shown = where(greater(known, 0), standard, scalar(0));
    const parts = this.categories.map((count, i) => {
      const own = column(shown, i);
      if (count === 0) return own;
      return mul(reshape(oneHot(own, count), [rows.shape[0], count]), column(known, i));
    });
    return this.network.apply(concat([...parts, known], 1));
  }

  /** `log p(xᵢ | x_known)` of some dimensions i, `[N, places]`; of NaN it may be anything. */
  #logProbs(rows: Tensor, known: Tensor, places: readonly number[]): Tensor {
    const parameters = this.#parameters(rows, known);
    // NaN would make a gradient of NaN even where it is not chosen.
    const values = where(isNaN(rows), scalar(0), rows);
    const reals = places.filter((i) => this.categories[i] === 0);
    const ofReals = reals.length > 0 ? this.#logProbOfNumbers(parameters, values, reals) : undefined;
    return concat(
      places.map((place) => {
        const count = this.categories[place];
        if (count === 0) return column(ofReals!, reals.indexOf(place));
        const chosen = reshape(oneHot(column(values, place), count), [rows.shape[0], count]);
        return reshape(categoricalLogProb(chosen, this.#logits(parameters, place)), [-1, 1]);
      }),
      1,
    );
  }

  #logProbOfNumbers(parameters: Tensor, values: Tensor, places: readonly number[]): Tensor {
    const standard = places.map((i) => div(sub(column(values, i), this.loc[i]), this.scale[i]));
    const logProb = mixtureLogProb(concat(standard, 1), this.#mixtures(parameters, places));
    return sub(logProb, tensor1d(places.map((i) => Math.log(this.scale[i]))));
  }

  /** Draws of one dimension, `[N]`. */
  #draw(parameters: Tensor, place: number, seed: Key): Tensor {
    if (this.categories[place] > 0) {
      const logits = this.#logits(parameters, place);
      return drawCategories(logits, categoricalNoise(seed, logits.shape));
    }
    const { logits, means, logScales } = this.#mixtures(parameters, [place]);
    const [own, of, scales] = [logits, means, logScales].map((part) => reshape(part, [-1, this.components]));
    const standard = drawFromMixtures({ logits: own, means: of, logScales: scales }, seed);
    return add(mul(standard, this.scale[place]), this.loc[place]);
  }

  /** Of some real dimensions, each `[N, places, M]`. */
  #mixtures(parameters: Tensor, places: readonly number[]): GaussianMixtures {
    const { components } = this;
    const [count, all] = [parameters.shape[0], this.#reals.length * components];
    const part = (kind: number) => {
      const whole = () => slice(parameters, [0, kind * all], [count, all]);
      const own = (place: number) =>
        slice(parameters, [0, kind * all + this.#reals.indexOf(place) * components], [count, components]);
      const found = places.length === this.#reals.length ? whole() : concat(places.map(own), 1);
      return reshape(found, [count, places.length, components]);
    };
    return mixturesOf(part(0), part(1), part(2));
  }

  #logits(parameters: Tensor, place: number): Tensor {
    const before = this.categories.slice(0, place).reduce((total, count) => total + count, 0);
    return slice(
      parameters,
      [0, 3 * this.#reals.length * this.components + before],
      [parameters.shape[0], this.categories[place]],
    );
  }
}

function checkDimensions(name: string, places: readonly number[], dim: number): void {
  checkIntegers(`AnyOrderDensity: ${name}`, places, 0);
  if (new Set(places).size < places.length || places.some((place) => place >= dim))
    throw new Error(
      `AnyOrderDensity: ${name} must be different dimensions from 0 to ${dim - 1}, got ${formatValue(places)}`,
    );
}

/** 1 where a number is known. */
function presence(rows: Tensor): Tensor {
  return toFloat('presence', logicalNot(isNaN(rows)));
}

/** 1 in some places of a vector. */
function indicator(places: readonly number[], dim: number): Tensor {
  return tensor1d(Array.from({ length: dim }, (_, i) => (places.includes(i) ? 1 : 0)));
}

function column(matrix: Tensor, place: number): Tensor {
  return slice(matrix, [0, place], [matrix.shape[0], 1]);
}
