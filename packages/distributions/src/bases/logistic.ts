import { abs, add, div, log, mul, neg, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { broadcastTo, key, log1p, type ModuleConfig, softplus, uniform } from '@pushforward/tensor';
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

/**
 * The logistic distribution of a number: with `z = (x − loc) / scale`, `log p(x) = −z − log scale − 2 log(1 + e⁻ᶻ)`.
 *
 * **Shapes**: `loc` and `scale` broadcast to the batch shape; events are numbers. **Units**: nats.
 *
 * **Numerics**: the density is even in z, so it is computed from |z| and does not cancel in either tail. Samples are within 17.4 scales
 * of `loc`.
 *
 * @throws Error if the parameters do not broadcast, or a number given as `scale` is not positive; a tensor is not read back to check it
 *
 * @example
 * ```ts
 * import { Logistic } from '@pushforward/distributions';
 *
 * const logProb = await new Logistic(0, 1).logProb(0).data();
 * console.log(logProb[0].toFixed(4)); // -1.3863
 * ```
 */
export class Logistic extends Distribution {
  static readonly type: string = 'Logistic';
  static override fromConfig(config: ModuleConfig): Logistic {
    return new Logistic(parameterFromConfig(config.loc), parameterFromConfig(config.scale));
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[] = [];

  constructor(
    readonly loc: Parameter,
    readonly scale: Parameter,
  ) {
    super();
    checkParameter('Logistic: loc', loc);
    checkPositive('Logistic: scale', scale);
    this.batchShape = broadcastShapes('Logistic', shapeOf(loc), shapeOf(scale));
  }

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    const shape = [...sampleShape('Logistic', count), ...this.batchShape];
    return tidy(() => {
      // From half a step of the generator above 0, so that no logarithm is infinite.
      const u = uniform(key(seed), shape, { minval: 2 ** -25 });
      return add(toTensor(this.loc), mul(toTensor(this.scale), sub(log(u), log1p(neg(u)))));
    });
  }

  logProb(x: Tensor | number): Tensor {
    checkBroadcast('Logistic: x', x, this.batchShape);
    return tidy(() => {
      const scale = toTensor(this.scale);
      const distance = abs(div(sub(x, toTensor(this.loc)), scale));
      return neg(add(add(distance, log(scale)), mul(softplus(neg(distance)), 2)));
    });
  }

  override mean(): Tensor {
    return tidy(() => broadcastTo(toTensor(this.loc), this.batchShape));
  }

  /** `scale · π / √3` */
  override stddev(): Tensor {
    return tidy(() => mul(broadcastTo(toTensor(this.scale), this.batchShape), Math.PI / Math.sqrt(3)));
  }

  /** `log scale + 2` */
  override entropy(): Tensor {
    return tidy(() => add(log(broadcastTo(toTensor(this.scale), this.batchShape)), 2));
  }

  override config(): ModuleConfig {
    return {
      type: Logistic.type,
      loc: parameterConfig('Logistic: loc', this.loc),
      scale: parameterConfig('Logistic: scale', this.scale),
    };
  }
}
