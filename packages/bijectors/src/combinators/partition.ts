import { add, clone, concat, split, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  admit,
  type BuildModule,
  checkInstance,
  checkInteger,
  checkIntegers,
  formatShape,
  formatValue,
  type ModuleConfig,
  sumTrailing,
  readConfig,
} from '@pushforward/tensor';
import { invertPermutation, type ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';
import { select } from '../numerics/select.js';

/** Options of {@link Partition}. Give either `sizes` or `indices`. */
export interface PartitionOptions {
  /** One for each part; `null` leaves the part as it is. */
  bijectors: readonly (Bijector | null)[];
  /** The number of entries of each part, one part after the other. */
  sizes?: readonly number[];
  /** Which entries each part has; together they are 0, 1, …, each once. */
  indices?: readonly (readonly number[])[];
  /** The axis that is taken apart, counted from the last, −1. Default −1. */
  axis?: number;
}

/**
 * Events taken apart along an axis, each part with a bijector of its own, and put together again: a positive column among unbounded
 * ones, say, or two flows side by side.
 *
 * `log |det ∂y/∂x| = Σ_parts log |det|`.
 *
 * **Shapes**: x and y `[...batch, ...event]`, where the event has as many axes as the part that needs most and as `axis` asks for;
 * `logDet` `[...batch]`. A part may change its size, as {@link Simplex} does, if the parts are given by `sizes`. The context goes to every
 * part that takes one; those must agree on its width. **Units**: nats.
 *
 * @throws Error if both or neither of `sizes` and `indices` are given, or they are not as many as the bijectors, or do not cover the axis
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Exp, Partition } from '@pushforward/bijectors';
 *
 * const positiveFirst = new Partition({ bijectors: [new Exp(), null], sizes: [1, 2] });
 * console.log(await positiveFirst.forward(tf.tensor1d([0, -5, 5])).array()); // [1, -5, 5]
 * const positiveEnds = new Partition({ bijectors: [new Exp(), null], indices: [[0, 2], [1]] });
 * console.log(await positiveEnds.forward(tf.tensor1d([0, -5, 0])).array()); // [1, -5, 1]
 * ```
 */
export class Partition extends Bijector {
  static readonly type: string = 'Partition';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Partition {
    const fields = { bijectors: 'list', sizes: 'numbers?', indices: 'rows?', axis: 'number' } as const;
    const { bijectors, ...options } = readConfig(config, fields);
    return new Partition({
      bijectors: bijectors.map((part) => (part === null ? null : build(part, Bijector))),
      ...options,
    });
  }

  readonly eventRank: number;
  override readonly contextDim: number;
  readonly bijectors: readonly (Bijector | null)[];
  readonly sizes: readonly number[];
  readonly indices?: readonly (readonly number[])[];
  /** Negative. */
  readonly axis: number;

  constructor(options: PartitionOptions) {
    super();
    checkOptions('Partition', options, ['bijectors', 'sizes', 'indices', 'axis']);
    const { bijectors, sizes, indices, axis = -1 } = options;
    if ((sizes === undefined) === (indices === undefined))
      throw new Error('Partition: either sizes or indices must be given, and not both');
    for (const [name, list] of Object.entries({ bijectors, sizes, indices })) {
      if (list !== undefined && !Array.isArray(list))
        throw new Error(`Partition: ${name} must be a list, got ${formatValue(list)}`);
    }
    for (const [i, set] of (indices ?? []).entries()) checkIntegers(`Partition: indices[${i}]`, set, 0);
    for (const [i, bijector] of bijectors.entries()) {
      if (bijector !== null) checkInstance(`Partition: bijectors[${i}]`, bijector, Bijector, 'a bijector or null');
    }
    const found = sizes ?? indices!.map((set) => set.length);
    if (bijectors.length === 0 || found.length !== bijectors.length) {
      throw new Error(
        `Partition: bijectors must be as many as the parts, at least one, got ${bijectors.length} for ${found.length}`,
      );
    }
    for (const size of found) checkInteger('Partition: the size of every part', size, 1);
    if (typeof axis !== 'number')
      throw new Error(`Partition: axis must be a negative integer, got ${formatValue(axis)}`);
    checkInteger('Partition: minus axis', -axis, 1);
    if (
      indices &&
      indices
        .flat()
        .toSorted((a, b) => a - b)
        .some((index, i) => index !== i)
    ) {
      throw new Error(
        `Partition: indices must hold each of 0 to ${indices.flat().length - 1} once, got ${formatValue(indices)}`,
      );
    }
    const parts = bijectors.filter((bijector) => bijector !== null);
    if (parts.some((bijector) => bijector.outputEventRank !== bijector.eventRank)) {
      throw new Error('Partition: bijectors must keep the number of event axes');
    }
    const widths = new Set(parts.map(({ contextDim }) => contextDim).filter((width) => width > 0));
    if (widths.size > 1)
      throw new Error(`Partition: bijectors must take contexts of one width, got ${[...widths].join(' and ')}`);
    this.bijectors = [...bijectors];
    this.sizes = [...found];
    this.indices = indices?.map((set) => [...set]);
    this.axis = axis;
    this.eventRank = Math.max(-axis, ...parts.map(({ eventRank }) => eventRank));
    this.contextDim = Math.max(0, ...widths);
  }

  override forwardEventShape(shape: readonly number[]): readonly number[] {
    const at = this.#axisOf('x', shape, this.sizes);
    return shape.with(at, total(this.#outputSizes(shape)));
  }

  override inverseEventShape(shape: readonly number[]): readonly number[] {
    const at = this.#axisOf('y', shape, this.#outputSizes(shape));
    return shape.with(at, total(this.sizes));
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('x', x, context, this.sizes, (bijector, part, given) => bijector.forwardAndLogDet(part, given));
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    const sizes = this.#outputSizes(y.shape);
    return this.#apply('y', y, context, sizes, (bijector, part, given) => bijector.inverseAndLogDet(part, given));
  }

  override config(): ModuleConfig {
    return {
      type: Partition.type,
      bijectors: this.bijectors.map((bijector) => bijector && bijector.config()),
      sizes: this.indices ? null : [...this.sizes],
      indices: this.indices?.map((set) => [...set]) ?? null,
      axis: this.axis,
    };
  }

  #apply(
    name: string,
    x: Tensor,
    context: Tensor | undefined,
    sizes: readonly number[],
    apply: (bijector: Bijector, part: Tensor, context?: Tensor) => ValueAndLogDet,
  ): ValueAndLogDet {
    const event = x.shape.slice(x.rank - this.eventRank);
    this.#axisOf(name, x.shape, sizes);
    const order = this.indices?.flat();
    return tidy(() => {
      const given = admit({ name: 'Partition', argument: name, x, event, context, contextDim: this.contextDim });
      const at = given.x.rank + this.axis;
      const ordered = order ? select(given.x, order, at) : given.x;
      // The gradient of a split into one part fails.
      const parts = sizes.length === 1 ? [ordered] : split(ordered, [...sizes], at);
      let logDet = zeros([...given.batch]);
      const values = this.bijectors.map((bijector, i) => {
        if (!bijector) return parts[i];
        const result = naming(`Partition: part ${i} of ${name} ${formatShape(x.shape)}`, () =>
          apply(bijector, parts[i], bijector.contextDim > 0 ? given.context : undefined),
        );
        logDet = add(logDet, sumTrailing(result.logDet, this.eventRank - bijector.eventRank));
        return result.value;
      });
      const joined = values.length === 1 ? clone(values[0]) : concat(values, at);
      return { value: order ? select(joined, invertPermutation(order), at) : joined, logDet };
    });
  }

  /** The axis, counted from the first. */
  #axisOf(name: string, shape: readonly number[], sizes: readonly number[]): number {
    const at = shape.length + this.axis;
    if (shape.length < this.eventRank || shape[at] !== total(sizes)) {
      const wanted = `have ${this.eventRank} event axes and ${total(sizes)} entries along axis ${this.axis}`;
      throw new Error(`Partition: ${name} must ${wanted}, got ${formatShape(shape)}`);
    }
    return at;
  }

  /** The sizes of the parts' images, in an event that has the given sizes along the other axes. */
  #outputSizes(shape: readonly number[]): readonly number[] {
    if (shape.length < this.eventRank) return this.sizes;
    const at = shape.length + this.axis;
    const after = this.bijectors.map((bijector, i) => {
      try {
        return bijector?.forwardEventShape(shape.with(at, this.sizes[i]))[at] ?? this.sizes[i];
      } catch (error) {
        throw new Error(`Partition: bijectors[${i}] must take its part of ${formatShape(shape)}`, { cause: error });
      }
    });
    if (this.indices && after.some((size, i) => size !== this.sizes[i])) {
      throw new Error('Partition: bijectors that change the size of their part need sizes, not indices');
    }
    return after;
  }
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Says in which part of what an error came up. */
function naming<T>(where: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
}
