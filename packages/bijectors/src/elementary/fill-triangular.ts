import { concat, reshape, split, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  admit,
  type BuildModule,
  checkEvent,
  checkInstance,
  checkInteger,
  checkTable,
  type ModuleConfig,
  readConfig,
} from '@pushforward/tensor';
import { invertPermutation, type ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';
import { select } from '../numerics/select.js';
import { Softplus } from './softplus.js';

/** Options of {@link FillTriangular}. */
export interface FillTriangularOptions {
  /** n, the number of rows. */
  dim: number;
  /** The map that makes the diagonal positive: any bijector of numbers without context. Default: {@link Softplus}. */
  diagonal?: Bijector;
}

/**
 * From `n(n + 1)/2` numbers to a lower triangular n × n matrix with a positive diagonal, as the Cholesky factor of a covariance is:
 * row by row, `[x₁, …, x₆]` becomes `[[d(x₁), 0, 0], [x₂, d(x₃), 0], [x₄, x₅, d(x₆)]]`.
 *
 * The log-determinant is `Σ log d′` over the diagonal: that of the map to the lower triangle.
 *
 * **Shapes**: x `[...batch, n(n + 1)/2]`, y `[...batch, n, n]`, `logDet` `[...batch]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: those of `diagonal`. The inverse does not read what stands above the diagonal.
 *
 * @throws Error if `dim` is out of range, or `diagonal` is not elementwise
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Exp, FillTriangular } from '@pushforward/bijectors';
 *
 * const cholesky = new FillTriangular({ dim: 2, diagonal: new Exp() });
 * console.log(await cholesky.forward(tf.tensor1d([0, 5, 0])).array()); // [[1, 0], [5, 1]]
 * ```
 */
export class FillTriangular extends Bijector {
  static readonly type: string = 'FillTriangular';
  static override fromConfig(config: ModuleConfig, build: BuildModule): FillTriangular {
    return new FillTriangular({ ...readConfig(config, { dim: 'number' }), diagonal: build(config.diagonal, Bijector) });
  }

  readonly eventRank = 1;
  readonly dim: number;
  readonly diagonal: Bijector;
  /** Numbers of x in the order in which they are kept apart: the diagonal's, then the rest. */
  readonly #order: readonly number[];
  /** The number, in that order, that stands at each place of the flattened matrix; −1 above the diagonal. */
  readonly #places: readonly number[];
  /** The place of each number in that order. */
  readonly #numbers: readonly number[];

  constructor(options: FillTriangularOptions) {
    super();
    checkOptions('FillTriangular', options, ['dim', 'diagonal']);
    const { dim, diagonal = new Softplus() } = options;
    checkInteger('FillTriangular: dim', dim, 1);
    checkInstance('FillTriangular: diagonal', diagonal, Bijector, 'a bijector');
    checkTable('FillTriangular: the matrix', dim ** 2);
    if (diagonal.eventRank !== 0 || diagonal.outputEventRank !== 0 || diagonal.contextDim !== 0) {
      throw new Error('FillTriangular: diagonal must be a bijector of numbers that takes no context');
    }
    this.dim = dim;
    this.diagonal = diagonal;
    const rows = Array.from({ length: dim }, (_, i) => i);
    const entries = [...rows.map((i) => [i, i]), ...rows.flatMap((i) => rows.slice(0, i).map((j) => [i, j]))];
    this.#order = entries.map(([i, j]) => startOf(i) + j);
    this.#numbers = entries.map(([i, j]) => i * dim + j);
    const places = Array.from({ length: dim ** 2 }, () => -1);
    this.#numbers.forEach((place, number) => {
      places[place] = number;
    });
    this.#places = places;
  }

  override get outputEventRank(): number {
    return 2;
  }

  override forwardEventShape(shape: readonly number[]): readonly number[] {
    checkEvent('FillTriangular: x', shape, [this.#order.length]);
    return [...shape.slice(0, -1), this.dim, this.dim];
  }

  override inverseEventShape(shape: readonly number[]): readonly number[] {
    checkEvent('FillTriangular: y', shape, [this.dim, this.dim]);
    return [...shape.slice(0, -2), this.#order.length];
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    const shape = [...this.forwardEventShape(x.shape)];
    return tidy(() => {
      const given = admit({ name: 'FillTriangular', x, event: [this.#order.length], context });
      const { value, logDet } = this.#onDiagonal(select(given.x, this.#order), (part) =>
        this.diagonal.forwardAndLogDet(part),
      );
      return { value: reshape(select(value, this.#places), shape), logDet };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x, batch } = admit({ name: 'FillTriangular', argument: 'y', x: y, event: [this.dim, this.dim], context });
      const ordered = select(reshape(x, [...batch, this.dim ** 2]), this.#numbers);
      const { value, logDet } = this.#onDiagonal(ordered, (part) => this.diagonal.inverseAndLogDet(part));
      return { value: select(value, invertPermutation(this.#order)), logDet };
    });
  }

  override config(): ModuleConfig {
    return { type: FillTriangular.type, dim: this.dim, diagonal: this.diagonal.config() };
  }

  #onDiagonal(ordered: Tensor, apply: (part: Tensor) => ValueAndLogDet): ValueAndLogDet {
    const axis = ordered.rank - 1;
    if (this.dim === 1) {
      const { value, logDet } = apply(ordered);
      return { value, logDet: sum(logDet, axis) };
    }
    const [onDiagonal, rest] = split(ordered, [this.dim, this.#order.length - this.dim], axis);
    const { value, logDet } = apply(onDiagonal);
    return { value: concat([value, rest], axis), logDet: sum(logDet, axis) };
  }
}

/** The number of entries in the rows before it. */
function startOf(row: number): number {
  return (row * (row + 1)) / 2;
}
