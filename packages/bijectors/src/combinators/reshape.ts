import { reshape, type Tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  admit,
  checkEvent,
  checkIntegers,
  formatShape,
  type ModuleConfig,
  readConfig,
  sizeOf,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';

/** Between which shapes {@link Reshape} goes. */
export interface ReshapeOptions {
  /** The shape of an event of x. */
  from: readonly number[];
  /** The shape of an event of y, of as many numbers. */
  to: readonly number[];
}

/**
 * The same numbers in an event of another shape, row by row, with log-determinant 0.
 *
 * **Shapes**: x `[...batch, ...from]`, y `[...batch, ...to]`, `logDet` `[...batch]`. It takes no context.
 *
 * @throws Error if the shapes hold different numbers of numbers
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Chain, maf, Reshape } from '@pushforward/bijectors';
 *
 * const images = new Chain([maf({ dim: 4, hidden: [16], seed: 0 }), new Reshape({ from: [4], to: [2, 2] })]);
 * console.log(images.forward(tf.zeros([10, 4])).shape); // [ 10, 2, 2 ]
 * ```
 */
export class Reshape extends Bijector {
  static readonly type: string = 'Reshape';
  static override fromConfig(config: ModuleConfig): Reshape {
    return new Reshape(readConfig(config, { from: 'numbers', to: 'numbers' }));
  }

  readonly eventRank: number;
  override readonly eventShape: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];

  constructor(options: ReshapeOptions) {
    super();
    checkOptions('Reshape', options, ['from', 'to']);
    const { from, to } = options;
    checkIntegers('Reshape: from', from, 1);
    checkIntegers('Reshape: to', to, 1);
    if (sizeOf(from) !== sizeOf(to)) {
      throw new Error(
        `Reshape: to must hold ${sizeOf(from)} numbers as from does, got ${formatShape(to)} for ${formatShape(from)}`,
      );
    }
    this.from = [...from];
    this.to = [...to];
    this.eventRank = from.length;
    this.eventShape = [...from];
  }

  override get outputEventRank(): number {
    return this.to.length;
  }

  override forwardEventShape(shape: readonly number[]): readonly number[] {
    checkEvent('Reshape: x', shape, this.from);
    return [...shape.slice(0, shape.length - this.from.length), ...this.to];
  }

  override inverseEventShape(shape: readonly number[]): readonly number[] {
    checkEvent('Reshape: y', shape, this.to);
    return [...shape.slice(0, shape.length - this.to.length), ...this.from];
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return apply('x', x, this.from, this.to, context);
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return apply('y', y, this.to, this.from, context);
  }

  override config(): ModuleConfig {
    return { type: Reshape.type, from: [...this.from], to: [...this.to] };
  }
}

function apply(
  argument: string,
  x: Tensor,
  event: readonly number[],
  to: readonly number[],
  context: Tensor | undefined,
): ValueAndLogDet {
  return tidy(() => {
    const given = admit({ name: 'Reshape', argument, x, event, context });
    return { value: reshape(given.x, [...given.batch, ...to]), logDet: zeros([...given.batch]) };
  });
}
