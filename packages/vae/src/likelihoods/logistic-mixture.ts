import { exp, mul, type Tensor, unstack } from '@tensorflow/tfjs-core';
import {
  checkOptions,
  type BuildModule,
  checkInteger,
  type ModuleConfig,
  readConfig,
  softBound,
} from '@pushforward/tensor';
import {
  Categorical,
  DiscretizedLogistic,
  type DiscretizedLogisticOptions,
  type Distribution,
  MixtureSameFamily,
} from '@pushforward/distributions';
import { Network } from '@pushforward/made';
import { DecoderLikelihood } from './decoder-likelihood.js';
import { checkedGrid, type Grid, halfWidth, toGrid } from './grid.js';

/** The grid of a {@link LogisticMixtureLikelihood}, and its components. */
export interface LogisticMixtureLikelihoodOptions extends DiscretizedLogisticOptions {
  /** K, the logistics that a number's distribution is mixed of. */
  components: number;
}

const LOG_SCALE_BOUND = 7;

/**
 * Numbers of a grid, such as the levels 0 to 255 of a pixel, independent given z, each with a mixture of K discretised logistics whose weights,
 * locations and scales depend on z: `p(xᵢ|z) = Σₖ wᵢₖ(z) DiscretizedLogistic(xᵢ; locᵢₖ(z), scaleᵢₖ(z))`.
 *
 * For each number of x the decoder gives K logits of the weights, then K locations, then K log-scales, the latter two in a unit in which the
 * grid goes from −1 to 1; log-scales are bent into ±7 nats by `7 tanh(raw / 7)`.
 *
 * **Numerics**: the probability of a level is a difference of two sigmoids, taken in a form that does not cancel; the lowest and the highest level have
 * the tails. PixelCNN++'s dependence between the colours of one pixel is not part of it.
 *
 * **Units**: nats, of probabilities: divided by `dataDim · log 2` they are bits per dimension.
 *
 * Source: Salimans et al. 2017, "PixelCNN++: improving the PixelCNN with discretized logistic mixture likelihood and other modifications",
 * equations 1 and 2.
 *
 * @throws Error unless `high − low` is a positive multiple of a positive `step`, and the decoder has 3 K outputs for each number of x
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { LogisticMixtureLikelihood, Mlp } from '@pushforward/vae';
 *
 * const decoder = new Mlp({ inputDim: 8, hidden: [64], outputDim: 64 * 3 * 5, seed: 0 });
 * const likelihood = new LogisticMixtureLikelihood(decoder, { components: 5 }); // levels 0, 1, …, 255
 * console.log(likelihood.distribution(tf.zeros([3, 8])).logProb(tf.fill([3, 64], 200)).shape); // [ 3 ]
 * ```
 */
export class LogisticMixtureLikelihood extends DecoderLikelihood {
  static readonly type: string = 'LogisticMixtureLikelihood';
  static override fromConfig(config: ModuleConfig, build: BuildModule): LogisticMixtureLikelihood {
    const fields = { low: 'number', high: 'number', step: 'number', components: 'number' } as const;
    return new LogisticMixtureLikelihood(build(config.decoder, Network), readConfig(config, fields));
  }

  readonly grid: Grid;
  /** K */
  readonly components: number;

  /** @param decoder from z to 3 K parameters for each number of x, those of one number side by side */
  constructor(decoder: Network, options: LogisticMixtureLikelihoodOptions) {
    checkOptions('LogisticMixtureLikelihood', options, ['components', 'low', 'high', 'step']);
    const { components, ...grid } = options;
    checkInteger('LogisticMixtureLikelihood: components', components, 1);
    super('LogisticMixtureLikelihood', decoder, [3, components]);
    this.grid = checkedGrid('LogisticMixtureLikelihood', grid);
    this.components = components;
  }

  protected each(parameters: Tensor): Distribution {
    const [logits, locations, logScales] = unstack(parameters, parameters.rank - 2);
    const scale = mul(exp(softBound(logScales, LOG_SCALE_BOUND)), halfWidth(this.grid));
    const components = new DiscretizedLogistic(toGrid(this.grid, locations), scale, this.grid);
    return new MixtureSameFamily(new Categorical(logits), components);
  }

  override config(): ModuleConfig {
    return { ...super.config(), ...this.grid, components: this.components };
  }
}
