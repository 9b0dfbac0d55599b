import {
  add,
  concat,
  cumsum,
  exp,
  log,
  neg,
  slice,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import {
  checkOptions,
  admit,
  checkEvent,
  checkInteger,
  logSigmoid,
  type ModuleConfig,
  readConfig,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';

/** Options of {@link Simplex}. */
export interface SimplexOptions {
  /** K, the number of probabilities, at least 2. */
  dim: number;
}

/**
 * From K − 1 numbers to K probabilities, by breaking a stick: number i decides which fraction of what is left becomes `yᵢ`,
 *
 * `zᵢ = sigmoid(xᵢ − log(K − i))`, `yᵢ = zᵢ (1 − Σ_{j<i} yⱼ)`, i = 1 … K − 1, and `y_K` is what remains. 0 gives the uniform distribution.
 *
 * The log-determinant is `Σ_{i≤K} log yᵢ`: that of the map to the first K − 1 probabilities, so that densities are those of the Dirichlet
 * distribution's usual form.
 *
 * **Shapes**: x `[...batch, K − 1]`, y `[...batch, K]`, `logDet` `[...batch]`. It takes no context. **Units**: nats.
 *
 * **Numerics**: computed in logarithms; probabilities below 1e-45 are 0, and their inverse infinite, while the log-determinant of the
 * forward direction stays exact. The inverse takes ratios of what is left, `Σ_{j>i} yⱼ`, and so normalises y that do not sum to 1 by
 * a rounding error; negative numbers give NaN.
 *
 * Source: Stan Development Team, "Stan reference manual", unit simplex; Betancourt 2012, "Cruising the simplex".
 *
 * @throws Error if `dim` is not an integer of at least 2
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Simplex } from '@pushforward/bijectors';
 *
 * const probabilities = new Simplex({ dim: 4 });
 * console.log(await probabilities.forward(tf.zeros([3])).array()); // about [0.25, 0.25, 0.25, 0.25]
 * console.log(probabilities.forwardEventShape([3])); // [ 4 ]
 * ```
 */
export class Simplex extends Bijector {
  static readonly type: string = 'Simplex';
  static override fromConfig(config: ModuleConfig): Simplex {
    return new Simplex(readConfig(config, { dim: 'number' }));
  }

  readonly eventRank = 1;
  override readonly eventShape: readonly number[];
  readonly dim: number;

  constructor(options: SimplexOptions) {
    super();
    checkOptions('Simplex', options, ['dim']);
    const { dim } = options;
    checkInteger('Simplex: dim', dim, 2);
    this.dim = dim;
    this.eventShape = [dim - 1];
  }

  override forwardEventShape(shape: readonly number[]): readonly number[] {
    checkEvent('Simplex: x', shape, [this.dim - 1]);
    return [...shape.slice(0, -1), this.dim];
  }

  override inverseEventShape(shape: readonly number[]): readonly number[] {
    checkEvent('Simplex: y', shape, [this.dim]);
    return [...shape.slice(0, -1), this.dim - 1];
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => {
      const { x: given, batch } = admit({ name: 'Simplex', x, event: [this.dim - 1], context });
      const axis = batch.length;
      const logits = sub(given, this.#offsets());
      const none = zeros([...batch, 1]);
      const logLeft = concat([none, cumsum(logSigmoid(neg(logits)), axis)], axis);
      const logValue = add(concat([logSigmoid(logits), none], axis), logLeft);
      return { value: exp(logValue), logDet: sum(logValue, axis) };
    });
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    const shape = [...this.inverseEventShape(y.shape)];
    const axis = y.rank - 1;
    return tidy(() => {
      const { x } = admit({ name: 'Simplex', argument: 'y', x: y, event: [this.dim], context });
      const logY = log(x);
      const left = cumsum(x, axis, true, true);
      const begin = shape.map(() => 0);
      const logits = sub(slice(logY, begin, shape), log(slice(left, begin, shape)));
      return { value: add(logits, this.#offsets()), logDet: neg(sum(logY, axis)) };
    });
  }

  override config(): ModuleConfig {
    return { type: Simplex.type, dim: this.dim };
  }

  #offsets(): Tensor {
    return tensor1d(Array.from({ length: this.dim - 1 }, (_, i) => Math.log(this.dim - 1 - i)));
  }
}
