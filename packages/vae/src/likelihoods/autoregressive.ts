import type { Tensor } from '@tensorflow/tfjs-core';
import { type BuildModule, checkInstance, type ModuleConfig } from '@pushforward/tensor';
import { Distribution, type SampleOptions } from '@pushforward/distributions';
import { MadeDensity } from '@pushforward/made';
import { Likelihood } from './likelihood.js';

/**
 * Numbers that depend on z and on those before them: `p(x|z) = Π p(xᵢ | x₍₋ᵢ₎, z)`, by one masked network that takes z as its context.
 *
 * A decoder that sees all numbers before xᵢ can do without z, and then does. With the network's `graph` it sees a window of them, for what is local, and
 * what is not is left to z.
 *
 * There is no closed form of the mean: `decode` and `reconstruct` throw, `sample` draws number after number.
 *
 * Source: Chen et al. 2017, "Variational lossy autoencoder", section 3.1.
 *
 * @throws Error unless the density takes a context
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { BernoulliMade } from '@pushforward/made';
 * import { AutoregressiveLikelihood } from '@pushforward/vae';
 *
 * // Each of 20 pixels depends on the two before it, and on a z of 4 numbers.
 * const rows = Array.from({ length: 20 }, (_, i) => i);
 * const graph = rows.map((i) => rows.map((j) => Number(i - 2 <= j && j < i)));
 * const likelihood = new AutoregressiveLikelihood(new BernoulliMade({ dim: 20, contextDim: 4, graph, hidden: [64], seed: 0 }));
 * console.log(likelihood.distribution(tf.zeros([3, 4])).logProb(tf.ones([3, 20])).shape); // [ 3 ]
 * ```
 */
export class AutoregressiveLikelihood extends Likelihood {
  static readonly type: string = 'AutoregressiveLikelihood';
  static override fromConfig(config: ModuleConfig, build: BuildModule): AutoregressiveLikelihood {
    return new AutoregressiveLikelihood(build(config.density, MadeDensity));
  }

  readonly latentDim: number;
  readonly dataDim: number;

  /** @param density of x, with z as its context */
  constructor(readonly density: MadeDensity) {
    super();
    checkInstance('AutoregressiveLikelihood: density', density, MadeDensity, 'a density on a Made');
    if (density.contextDim === 0)
      throw new Error('AutoregressiveLikelihood: density must take z as its context, got one of contextDim 0');
    this.latentDim = density.contextDim;
    this.dataDim = density.dim;
  }

  distribution(z: Tensor): Distribution {
    return new GivenLatent(this.density, z);
  }

  override config(): ModuleConfig {
    return { type: AutoregressiveLikelihood.type, density: this.density.config() };
  }
}

/** A density under the context that was put in. */
class GivenLatent extends Distribution {
  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];
  readonly #density: MadeDensity;
  readonly #context: Tensor;

  constructor(density: MadeDensity, context: Tensor) {
    super();
    this.batchShape = context.shape.slice(0, -1);
    this.eventShape = [density.dim];
    this.#density = density;
    this.#context = context;
  }

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    return this.#density.sample(count, { seed, context: this.#context });
  }

  logProb(x: Tensor): Tensor {
    return this.#density.logProb(x, this.#context);
  }

  override mean(): Tensor {
    throw new Error('AutoregressiveLikelihood: the mean of x given z has no closed form');
  }

  override config(): ModuleConfig {
    return { type: 'GivenLatent', density: this.#density.config() };
  }
}
