import { add, greater, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  type BuildModule,
  checkEvent,
  checkInstance,
  checkTensor,
  type ModuleConfig,
  sumTrailing,
} from '@pushforward/tensor';
import { asLogDensity } from '@pushforward/tensor/kernels';
import { Bijector } from '@pushforward/bijectors';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import { Independent } from './independent.js';
import { sampleShape } from '../contract/sample-shape.js';
import type { Support } from '../contract/support.js';

/**
 * A distribution pushed forward through a bijector, that is, a normalizing flow: `y = f(x)` with x from the base, and
 * `log p(y) = log p_base(f⁻¹(y)) + log |det ∂f⁻¹/∂y|`.
 *
 * **Shapes**: events of the base have its own or the bijector's number of axes, whichever is more, and `f` makes of them events of
 * `bijector.forwardEventShape`; the context is `[...batch, C]`.
 * `sample(count, { context })` draws `count` for each context, `[...count, ...batch, ...event]`. The base may take the context too.
 * **Units**: nats.
 *
 * **Numerics**: −∞ where no x of the base's support maps to y, or none that float32 holds: outside of what `f` reaches, at its open ends, and
 * so far out that the arithmetic overflows.
 *
 * Source: Rezende & Mohamed 2015, "Variational inference with normalizing flows", equation 5; Papamakarios et al. 2021, "Normalizing
 * flows for probabilistic modeling and inference", equation 6.
 *
 * @throws Error if the bijector's events have another shape than the base's, or more axes than the base has batch and event axes together, or
 * bijector and base take contexts of different widths
 *
 * @example
 * ```ts
 * import { maf } from '@pushforward/bijectors';
 * import { StandardNormal, Transformed } from '@pushforward/distributions';
 *
 * const flow = new Transformed(new StandardNormal(3), maf({ dim: 3, contextDim: 2, hidden: [16], seed: 0 }));
 * console.log(flow.eventShape); // [ 3 ]
 * ```
 */
export class Transformed extends Distribution {
  static readonly type: string = 'Transformed';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Transformed {
    return new Transformed(build(config.base, Distribution), build(config.bijector, Bijector));
  }

  readonly base: Distribution;
  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];
  override readonly contextDim: number;

  constructor(
    base: Distribution,
    readonly bijector: Bijector,
  ) {
    super();
    checkInstance('Transformed: base', base, Distribution, 'a distribution');
    checkInstance('Transformed: bijector', bijector, Bijector, 'a bijector');
    if (base.contextDim > 0 && bijector.contextDim > 0 && base.contextDim !== bijector.contextDim) {
      throw new Error(
        `Transformed: bijector must take the context of the base, [..., ${base.contextDim}], got [..., ${bijector.contextDim}]`,
      );
    }
    this.contextDim = Math.max(base.contextDim, bijector.contextDim);
    const missing = bijector.eventRank - base.eventShape.length;
    this.base = missing > 0 ? new Independent(base, missing) : base;
    if (bijector.eventShape) checkEvent('Transformed: base eventShape', this.base.eventShape, bijector.eventShape);
    this.batchShape = this.base.batchShape;
    this.eventShape = bijector.forwardEventShape(this.base.eventShape);
  }

  /** The image of the base's support under `f`. */
  override get support(): Support {
    const { description, isDiscrete } = this.base.support;
    return {
      description: `what the bijector makes of ${description}`,
      isDiscrete,
      contains: (y, context) => tidy(() => greater(this.logProb(y, context), -Infinity)),
    };
  }

  sample(count: number | readonly number[], options: SampleOptions = {}): Tensor {
    return tidy(() => {
      const base = this.base.sample(...this.#baseArguments(count, options));
      return this.bijector.forward(base, this.#bijectorContext(options.context));
    });
  }

  logProb(x: Tensor, context?: Tensor): Tensor {
    checkTensor('Transformed: x', x);
    checkEvent('Transformed: x', x.shape, this.eventShape);
    return tidy(() => {
      const { value, logDet } = this.bijector.inverseAndLogDet(x, this.#bijectorContext(context));
      const base = this.base.logProb(value, this.base.contextDim > 0 ? context : undefined);
      return asLogDensity(add(base, this.#sumOverEvent(logDet)), x, this.eventShape.length);
    });
  }

  override sampleAndLogProb(
    count: number | readonly number[],
    options: SampleOptions = {},
  ): { value: Tensor; logProb: Tensor } {
    return tidy(() => {
      const base = this.base.sampleAndLogProb(...this.#baseArguments(count, options));
      const { value, logDet } = this.bijector.forwardAndLogDet(base.value, this.#bijectorContext(options.context));
      return { value, logProb: sub(base.logProb, this.#sumOverEvent(logDet)) };
    });
  }

  override config(): ModuleConfig {
    return { type: Transformed.type, base: this.base.config(), bijector: this.bijector.config() };
  }

  /** Where nothing takes a context, the bijector is handed it, to refuse it under its own name. */
  #bijectorContext(context?: Tensor): Tensor | undefined {
    return this.bijector.contextDim > 0 || this.contextDim === 0 ? context : undefined;
  }

  /** One draw of the base for each context, besides its own batch; a base that takes the context sees to that itself. */
  #baseArguments(count: number | readonly number[], { seed, context }: SampleOptions): [number[], SampleOptions] {
    const shape = [...sampleShape('Transformed', count)];
    if (this.base.contextDim > 0) return [shape, { seed, context }];
    const contexts = context ? context.shape.slice(0, Math.max(0, context.rank - 1 - this.batchShape.length)) : [];
    return [[...shape, ...contexts], { seed }];
  }

  /** The event axes that the bijector's log-determinant still has. */
  #sumOverEvent(logDet: Tensor): Tensor {
    return sumTrailing(logDet, this.base.eventShape.length - this.bijector.eventRank);
  }
}
