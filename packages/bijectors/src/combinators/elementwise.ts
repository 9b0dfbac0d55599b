import { sum, type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import {
  admit,
  type BuildModule,
  checkBoolean,
  checkInstance,
  checkIntegers,
  checkNumbers,
  checkOptions,
  checkTable,
  formatValue,
  makeVariable,
  type ModuleConfig,
  readConfig,
  sizeOf,
} from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';
import { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { AffineTransform } from '../elementwise/affine/affine.js';

/** Options of {@link Elementwise}. */
export interface ElementwiseOptions {
  /** The family of maps. */
  transform: ElementwiseTransform;
  /** The shape of one event, each number of which has parameters of its own. Default `[]`: one map for every number. */
  eventShape?: readonly number[];
  /** The parameters at first, `eventShape × P` numbers in row-major order. Default: the identity's. */
  parameters?: readonly number[];
  /** Whether an optimizer may change the parameters. Default true. */
  trainable?: boolean;
}

/**
 * An elementwise transform with parameters of its own, the same for every event: `yᵢ = T(xᵢ; parametersᵢ)`.
 *
 * **Shapes**: x and y `[...batch, ...eventShape]`, `logDet` `[...batch]`. It takes no context. **Units**: nats.
 *
 * @throws Error if `eventShape` is not made of positive integers, or `parameters` has another length than `eventShape × P`
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Elementwise, ShiftTransform } from '@pushforward/bijectors';
 *
 * const shift = new Elementwise({ transform: new ShiftTransform(), eventShape: [2], parameters: [1, -1] });
 * console.log(await shift.forward(tf.zeros([2])).array()); // [1, -1]
 * console.log([...shift.variables().keys()]); // ['parameters']
 * ```
 */
export class Elementwise extends Bijector {
  static readonly type: string = 'Elementwise';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Elementwise {
    return new Elementwise({
      transform: build(config.transform, ElementwiseTransform),
      ...readConfig(config, { eventShape: 'numbers', trainable: 'boolean' }),
    });
  }

  readonly eventRank: number;
  override readonly eventShape: readonly number[];
  readonly transform: ElementwiseTransform;
  /** `[...eventShape, P]`. */
  readonly parameters: Variable;

  constructor(options: ElementwiseOptions) {
    super();
    checkOptions('Elementwise', options, ['transform', 'eventShape', 'parameters', 'trainable']);
    const { transform, eventShape = [], parameters, trainable = true } = options;
    checkInstance('Elementwise: transform', transform, ElementwiseTransform, 'an elementwise transform');
    checkIntegers('Elementwise: eventShape', eventShape, 1);
    checkBoolean('Elementwise: trainable', trainable);
    this.transform = transform;
    this.eventShape = [...eventShape];
    this.eventRank = eventShape.length;
    const count = sizeOf(eventShape);
    checkTable('Elementwise: the parameters', count * transform.parameterCount);
    if (parameters !== undefined) checkNumbers('Elementwise: parameters', parameters);
    const values = parameters ?? Array.from({ length: count }, () => transform.identityParameters).flat();
    const shape = [...eventShape, transform.parameterCount];
    if (values.length !== count * transform.parameterCount) {
      throw new Error(`Elementwise: parameters must hold ${shape.join(' × ')} numbers, got ${values.length}`);
    }
    this.parameters = makeVariable(shape, () => tensor([...values], shape, 'float32'), { trainable });
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('x', x, context, (given) => this.transform.forwardAndLogDet(given, this.parameters));
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return this.#apply('y', y, context, (given) => this.transform.inverseAndLogDet(given, this.parameters));
  }

  override config(): ModuleConfig {
    return {
      type: Elementwise.type,
      transform: this.transform.config(),
      eventShape: [...this.eventShape],
      trainable: this.parameters.trainable,
    };
  }

  #apply(
    argument: string,
    x: Tensor,
    context: Tensor | undefined,
    apply: (x: Tensor) => ValueAndLogDet,
  ): ValueAndLogDet {
    return tidy(() => {
      const { value, logDet } = apply(admit({ name: 'Elementwise', argument, x, event: this.eventShape, context }).x);
      const axes = this.eventShape.map((_, i) => logDet.rank - this.eventRank + i);
      return { value, logDet: this.eventRank === 0 ? logDet : sum(logDet, axes) };
    });
  }
}

/** The location and the scale of {@link affine}. */
export interface AffineOptions {
  /** The location of each number of the vector. */
  loc: readonly number[];
  /** The scale of each number of the vector, positive. */
  scale: readonly number[];
  /** Whether an optimizer may change them. Default false. */
  trainable?: boolean;
}

/**
 * `y = scale · x + loc` for vectors, with log-determinant `Σ log scaleᵢ`. With the mean and the standard deviation of the data it
 * is standardisation kept inside the model: its inverse standardises, its forward puts the units back.
 *
 * **Shapes**: x and y `[...batch, D]`, `logDet` `[...batch]`. **Units**: nats.
 *
 * **Numerics**: the variable holds `loc` and `log scale`, unbounded; scales from 1e-30 to 1e30 keep a relative accuracy of 1e-5.
 *
 * @throws Error if `loc` and `scale` differ in length, or hold a number that is not finite, or a scale that is not positive
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { affine } from '@pushforward/bijectors';
 *
 * const units = affine({ loc: [100, 0], scale: [15, 1] });
 * console.log(await units.inverse(tf.tensor1d([130, 3])).array()); // about [2, 3]
 * console.log(units.trainableVariables().length); // 0
 * ```
 */
export function affine(options: AffineOptions): Elementwise {
  checkOptions('affine', options, ['loc', 'scale', 'trainable']);
  const { loc, scale, trainable = false } = options;
  for (const [name, list] of Object.entries({ loc, scale })) {
    if (!Array.isArray(list)) throw new Error(`affine: ${name} must be a list of numbers, got ${formatValue(list)}`);
  }
  if (loc.length !== scale.length)
    throw new Error(`affine: scale must hold ${loc.length} numbers as loc does, got ${scale.length}`);
  for (const value of loc) {
    if (!Number.isFinite(value)) throw new Error(`affine: loc must be finite, got ${value}`);
  }
  for (const value of scale) {
    if (!(value > 0 && value < Infinity)) throw new Error(`affine: scale must be positive and finite, got ${value}`);
  }
  return new Elementwise({
    transform: new AffineTransform({ bound: null }),
    eventShape: [loc.length],
    parameters: loc.flatMap((value, i) => [value, Math.log(scale[i])]),
    trainable,
  });
}
