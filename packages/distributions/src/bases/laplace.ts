import { abs, add, less, log, mul, neg, sub, type Tensor } from '@tensorflow/tfjs-core';
import { type Key, type ModuleConfig, uniform, where } from '@pushforward/tensor';
import { type Parameter, parameterFromConfig } from '../contract/parameter.js';
import { LocationScale } from './location-scale.js';

/**
 * The Laplace distribution of a number: `log p(x) = −|x − loc| / scale − log(2 scale)`.
 *
 * **Shapes**: `loc` and `scale` broadcast to the batch shape; events are numbers. **Units**: nats.
 *
 * **Numerics**: samples are within 16.7 scales of `loc`. The gradient at `loc` itself, where the density has a corner, is 0.
 *
 * @throws Error if the parameters do not broadcast, or a number given as `scale` is not positive; a tensor is not read back to check it
 *
 * @example
 * ```ts
 * import { Laplace } from '@pushforward/distributions';
 *
 * const logProb = await new Laplace(0, 1).logProb(2).data();
 * console.log(logProb[0].toFixed(4)); // -2.6931
 * ```
 */
export class Laplace extends LocationScale {
  static readonly type: string = 'Laplace';
  static override fromConfig(config: ModuleConfig): Laplace {
    return new Laplace(parameterFromConfig(config.loc), parameterFromConfig(config.scale));
  }

  protected readonly deviation = Math.SQRT2;
  protected readonly nats = 1 + Math.LN2;

  constructor(loc: Parameter, scale: Parameter) {
    super('Laplace', loc, scale);
  }

  /** The quantiles `log 2u` and `−log 2(1 − u)` of uniform numbers below and above ½. */
  protected draw(key: Key, shape: readonly number[]): Tensor {
    // From half a step of the generator above 0, so that no logarithm is infinite.
    const twice = mul(uniform(key, shape, { minval: 2 ** -25 }), 2);
    return where(less(twice, 1), log(twice), neg(log(sub(2, twice))));
  }

  protected logDensity(standard: Tensor, logScale: Tensor): Tensor {
    return neg(add(add(abs(standard), logScale), Math.LN2));
  }
}
