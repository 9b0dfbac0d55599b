import { cast, customGrad, less, reshape, sigmoid, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import { type Key, type ModuleConfig, uniform } from '@pushforward/tensor';
import { bernoulliLogProb } from '@pushforward/tensor/kernels';
import type { Step } from '../contract/conditioner.js';
import { MadeDensity, type MadeDensityOptions } from './made-density.js';
import { readMade } from '../made/made.js';

/**
 * A {@link Made} as a distribution of binary vectors: `p(xᵢ = 1 | x₍₋ᵢ₎) = 1 / (1 + exp(−lᵢ))`, where the network gives the logits lᵢ.
 * It starts as D independent fair coins.
 *
 * **Shapes**: x `[...batch, D]`, of zeros and ones; context `[...batch, C]` or with a batch shape that broadcasts with that of x; logProb
 * `[...batch]`. **Units**: nats.
 *
 * **Numerics**: the log-probability is exact to float32 for logits of any size, and finite where they are. A sample has no
 * gradient.
 *
 * Source: Germain et al. 2015, "MADE: masked autoencoder for distribution estimation".
 *
 * @throws Error if an option is out of range
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { BernoulliMade } from '@pushforward/made';
 *
 * const model = new BernoulliMade({ dim: 4, hidden: [32], seed: 0 });
 * const data = tf.tensor2d([[0, 0, 1, 1], [1, 1, 0, 0]]);
 * const optimizer = tf.train.adam(0.05);
 * for (let step = 0; step < 100; step++) {
 *   optimizer.minimize(() => tf.neg(tf.mean(model.logProb(data))), false, model.trainableVariables());
 * }
 * const [best] = await tf.mean(model.logProb(data)).data();
 * console.log(best > -0.8, model.sample(3, { seed: 1 }).shape); // true [ 3, 4 ]
 * ```
 */
export class BernoulliMade extends MadeDensity {
  static readonly type: string = 'BernoulliMade';
  static override fromConfig(config: ModuleConfig): BernoulliMade {
    return new BernoulliMade({ ...readMade(config), seed: 0 });
  }

  constructor(options: MadeDensityOptions) {
    super(options, 1);
  }

  protected elementLogProb(x: Tensor, parameters: Tensor): Tensor {
    return bernoulliLogProb(reshape(parameters, x.shape), x);
  }

  protected noise(key: Key, shape: readonly number[]): Tensor {
    return uniform(key, shape);
  }

  protected readonly draw: Step = (noise, parameters) => {
    const logDet = zerosLike(noise);
    const op = customGrad((given, logits) => ({
      value: cast(less(given as Tensor, sigmoid(logits as Tensor)), 'float32'),
      gradFunc: (dy: Tensor) => [zerosLike(dy), zerosLike(dy)],
    }));
    return { value: op(noise, reshape(parameters, noise.shape)), logDet };
  };
}
