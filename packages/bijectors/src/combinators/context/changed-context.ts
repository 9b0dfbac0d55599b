import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkContext, checkInstance, checkTensor } from '@pushforward/tensor';
import type { ValueAndLogDet } from '@pushforward/made';
import { Bijector } from '../../contract/bijector.js';

/** A bijector that sees another context than it is given: `y = f(x; g(c))`, with the log-determinant of `f` alone. A subclass says g, and its `contextDim`. */
export abstract class ChangedContext extends Bijector {
  readonly eventRank: number;
  readonly #name: string;
  override readonly eventShape?: readonly number[];
  abstract override readonly contextDim: number;

  /** @param name what errors call the class */
  constructor(
    name: string,
    readonly bijector: Bijector,
  ) {
    super();
    this.#name = name;
    checkInstance(`${name}: bijector`, bijector, Bijector, 'a bijector');
    if (bijector.contextDim === 0) throw new Error(`${name}: bijector must take a context, got one of contextDim 0`);
    this.eventRank = bijector.eventRank;
    this.eventShape = bijector.eventShape;
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
    return tidy(() => this.bijector.forwardAndLogDet(x, this.#changed('x', x, this.eventRank, context)));
  }

  inverseAndLogDet(y: Tensor, context?: Tensor): ValueAndLogDet {
    return tidy(() => this.bijector.inverseAndLogDet(y, this.#changed('y', y, this.outputEventRank, context)));
  }

  /** The context that the bijector sees, `[...batch, its contextDim]`, of the one that is given, `[...batch, contextDim]`. */
  protected abstract change(context: Tensor): Tensor;

  #changed(argument: string, x: Tensor, eventRank: number, context: Tensor | undefined): Tensor {
    checkTensor(`${this.#name}: ${argument}`, x);
    if (context) checkTensor(`${this.#name}: context`, context);
    checkContext(this.#name, context, this.contextDim, x.shape.slice(0, Math.max(0, x.rank - eventRank)));
    return this.change(context!);
  }
}
