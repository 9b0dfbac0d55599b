import { add, exp, mul, neg, reshape, slice, sub, type Tensor } from '@tensorflow/tfjs-core';
import { type Key, type ModuleConfig, normal, softBound } from '@pushforward/tensor';
import { normalLogProb } from '@pushforward/tensor/kernels';
import type { Step } from '../contract/conditioner.js';
import { MadeDensity, type MadeDensityOptions } from './made-density.js';
import { readMade } from '../made/made.js';

const LOG_SCALE_BOUND = 7;

/**
 * A {@link Made} as a distribution of real vectors: `p(xᵢ | x₍₋ᵢ₎)` is normal with a mean `mᵢ` and a log-scale `sᵢ = 7 tanh(aᵢ / 7)`,
 * where the network gives mᵢ and aᵢ. It starts as the standard normal distribution.
 *
 * **Shapes**: x `[...batch, D]`; context `[...batch, C]` or with a batch shape that broadcasts with that of x; logProb `[...batch]`. **Units**: nats.
 *
 * **Numerics**: scales stay between e⁻⁷ and e⁷, about 1/1000 and 1000, so standardise the data. A sample is differentiable in every
 * variable and the context.
 *
 * Source: Germain et al. 2015, "MADE: masked autoencoder for distribution estimation"; Papamakarios, Pavlakou & Murray 2017, "Masked
 * autoregressive flow for density estimation", section 3.1.
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { GaussianMade } from '@pushforward/made';
 *
 * const model = new GaussianMade({ dim: 3, hidden: [16, 16], contextDim: 2, seed: 0 });
 * const context = tf.ones([5, 2]);
 * const x = model.sample(4, { seed: 1, context });
 * console.log(x.shape, model.logProb(x, context).shape); // [ 4, 5, 3 ] [ 4, 5 ]
 * ```
 */
export class GaussianMade extends MadeDensity {
  static readonly type: string = 'GaussianMade';
  static override fromConfig(config: ModuleConfig): GaussianMade {
    return new GaussianMade({ ...readMade(config), seed: 0 });
  }

  constructor(options: MadeDensityOptions) {
    super(options, 2);
  }

  protected elementLogProb(x: Tensor, parameters: Tensor): Tensor {
    const { mean, logScale } = conditional(parameters);
    return normalLogProb(mul(sub(x, mean), exp(neg(logScale))), logScale);
  }

  protected noise(key: Key, shape: readonly number[]): Tensor {
    return normal(key, shape);
  }

  protected readonly draw: Step = (noise, parameters) => {
    const { mean, logScale } = conditional(parameters);
    return { value: add(mul(noise, exp(logScale)), mean), logDet: logScale };
  };
}

function conditional(parameters: Tensor): { mean: Tensor; logScale: Tensor } {
  const shape = parameters.shape.slice(0, -1);
  const [mean, raw] = [0, 1].map((p) => reshape(slice(parameters, [...shape.map(() => 0), p], [...shape, 1]), shape));
  return { mean, logScale: softBound(raw, LOG_SCALE_BOUND) };
}
