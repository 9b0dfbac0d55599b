import type { Tensor } from '@tensorflow/tfjs-core';
import { type BuildModule, checkInstance, type ModuleConfig } from '@pushforward/tensor';
import { Network } from '@pushforward/made';
import { Bijector } from '../../contract/bijector.js';
import { ChangedContext } from './changed-context.js';

/**
 * A bijector whose context goes through a network first, which learns what of it matters: `y = f(x; g(c))`, with the log-determinant of `f` alone. Unlike the map of
 * {@link MapContext} the network need not be invertible.
 *
 * **Shapes**: those of the bijector; the context is `[...batch, C]`, C the width that the network reads. **Units**: nats.
 *
 * Source: Radev et al. 2020, "BayesFlow: learning complex stochastic models with invertible neural networks", for the summary network.
 *
 * @throws Error if the bijector takes no context, or one of another width than the network gives, or the network takes a context
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { EmbedContext, maf, Mlp } from '@pushforward/bijectors';
 *
 * const network = new Mlp({ inputDim: 100, hidden: [32], outputDim: 4, seed: 0 });
 * const flow = new EmbedContext(maf({ dim: 3, contextDim: 4, hidden: [16], seed: 0 }), network);
 * console.log(flow.forward(tf.zeros([5, 3]), tf.zeros([5, 100])).shape); // [ 5, 3 ]
 * ```
 */
export class EmbedContext extends ChangedContext {
  static readonly type: string = 'EmbedContext';
  static override fromConfig(config: ModuleConfig, build: BuildModule): EmbedContext {
    return new EmbedContext(build(config.bijector, Bijector), build(config.network, Network));
  }

  override readonly contextDim: number;

  constructor(
    bijector: Bijector,
    readonly network: Network,
  ) {
    super('EmbedContext', bijector);
    checkInstance('EmbedContext: network', network, Network, 'a network');
    if (network.contextDim > 0 || network.inputDim === 0)
      throw new Error('EmbedContext: network must read the context as its input, and take no context of its own');
    if (network.outputDim !== bijector.contextDim)
      throw new Error(`EmbedContext: network must give ${bijector.contextDim} numbers, got ${network.outputDim}`);
    this.contextDim = network.inputDim;
  }

  override config(): ModuleConfig {
    return { type: EmbedContext.type, bijector: this.bijector.config(), network: this.network.config() };
  }

  protected override change(context: Tensor): Tensor {
    return this.network.applyToVectors(context);
  }
}
