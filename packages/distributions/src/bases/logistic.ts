import { abs, add, log, mul, neg, sub, type Tensor } from '@tensorflow/tfjs-core';
import { type Key, log1p, type ModuleConfig, softplus, uniform } from '@pushforward/tensor';
import { type Parameter, parameterFromConfig } from '../contract/parameter.js';
import { LocationScale } from './location-scale.js';

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
export class Logistic extends LocationScale {
  static readonly type: string = 'Logistic';
  static override fromConfig(config: ModuleConfig): Logistic {
    return new Logistic(parameterFromConfig(config.loc), parameterFromConfig(config.scale));
  }

  protected readonly deviation = Math.PI / Math.sqrt(3);
  protected readonly nats = 2;

  constructor(loc: Parameter, scale: Parameter) {
    super('Logistic', loc, scale);
  }

  protected draw(key: Key, shape: readonly number[]): Tensor {
    // From half a step of the generator above 0, so that no logarithm is infinite.
    const u = uniform(key, shape, { minval: 2 ** -25 });
    return sub(log(u), log1p(neg(u)));
  }

  protected logDensity(standard: Tensor, logScale: Tensor): Tensor {
    const distance = abs(standard);
    return neg(add(add(distance, logScale), mul(softplus(neg(distance)), 2)));
  }
}
