import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { type BuildModule, checkContext, checkInstance, checkTensor, type ModuleConfig } from '@pushforward/tensor';
import { Network, type ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../contract/bijector.js';

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
export class EmbedContext extends Bijector {
  static readonly type: string = 'EmbedContext';
  static override fromConfig(config: ModuleConfig, build: BuildModule): EmbedContext {
    return new EmbedContext(build(config.bijector, Bijector), build(config.network, Network));
  }

  readonly eventRank: number;
  override readonly eventShape?: readonly number[];
  override readonly contextDim: number;

  constructor(
    readonly bijector: Bijector,
    readonly network: Network,
  ) {
    super();
    checkInstance('EmbedContext: bijector', bijector, Bijector, 'a bijector');
    checkInstance('EmbedContext: network', network, Network, 'a network');
    if (bijector.contextDim === 0)
      throw new Error('EmbedContext: bijector must take a context, got one of contextDim 0');
    if (network.contextDim > 0 || network.inputDim === 0)
      throw new Error('EmbedContext: network must read the context as its input, and take no context of its own');
    if (network.outputDim !== bijector.contextDim)
      throw new Error(`EmbedContext: network must give ${bijector.contextDim} numbers, got ${network.outputDim}`);
    this.eventRank = bijector.eventRank;
    this.eventShape = bijector.eventShape;
    this.contextDim = network.inputDim;
  }

  override get outputEventRank(): number {
    return this.bijector.outputEventRank;
  }

  override forwardEventShape(shape: readonly number[]): readonly number[] {
    return this.bijector.forwardEventShape(shape);
  }

  override inverseEventShape(shape: readonly number[]): readonly number[] {
    return this.bijector.inverseEventShape(shape);
  }

  forwardAndLogDet(x: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => this.bijector.forwardAndLogDet(x, this.#embedded('x', x, this.eventRank, context)));
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => this.bijector.inverseAndLogDet(y, this.#embedded('y', y, this.outputEventRank, context)));
  }

  override config(): ModuleConfig {
    return { type: EmbedContext.type, bijector: this.bijector.config(), network: this.network.config() };
  }

  #embedded(argument: string, x: Tensor, eventRank: number, context: Tensor | undefined): Tensor {
    checkTensor(`EmbedContext: ${argument}`, x);
    if (context) checkTensor('EmbedContext: context', context);
    checkContext('EmbedContext', context, this.contextDim, x.shape.slice(0, Math.max(0, x.rank - eventRank)));
    return this.network.applyToVectors(context!);
  }
}
