import type { Tensor } from '@tensorflow/tfjs-core';
import { checkOptions, type BuildModule, type ModuleConfig, readConfig } from '@pushforward/tensor';
import { DiscretizedLogistic, type DiscretizedLogisticOptions, type Distribution } from '@pushforward/distributions';
import { Network } from '@pushforward/made';
import { checkedGrid, type Grid, halfWidth, toGrid } from './grid.js';
import { LocationScaleLikelihood } from './location-scale-likelihood.js';

/** The grid of a {@link DiscretizedLogisticLikelihood}, and how it treats its scale. */
export interface DiscretizedLogisticLikelihoodOptions extends DiscretizedLogisticOptions {
  /** The logistic scale at the start, in the unit of x. Default: a twentieth of the grid's width. */
  scale?: number;
  /** Whether training changes the scale, one for each number of x. Default true. */
  learnScale?: boolean;
}

/**
 * Numbers of a grid, such as the levels 0 to 255 of a pixel, independent given z: `p(x|z) = Π DiscretizedLogistic(xᵢ; locᵢ(z), scaleᵢ)`, with scales that do
 * not depend on z.
 *
 * The decoder's outputs are locations in a unit in which the grid goes from −1 to 1, so that a network at its start is in the middle of the grid.
 *
 * **Units**: nats, of probabilities: divided by `dataDim · log 2` they are bits per dimension.
 *
 * Source: Kingma et al. 2016, "Improving variational inference with inverse autoregressive flow", section 5.2.
 *
 * @throws Error unless `high − low` is a positive multiple of a positive `step`, and `scale` is positive and finite
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { DiscretizedLogisticLikelihood, Mlp } from '@pushforward/vae';
 *
 * const decoder = new Mlp({ inputDim: 8, hidden: [64], outputDim: 784, seed: 0 });
 * const likelihood = new DiscretizedLogisticLikelihood(decoder); // levels 0, 1, …, 255
 * console.log(likelihood.distribution(tf.zeros([3, 8])).logProb(tf.fill([3, 784], 200)).shape); // [ 3 ]
 * ```
 */
export class DiscretizedLogisticLikelihood extends LocationScaleLikelihood {
  static readonly type: string = 'DiscretizedLogisticLikelihood';
  static override fromConfig(config: ModuleConfig, build: BuildModule): DiscretizedLogisticLikelihood {
    const fields = { low: 'number', high: 'number', step: 'number', learnScale: 'boolean' } as const;
    return new DiscretizedLogisticLikelihood(build(config.decoder, Network), readConfig(config, fields));
  }

  readonly grid: Grid;

  /** @param decoder from z to the location of each number of x */
  constructor(decoder: Network, options: DiscretizedLogisticLikelihoodOptions = {}) {
    checkOptions('DiscretizedLogisticLikelihood', options, ['scale', 'learnScale', 'low', 'high', 'step']);
    const grid = checkedGrid('DiscretizedLogisticLikelihood', options);
    const { scale = halfWidth(grid) / 10, learnScale = true } = options;
    super('DiscretizedLogisticLikelihood', decoder, { scale, learnScale });
    this.grid = grid;
  }

  protected family(output: Tensor, scale: Tensor): Distribution {
    return new DiscretizedLogistic(toGrid(this.grid, output), scale, this.grid);
  }

  override config(): ModuleConfig {
    return { ...super.config(), ...this.grid };
  }
}
