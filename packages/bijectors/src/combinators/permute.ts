import { type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  admit,
  checkInteger,
  formatValue,
  key,
  type ModuleConfig,
  permutation,
  type Seed,
  readConfig,
} from '@pushforward/tensor';
import { invertPermutation, type ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';
import { select } from '../numerics/select.js';

/** Options of {@link Permute}. */
export type PermuteOptions = {
  /** D, the length of the vectors. */
  dim: number;
} & (
  | {
      /** Draws an order from `seed`. */
      permutation: 'random';
      /** An integer or a key. Default: a fresh key. */
      seed?: Seed;
    }
  | {
      /** `'reverse'` turns the vector round; a list of the indices 0 to D − 1 puts `x[permutation[i]]` at place i. Default `'reverse'`. */
      permutation?: 'reverse' | readonly number[];
      seed?: undefined;
    }
);

/**
 * The same numbers in another order: `yᵢ = x[permutation[i]]`, with log-determinant 0. Between layers that treat early and late
 * dimensions differently, it lets every dimension be both.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`. It takes no context.
 *
 * @throws Error if a given permutation does not hold each of the indices 0 to D − 1 once, or a seed is given for none that is drawn
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Permute } from '@pushforward/bijectors';
 *
 * const rotate = new Permute({ dim: 3, permutation: [2, 0, 1] });
 * console.log(await rotate.forward(tf.tensor1d([10, 20, 30])).array()); // [30, 10, 20]
 * ```
 */
export class Permute extends Bijector {
  static readonly type: string = 'Permute';
  static override fromConfig(config: ModuleConfig): Permute {
    return new Permute(readConfig(config, { dim: 'number', permutation: 'numbers' }));
  }

  readonly eventRank = 1;
  override readonly eventShape: readonly number[];
  readonly dim: number;
  /** Place i of y holds `x[permutation[i]]`. */
  readonly permutation: readonly number[];
  readonly #inverse: readonly number[];

  constructor(options: PermuteOptions) {
    super();
    checkOptions('Permute', options, ['dim', 'permutation', 'seed']);
    const { dim, permutation: wanted = 'reverse', seed } = options;
    checkInteger('Permute: dim', dim, 1);
    if (seed !== undefined && wanted !== 'random')
      throw new Error("Permute: seed must be left out where permutation is not 'random'");
    this.dim = dim;
    this.eventShape = [dim];
    this.permutation = resolve(dim, wanted, seed);
    this.#inverse = invertPermutation(this.permutation);
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('x', x, context, this.permutation);
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('y', y, context, this.#inverse);
  }

  override config(): ModuleConfig {
    return { type: Permute.type, dim: this.dim, permutation: [...this.permutation] };
  }

  #apply(name: string, x: Tensor, context: Tensor | undefined, indices: readonly number[]): ValueAndLogDet {
    return tidy(() => {
      const given = admit({ name: 'Permute', argument: name, x, event: [this.dim], context });
      return { value: select(given.x, indices), logDet: zeros([...given.batch]) };
    });
  }
}

function resolve(dim: number, wanted: 'reverse' | 'random' | readonly number[], seed?: Seed): readonly number[] {
  if (wanted === 'random') return permutation(key(seed), dim);
  if (wanted === 'reverse') return Array.from({ length: dim }, (_, i) => dim - 1 - i);
  if (!Array.isArray(wanted))
    throw new Error(`Permute: permutation must be 'reverse', 'random' or a list, got ${formatValue(wanted)}`);
  const sorted = wanted.toSorted((a, b) => Number(a) - Number(b));
  if (wanted.length !== dim || sorted.some((index, i) => index !== i)) {
    throw new Error(`Permute: permutation must hold each of 0 to ${dim - 1} once, got ${formatValue(wanted)}`);
  }
  return [...wanted];
}
