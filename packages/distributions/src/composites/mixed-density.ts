import { add, concat, greater, reshape, slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { Bijector } from '@pushforward/bijectors';
import { CategoricalMade, oneHot } from '@pushforward/made';
import {
  admit,
  broadcastTo,
  type BuildModule,
  checkContext,
  checkInstance,
  checkIntegers,
  checkOptions,
  checkTensor,
  formatShape,
  key,
  type ModuleConfig,
  readConfig,
  split,
  toFloat,
} from '@pushforward/tensor';
import { asLogDensity } from '@pushforward/tensor/kernels';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import { sampleShape } from '../contract/sample-shape.js';
import type { Support } from '../contract/support.js';

/** Options of {@link MixedDensity}. */
export interface MixedDensityOptions {
  /** Of each number of an event, how many categories it has; 0 for a real number. */
  categories: readonly number[];
  /** The same of each number of a context. Default `[]`: no context. */
  contextCategories?: readonly number[];
  /** Maps vectors onto contexts whose categories are one-hot: the parts see contexts through its inverse. Default: they see them as they are. */
  contextMap?: Bijector;
  /** p(categories | context); left out where an event has none. */
  discrete?: CategoricalMade;
  /** p(real numbers | context, categories); left out where an event has none. */
  continuous?: Distribution;
}

/**
 * A density of vectors of which some numbers are categories and the others real: `log p(x) = log p(k | c) + log p(r | c, k)`, a log-probability of the
 * categories k plus a log-density of the real numbers r, given a context c.
 *
 * Categories reach the parts as one-hot vectors. The continuous part has for its context what the context becomes, and then the one-hot vectors of the event's
 * categories; the discrete part has the former.
 *
 * **Shapes**: x `[...batch, D]`, where categories are whole numbers from 0; context `[...batch, C]`; logProb `[...batch]`. **Units**: nats, of a density in the units
 * of the real numbers.
 *
 * **Numerics**: an event with a number that is none of its categories has a log-density of −∞.
 *
 * Source: the chain rule; for data of both kinds, Lauritzen & Wermuth 1989, "Graphical models for associations between variables, some of which are
 * qualitative and some quantitative".
 *
 * @throws Error if the parts do not fit the categories and the context
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { maf } from '@pushforward/bijectors';
 * import { MixedDensity, StandardNormal, Transformed } from '@pushforward/distributions';
 * import { CategoricalMade } from '@pushforward/made';
 *
 * // A number, one of three categories, and another number.
 * const model = new MixedDensity({
 *   categories: [0, 3, 0],
 *   discrete: new CategoricalMade({ categories: [3], seed: 0 }),
 *   continuous: new Transformed(new StandardNormal(2), maf({ dim: 2, contextDim: 3, hidden: [16], seed: 1 })),
 * });
 * const [inside, outside] = await model.logProb(tf.tensor2d([[0, 2, 0], [0, 3, 0]])).data();
 * console.log(inside.toFixed(3), outside); // -2.936 -Infinity
 * ```
 */
export class MixedDensity extends Distribution {
  static readonly type: string = 'MixedDensity';
  static override fromConfig(config: ModuleConfig, build: BuildModule): MixedDensity {
    const { contextMap = null, discrete = null, continuous = null } = config;
    return new MixedDensity({
      ...readConfig(config, { categories: 'numbers', contextCategories: 'numbers' }),
      ...(contextMap !== null && { contextMap: build(contextMap, Bijector) }),
      ...(discrete !== null && { discrete: build(discrete, CategoricalMade) }),
      ...(continuous !== null && { continuous: build(continuous, Distribution) }),
    });
  }

  readonly batchShape: readonly number[] = [];
  readonly eventShape: readonly number[];
  override readonly contextDim: number;
  readonly categories: readonly number[];
  readonly contextCategories: readonly number[];
  readonly contextMap?: Bijector;
  readonly discrete?: CategoricalMade;
  readonly continuous?: Distribution;

  constructor(options: MixedDensityOptions) {
    super();
    checkOptions('MixedDensity', options, ['categories', 'contextCategories', 'contextMap', 'discrete', 'continuous']);
    const { categories, contextCategories = [], contextMap, discrete, continuous } = options;
    checkIntegers('MixedDensity: categories', categories, 0);
    checkIntegers('MixedDensity: contextCategories', contextCategories, 0);
    if (contextMap) checkInstance('MixedDensity: contextMap', contextMap, Bijector, 'a bijector');
    if (discrete) checkInstance('MixedDensity: discrete', discrete, CategoricalMade, 'a CategoricalMade');
    if (continuous) checkInstance('MixedDensity: continuous', continuous, Distribution, 'a distribution');
    if (categories.length === 0) throw new Error('MixedDensity: categories must be at least one number, got none');
    const own = categories.filter((count) => count > 0);
    const width = widthOf(contextCategories);
    checkPart('discrete', 'categories', discrete?.categories, own);
    checkPart(
      'continuous',
      'eventShape',
      continuous?.eventShape,
      own.length < categories.length ? [categories.length - own.length] : [],
    );
    checkWidth('discrete', discrete, width);
    checkWidth('continuous', continuous, width + widthOf(own));
    if (contextMap) {
      const event = contextMap.eventShape ?? [width];
      if (width === 0 || contextMap.contextDim > 0 || contextMap.eventRank > 1 || formatShape(event) !== `[${width}]`)
        throw new Error(
          `MixedDensity: contextMap must map vectors of ${width} numbers, got one of ${formatShape(event)}`,
        );
    }
    this.eventShape = [categories.length];
    this.contextDim = contextCategories.length;
    this.categories = [...categories];
    this.contextCategories = [...contextCategories];
    this.contextMap = contextMap;
    this.discrete = discrete;
    this.continuous = continuous;
  }

  /** Categories of each number that has some, and where the continuous part has a density. */
  override get support(): Support {
    return {
      description: 'categories and the real numbers that go with them',
      isDiscrete: this.continuous === undefined,
      contains: (x, context) => tidy(() => greater(this.logProb(x, context), -Infinity)),
    };
  }

  sample(count: number | readonly number[], { seed, context }: SampleOptions = {}): Tensor {
    const shape = sampleShape('MixedDensity', count);
    checkContext('MixedDensity', context, this.contextDim, context?.shape.slice(0, -1) ?? []);
    const { discrete, continuous } = this;
    return tidy(() => {
      const [ofCategories, ofNumbers] = split(key(seed), 2);
      const given = this.#given(context);
      const codes = discrete?.sample(shape, { seed: ofCategories, context: given });
      if (!continuous) return codes!;
      if (!codes) return continuous.sample(shape, { seed: ofNumbers, context: given });
      const own = this.#conditionOf(codes, given);
      return this.#join(codes, continuous.sample([], { seed: ofNumbers, context: own }));
    });
  }

  logProb(x: Tensor, context?: Tensor): Tensor {
    const { discrete, continuous } = this;
    return tidy(() => {
      const given = this.#admit(x, context);
      const expanded = this.#given(given.context);
      const codes = discrete && columnsOf(given.x, this.#places(true));
      const terms = [
        ...(codes ? [discrete.logProb(codes, expanded)] : []),
        ...(continuous
          ? [continuous.logProb(columnsOf(given.x, this.#places(false)), this.#conditionOf(codes, expanded))]
          : []),
      ];
      return asLogDensity(
        terms.reduce((sum, term) => add(sum, term)),
        given.x,
        1,
      );
    });
  }

  /**
   * Events as the continuous part has them: their real numbers, and its context, in which the categories are.
   *
   * **Shapes**: `x` `[...batch, D]`, `context` `[...batch, C]`; results `numbers` `[...batch, R]` and `context` `[...batch, width]`.
   *
   * @throws Error if there is no continuous part, or x or the context does not fit
   */
  conditional(x: Tensor, context?: Tensor): { numbers: Tensor; context: Tensor } {
    if (!this.continuous) throw new Error('MixedDensity: conditional needs a continuous part, got categories alone');
    return tidy(() => {
      const given = this.#admit(x, context);
      const codes = this.discrete && columnsOf(given.x, this.#places(true));
      const own = this.#conditionOf(codes, this.#given(given.context))!;
      return {
        numbers: columnsOf(given.x, this.#places(false)),
        context: broadcastTo(own, [...given.batch, own.shape.at(-1)!]),
      };
    });
  }

  override config(): ModuleConfig {
    return {
      type: MixedDensity.type,
      categories: [...this.categories],
      contextCategories: [...this.contextCategories],
      contextMap: this.contextMap?.config() ?? null,
      discrete: this.discrete?.config() ?? null,
      continuous: this.continuous?.config() ?? null,
    };
  }

  #admit(x: Tensor, context: Tensor | undefined) {
    const { eventShape, contextDim } = this;
    return admit({ name: 'MixedDensity', x, event: eventShape, context, contextDim });
  }

  /** The indices of the categories in an event, or of the real numbers. */
  #places(areCategories: boolean): number[] {
    return this.categories.flatMap((count, i) => (count > 0 === areCategories ? [i] : []));
  }

  /** A context as the parts see it. */
  #given(context: Tensor | undefined): Tensor | undefined {
    if (!context) return undefined;
    checkTensor('MixedDensity: context', context);
    const expanded = expand(toFloat('MixedDensity: context', context), this.contextCategories);
    return this.contextMap ? this.contextMap.inverse(expanded) : expanded;
  }

  /** The context of the continuous part. */
  #conditionOf(codes: Tensor | undefined, given: Tensor | undefined): Tensor | undefined {
    if (!codes) return given;
    const own = expand(
      codes,
      this.categories.filter((count) => count > 0),
    );
    return given ? concat([broadcastTo(given, [...codes.shape.slice(0, -1), given.shape.at(-1)!]), own], -1) : own;
  }

  /** An event of its categories and its real numbers. */
  #join(codes: Tensor, numbers: Tensor): Tensor {
    const places = [...this.#places(true), ...this.#places(false)];
    return columnsOf(
      concat([codes, numbers], -1),
      this.categories.map((_, i) => places.indexOf(i)),
    );
  }
}

function checkPart(name: string, field: string, found: readonly number[] | undefined, expected: readonly number[]) {
  if (expected.length === 0 && found === undefined) return;
  if (found && formatShape(found) === formatShape(expected)) return;
  const wanted = expected.length === 0 ? 'left out' : `of ${field} ${formatShape(expected)}`;
  throw new Error(`MixedDensity: ${name} must be ${wanted}, got ${found ? formatShape(found) : 'none'}`);
}

function checkWidth(name: string, part: { readonly contextDim: number } | undefined, width: number) {
  if (part && part.contextDim !== width)
    throw new Error(`MixedDensity: ${name} must take a context of ${width} numbers, got ${part.contextDim}`);
}

/** The number of entries once categories are one-hot. */
function widthOf(categories: readonly number[]): number {
  return categories.reduce((total, count) => total + (count || 1), 0);
}

/** Vectors with the categories among their numbers one-hot. */
function expand(x: Tensor, categories: readonly number[]): Tensor {
  const batch = x.shape.slice(0, -1);
  return concat(
    categories.map((count, i) => {
      const own = columnsOf(x, [i]);
      // Of the column itself, `[..., 1]`, the vectors take the place of its last axis.
      return count === 0 ? own : reshape(oneHot(own, count), [...batch, count]);
    }),
    -1,
  );
}

/** Some numbers of each vector, in the order given. */
function columnsOf(x: Tensor, places: readonly number[]): Tensor {
  const batch = x.shape.slice(0, -1);
  const begin = batch.map(() => 0);
  return concat(
    places.map((place) => slice(x, [...begin, place], [...batch, 1])),
    -1,
  );
}
