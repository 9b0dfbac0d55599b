import { reshape, type Tensor, tidy, transpose, zeros } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  admit,
  checkEvent,
  checkInteger,
  checkIntegers,
  formatShape,
  type ModuleConfig,
  readConfig,
  sizeOf,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';

/** Options of {@link Squeeze}. */
export interface SqueezeOptions {
  /** Height, width and channels of x; `factor` divides height and width. */
  shape: readonly number[];
  /** Height and width of the squares. Default 2. */
  factor?: number;
}

/**
 * Squares of `factor` × `factor` pixels as one pixel of `factor²` times the channels, with log-determinant 0: the numbers of a square stand row by row, and those of
 * each of its pixels together. It is how multiscale flows go to a coarser image.
 *
 * **Shapes**: x `[...batch, height, width, channels]`, y `[...batch, height / factor, width / factor, factor² · channels]`, `logDet` `[...batch]`. It takes no context.
 *
 * Source: Dinh, Sohl-Dickstein & Bengio 2017, "Density estimation using Real NVP", section 3.6.
 *
 * @throws Error if `factor` is not an integer of at least 2, or does not divide height and width
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Squeeze } from '@pushforward/bijectors';
 *
 * const image = tf.tensor3d([[[1], [2]], [[3], [4]]]);
 * console.log(await new Squeeze({ shape: [2, 2, 1] }).forward(image).array()); // [[[1, 2, 3, 4]]]
 * ```
 */
export class Squeeze extends Bijector {
  static readonly type: string = 'Squeeze';
  static override fromConfig(config: ModuleConfig): Squeeze {
    return new Squeeze(readConfig(config, { shape: 'numbers', factor: 'number' }));
  }

  readonly eventRank = 3;
  override readonly eventShape: readonly number[];
  readonly factor: number;
  /** The shape of y. */
  readonly squeezedShape: readonly number[];

  constructor(options: SqueezeOptions) {
    super();
    checkOptions('Squeeze', options, ['shape', 'factor']);
    const { shape, factor = 2 } = options;
    checkIntegers('Squeeze: shape', shape, 1);
    checkInteger('Squeeze: factor', factor, 2);
    const [height, width, channels] = shape;
    if (shape.length !== 3 || height % factor !== 0 || width % factor !== 0) {
      throw new Error(
        `Squeeze: shape must be [height, width, channels] with a height and a width that ${factor} divides, got ${formatShape(shape)}`,
      );
    }
    this.eventShape = [height, width, channels];
    this.factor = factor;
    this.squeezedShape = [height / factor, width / factor, channels * factor ** 2];
  }

  override forwardEventShape(shape: readonly number[]): readonly number[] {
    checkEvent('Squeeze: x', shape, this.eventShape);
    return [...shape.slice(0, -3), ...this.squeezedShape];
  }

  override inverseEventShape(shape: readonly number[]): readonly number[] {
    checkEvent('Squeeze: y', shape, this.squeezedShape);
    return [...shape.slice(0, -3), ...this.eventShape];
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#swap('x', x, context, this.eventShape, this.squeezedShape);
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#swap('y', y, context, this.squeezedShape, this.eventShape);
  }

  override config(): ModuleConfig {
    return { type: Squeeze.type, shape: [...this.eventShape], factor: this.factor };
  }

  /** Either direction swaps two axes of the squares: their rows, and the columns of squares. */
  #swap(
    argument: string,
    x: Tensor,
    context: Tensor | undefined,
    from: readonly number[],
    to: readonly number[],
  ): ValueAndLogDet {
    return tidy(() => {
      const given = admit({ name: 'Squeeze', argument, x, event: from, context });
      const [rows, columns] = this.squeezedShape;
      const [first, second] = from === this.eventShape ? [this.factor, columns] : [columns, this.factor];
      const run = this.factor * this.eventShape[2];
      const apart = reshape(given.x, [sizeOf(given.batch) * rows, first, second, run]);
      return {
        value: reshape(transpose(apart, [0, 2, 1, 3]), [...given.batch, ...to]),
        logDet: zeros([...given.batch]),
      };
    });
  }
}
