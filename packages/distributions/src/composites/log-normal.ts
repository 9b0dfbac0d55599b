import { add, exp, mul, sqrt, square, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { Exp } from '@pushforward/bijectors';
import { broadcastTo, expm1, type ModuleConfig } from '@pushforward/tensor';
import { Normal } from '../bases/normal.js';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import {
  checkBroadcast,
  checkParameter,
  checkPositive,
  type Parameter,
  parameterConfig,
  parameterFromConfig,
  toTensor,
} from '../contract/parameter.js';
import { positiveReals, restrictTo, type Support } from '../contract/support.js';
import { Transformed } from './transformed.js';

/**
 * The distribution of a positive number whose logarithm is normal: `log p(x) = log N(log x; loc, scale) − log x`.
 *
 * **Shapes**: `loc` and `scale`, those of the logarithm, broadcast to the batch shape; events are numbers. **Units**: nats.
 *
 * **Numerics**: a sample overflows to ∞ where its logarithm is above 88.7.
 *
 * @throws Error if the parameters do not broadcast, or a number given as `scale` is not positive; a tensor is not read back to check it
 *
 * @example
 * ```ts
 * import { LogNormal } from '@pushforward/distributions';
 *
 * const logProb = await new LogNormal(0, 1).logProb(2).data();
 * console.log(logProb[0].toFixed(4)); // -1.8523
 * ```
 */
export class LogNormal extends Distribution {
  static readonly type: string = 'LogNormal';
  static override fromConfig(config: ModuleConfig): LogNormal {
    return new LogNormal(parameterFromConfig(config.loc), parameterFromConfig(config.scale));
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[] = [];

  constructor(
    readonly loc: Parameter,
    readonly scale: Parameter,
  ) {
    super();
    checkParameter('LogNormal: loc', loc);
    checkPositive('LogNormal: scale', scale);
    this.batchShape = this.logarithm.batchShape;
  }

  /** The distribution of `log x`; anew each time: a variable that is put in another's place belongs to the properties. */
  get logarithm(): Normal {
    return new Normal(this.loc, this.scale);
  }

  get #flow(): Transformed {
    return new Transformed(this.logarithm, new Exp());
  }

  override get support(): Support {
    return positiveReals();
  }

  sample(count: number | readonly number[], options?: SampleOptions): Tensor {
    return this.#flow.sample(count, options);
  }

  logProb(x: Tensor | number): Tensor {
    checkBroadcast('LogNormal: x', x, this.batchShape);
    return tidy(() => {
      const numbers = toTensor(x);
      // A backend may take the least numbers for 0 where it compares them and not where it takes their logarithm.
      return restrictTo(this.support, numbers, this.#flow.logProb(numbers));
    });
  }

  override sampleAndLogProb(
    count: number | readonly number[],
    options?: SampleOptions,
  ): { value: Tensor; logProb: Tensor } {
    return this.#flow.sampleAndLogProb(count, options);
  }

  /** `exp(loc + scale² / 2)` */
  override mean(): Tensor {
    return tidy(() => {
      const variance = square(toTensor(this.scale));
      return broadcastTo(exp(add(toTensor(this.loc), mul(variance, 0.5))), this.batchShape);
    });
  }

  /** The mean times `√(exp(scale²) − 1)` */
  override stddev(): Tensor {
    return tidy(() => mul(this.mean(), sqrt(expm1(square(toTensor(this.scale))))));
  }

  /** That of the logarithm, and `loc` */
  override entropy(): Tensor {
    return tidy(() => add(this.logarithm.entropy(), toTensor(this.loc)));
  }

  override config(): ModuleConfig {
    return {
      type: LogNormal.type,
      loc: parameterConfig('LogNormal: loc', this.loc),
      scale: parameterConfig('LogNormal: scale', this.scale),
    };
  }
}
