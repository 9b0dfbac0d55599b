import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type BuildModule, checkInstance, type ModuleConfig } from '@pushforward/tensor';
import { BernoulliMade, MadeDensity } from '@pushforward/made';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import { grid, product, reals, type Support } from '../contract/support.js';

/**
 * A density model on a masked network, such as `GaussianMade` or `BernoulliMade` of `@pushforward/made`, as a distribution: what asks for one takes it, and
 * it can be the base of a flow or the prior of an autoencoder.
 *
 * **Shapes**: events `[D]`, no batch; with a context `[...batch, C]` the batch shape is the context's. **Units**: nats.
 *
 * **Numerics**: densities and samples are those of the model: a log-probability is one parallel pass, a sample one unrolling. The samples of a
 * `GaussianMade` are differentiable.
 *
 * Source: Germain et al. 2015, "MADE: masked autoencoder for distribution estimation"; as the base of a flow: Papamakarios, Pavlakou & Murray 2017,
 * "Masked autoregressive flow for density estimation", section 3.1.
 *
 * @throws Error if `model` is no such model
 *
 * @example
 * ```ts
 * import { nice } from '@pushforward/bijectors';
 * import { MadeDistribution, Transformed } from '@pushforward/distributions';
 * import { GaussianMade } from '@pushforward/made';
 *
 * const base = new MadeDistribution(new GaussianMade({ dim: 3, hidden: [16], contextDim: 2, seed: 0 }));
 * const flow = new Transformed(base, nice({ dim: 3, hidden: [16], seed: 1 }));
 * console.log(flow.eventShape, flow.contextDim); // [ 3 ] 2
 * ```
 */
export class MadeDistribution extends Distribution {
  static readonly type: string = 'MadeDistribution';
  static override fromConfig(config: ModuleConfig, build: BuildModule): MadeDistribution {
    return new MadeDistribution(build(config.model, MadeDensity));
  }

  readonly batchShape: readonly number[] = [];
  readonly eventShape: readonly number[];
  override readonly contextDim: number;

  constructor(readonly model: MadeDensity) {
    super();
    checkInstance('MadeDistribution: model', model, MadeDensity, 'a density model on a MADE');
    this.eventShape = [model.dim];
    this.contextDim = model.contextDim;
  }

  /** Zeros and ones for a `BernoulliMade`, every number for other models. */
  override get support(): Support {
    return this.model instanceof BernoulliMade ? product(grid(0, 1, 1), 1) : reals(1);
  }

  sample(count: number | readonly number[], options?: SampleOptions): Tensor {
    return this.model.sample(count, options);
  }

  logProb(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => this.model.logProb(x, context));
  }

  override config(): ModuleConfig {
    return { type: MadeDistribution.type, model: this.model.config() };
  }
}
