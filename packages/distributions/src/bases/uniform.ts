import { add, div, log, mul, neg, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { key, type ModuleConfig, uniform } from '@pushforward/tensor';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import {
  broadcastShapes,
  checkBroadcast,
  checkParameter,
  type Parameter,
  parameterConfig,
  parameterFromConfig,
  shapeOf,
  toTensor,
} from '../contract/parameter.js';
import { interval, restrictTo, type Support } from '../contract/support.js';
import { sampleShape } from '../contract/sample-shape.js';

/** The largest number of float32: a wider interval would have a density of 0. */
const WIDEST = (2 - 2 ** -23) * 2 ** 127;

/**
 * The uniform distribution on `[low, high]`: `log p(x) = −log(high − low)` there, −∞ elsewhere.
 *
 * **Shapes**: `low` and `high` broadcast to the batch shape; events are numbers. **Units**: nats.
 *
 * **Numerics**: both ends belong to it, since `low + (high − low) · u` may round up to `high`.
 *
 * @throws Error if the parameters do not broadcast, or are numbers further apart than float32 can tell, or of which `low` is not below `high`; tensors are not read back
 *
 * @example
 * ```ts
 * import { Uniform } from '@pushforward/distributions';
 *
 * console.log(await new Uniform(0, 4).entropy().data()); // Float32Array(1) [ 1.3862943649291992 ]
 * ```
 */
export class Uniform extends Distribution {
  static readonly type: string = 'Uniform';
  static override fromConfig(config: ModuleConfig): Uniform {
    return new Uniform(parameterFromConfig(config.low), parameterFromConfig(config.high));
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[] = [];

  constructor(
    readonly low: Parameter,
    readonly high: Parameter,
  ) {
    super();
    checkParameter('Uniform: low', low);
    checkParameter('Uniform: high', high);
    if (typeof low === 'number' && typeof high === 'number' && !(low < high))
      throw new Error(`Uniform: high must be above low ${low}, got ${high}`);
    if (typeof low === 'number' && typeof high === 'number' && high - low > WIDEST) {
      throw new Error(`Uniform: high must be at most ${WIDEST} above low ${low}, got ${high}`);
    }
    this.batchShape = broadcastShapes('Uniform', shapeOf(low), shapeOf(high));
  }

  override get support(): Support {
    return interval(this.low, this.high);
  }

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    const shape = [...sampleShape('Uniform', count), ...this.batchShape];
    return tidy(() => {
      const low = toTensor(this.low);
      return add(low, mul(sub(toTensor(this.high), low), uniform(key(seed), shape)));
    });
  }

  logProb(x: Tensor | number): Tensor {
    checkBroadcast('Uniform: x', x, this.batchShape);
    return tidy(() => {
      const [low, high] = [toTensor(this.low), toTensor(this.high)];
      return restrictTo(this.support, toTensor(x), neg(log(sub(high, low))));
    });
  }

  override mean(): Tensor {
    return tidy(() => div(add(toTensor(this.low), toTensor(this.high)), 2));
  }

  override stddev(): Tensor {
    return tidy(() => div(sub(toTensor(this.high), toTensor(this.low)), Math.sqrt(12)));
  }

  /** `log(high − low)` */
  override entropy(): Tensor {
    return tidy(() => log(sub(toTensor(this.high), toTensor(this.low))));
  }

  override config(): ModuleConfig {
    return {
      type: Uniform.type,
      low: parameterConfig('Uniform: low', this.low),
      high: parameterConfig('Uniform: high', this.high),
    };
  }
}
