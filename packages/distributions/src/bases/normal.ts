import type { Tensor } from '@tensorflow/tfjs-core';
import { type Key, type ModuleConfig, normal } from '@pushforward/tensor';
import { HALF_LOG_TWO_PI, normalLogProb } from '@pushforward/tensor/kernels';
import { type Parameter, parameterFromConfig } from '../contract/parameter.js';
import { LocationScale } from './location-scale.js';

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
export class Normal extends LocationScale {
  static readonly type: string = 'Normal';
  static override fromConfig(config: ModuleConfig): Normal {
    return new Normal(parameterFromConfig(config.loc), parameterFromConfig(config.scale));
  }

  protected readonly deviation = 1;
  protected readonly nats = 0.5 + HALF_LOG_TWO_PI;

  constructor(loc: Parameter, scale: Parameter) {
    super('Normal', loc, scale);
  }

  protected draw(key: Key, shape: readonly number[]): Tensor {
    return normal(key, shape);
  }

  protected logDensity(standard: Tensor, logScale: Tensor): Tensor {
    return normalLogProb(standard, logScale);
  }
}
