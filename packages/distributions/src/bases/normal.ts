import { add, div, log, mul, neg, square, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { broadcastTo, key, type ModuleConfig, normal } from '@pushforward/tensor';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import {
  broadcastShapes,
  checkBroadcast,
  checkParameter,
  checkPositive,
  type Parameter,
  parameterConfig,
  parameterFromConfig,
  shapeOf,
  toTensor,
} from '../contract/parameter.js';
import { sampleShape } from '../contract/sample-shape.js';

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * The normal distribution of a number: `log p(x) = −½ ((x − loc) / scale)² − log scale − ½ log 2π`.
 *
 * **Shapes**: `loc` and `scale` broadcast to the batch shape; events are numbers. **Units**: nats.
 *
 * **Numerics**: the square overflows beyond 1.8e19 scales from `loc`, to a log-probability of −∞.
 *
 * @throws Error if the parameters do not broadcast, or a number given as `scale` is not positive; a tensor is not read back to check it
 *
 * @example
 * ```ts
 * import { Normal } from '@pushforward/distributions';
 *
 * const logProb = await new Normal(0, 2).logProb(1).data();
 * console.log(logProb[0].toFixed(4)); // -1.7371
 * ```
 */
export class Normal extends Distribution {
  static readonly type: string = 'Normal';
  static override fromConfig(config: ModuleConfig): Normal {
    return new Normal(parameterFromConfig(config.loc), parameterFromConfig(config.scale));
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[] = [];

  constructor(
    readonly loc: Parameter,
    readonly scale: Parameter,
  ) {
    super();
    checkParameter('Normal: loc', loc);
    checkPositive('Normal: scale', scale);
    this.batchShape = broadcastShapes('Normal', shapeOf(loc), shapeOf(scale));
  }

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    const shape = [...sampleShape('Normal', count), ...this.batchShape];
    return tidy(() => add(toTensor(this.loc), mul(toTensor(this.scale), normal(key(seed), shape))));
  }

  logProb(x: Tensor | number): Tensor {
    checkBroadcast('Normal: x', x, this.batchShape);
    return tidy(() => {
      const scale = toTensor(this.scale);
      return logDensity(div(sub(x, toTensor(this.loc)), scale), scale);
    });
  }

  override sampleAndLogProb(
    count: number | readonly number[],
    { seed }: SampleOptions = {},
  ): { value: Tensor; logProb: Tensor } {
    const shape = [...sampleShape('Normal', count), ...this.batchShape];
    return tidy(() => {
      const noise = normal(key(seed), shape);
      const scale = toTensor(this.scale);
      return { value: add(toTensor(this.loc), mul(scale, noise)), logProb: logDensity(noise, scale) };
    });
  }

  override mean(): Tensor {
    return tidy(() => broadcastTo(toTensor(this.loc), this.batchShape));
  }

  override stddev(): Tensor {
    return tidy(() => broadcastTo(toTensor(this.scale), this.batchShape));
  }

  /** `½ + ½ log 2π + log scale` */
  override entropy(): Tensor {
    return tidy(() => add(log(this.stddev()), 0.5 + HALF_LOG_TWO_PI));
  }

  override config(): ModuleConfig {
    return {
      type: Normal.type,
      loc: parameterConfig('Normal: loc', this.loc),
      scale: parameterConfig('Normal: scale', this.scale),
    };
  }
}

/** Of `loc + scale · standard`. */
function logDensity(standard: Tensor, scale: Tensor): Tensor {
  return neg(add(mul(square(standard), 0.5), add(log(scale), HALF_LOG_TWO_PI)));
}
