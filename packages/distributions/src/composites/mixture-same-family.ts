import {
  add,
  any,
  cast,
  exp,
  expandDims,
  mul,
  oneHot,
  reshape,
  scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import {
  type BuildModule,
  checkEvent,
  checkInstance,
  checkTensor,
  formatShape,
  key,
  logSumExp,
  type ModuleConfig,
  split,
  toFloat,
  where,
} from '@pushforward/tensor';
import { Categorical } from '../bases/categorical.js';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import { checkBroadcast } from '../contract/parameter.js';
import { sampleShape } from '../contract/sample-shape.js';
import type { Support } from '../contract/support.js';

/**
 * A mixture of K distributions of one family: `log p(x) = log Σₖ wₖ pₖ(x)`, where the last axis of the components' batch counts them, and a
 * categorical distribution over them has the weights wₖ.
 *
 * **Shapes**: `components` with batch shape `[...batch, K]`, `mixture` over K categories with batch shape `[...batch]`, or `[]` for the same weights
 * everywhere; events are those of a component. **Units**: nats.
 *
 * **Numerics**: the sum is taken by `logSumExp`, so that far components neither overflow nor vanish. A sample draws from all K components and
 * chooses one.
 *
 * **Gradients**: a sample moves with the parameters of the components where these are reparameterised. The weights get no gradient from it,
 * because which component is chosen changes by jumps; from the log-probability they do.
 *
 * @throws Error if the batch shapes do not fit, or the components take a context
 *
 * @example
 * ```ts
 * import { Categorical, MixtureSameFamily, Normal } from '@pushforward/distributions';
 *
 * const mixture = new MixtureSameFamily(new Categorical([0, 0]), new Normal([-2, 2], 1));
 * const logProb = await mixture.logProb(0).data();
 * console.log(logProb[0].toFixed(4), await mixture.stddev().array()); // -2.9189 2.2360680103302
 * ```
 */
export class MixtureSameFamily extends Distribution {
  static readonly type: string = 'MixtureSameFamily';
  static override fromConfig(config: ModuleConfig, build: BuildModule): MixtureSameFamily {
    return new MixtureSameFamily(build(config.mixture, Categorical), build(config.components, Distribution));
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];

  /**
   * @param mixture the weights of the components
   * @param components K distributions, along the last axis of their batch
   */
  constructor(
    readonly mixture: Categorical,
    readonly components: Distribution,
  ) {
    super();
    checkInstance('MixtureSameFamily: mixture', mixture, Categorical, 'a categorical distribution');
    checkInstance('MixtureSameFamily: components', components, Distribution, 'a distribution');
    if (components.contextDim > 0)
      throw new Error(
        `MixtureSameFamily: components must take no context, got one of contextDim ${components.contextDim}`,
      );
    checkEvent('MixtureSameFamily: components batchShape', components.batchShape, [mixture.categories]);
    this.batchShape = components.batchShape.slice(0, -1);
    this.eventShape = components.eventShape;
    const [own, wanted] = [mixture.batchShape, this.batchShape].map(formatShape);
    if (own !== '[]' && own !== wanted)
      throw new Error(
        `MixtureSameFamily: mixture batchShape must be ${wanted === '[]' ? '' : '[] or '}${wanted}, got ${own}`,
      );
  }

  /** Wherever that of a component is. */
  override get support(): Support {
    const { support } = this.components;
    return {
      ...support,
      contains: (x) => tidy(() => any(support.contains(this.#forEach(toFloat('MixtureSameFamily: x', x))), -1)),
    };
  }

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    const shape = [...sampleShape('MixtureSameFamily', count)];
    const choices = this.mixture.batchShape.length === 0 ? [...shape, ...this.batchShape] : shape;
    return tidy(() => {
      const [choiceKey, valueKey] = split(key(seed), 2);
      const choice = this.mixture.sample(choices, { seed: choiceKey });
      // Cast, not made as truth values: the wasm kernel writes numbers of four bytes whatever the type.
      const isChosen = this.#overEvents(cast(oneHot(choice, this.mixture.categories), 'bool'));
      const values = toFloat('MixtureSameFamily: components', this.components.sample(shape, { seed: valueKey }));
      return this.#sumOver(where(isChosen, values, scalar(0)));
    });
  }

  logProb(x: Tensor | number): Tensor {
    if (typeof x === 'number' || this.eventShape.length === 0)
      checkBroadcast('MixtureSameFamily: x', x, this.batchShape);
    return tidy(() => {
      const events = typeof x === 'number' ? scalar(x) : x;
      checkTensor('MixtureSameFamily: x', events);
      checkEvent('MixtureSameFamily: x', events.shape, this.eventShape);
      const each = this.components.logProb(this.#forEach(toFloat('MixtureSameFamily: x', events)));
      return logSumExp(add(this.mixture.logProbs(), each), -1);
    });
  }

  /** `Σ wₖ meanₖ` */
  override mean(): Tensor {
    return tidy(() => this.#sumOver(mul(this.#weights(), this.components.mean())));
  }

  /** `√(Σ wₖ (stddevₖ² + (meanₖ − mean)²))` */
  override stddev(): Tensor {
    return tidy(() => {
      const distances = sub(this.components.mean(), this.#forEach(this.mean()));
      const second = add(square(this.components.stddev()), square(distances));
      return sqrt(this.#sumOver(mul(this.#weights(), second)));
    });
  }

  override config(): ModuleConfig {
    return {
      type: MixtureSameFamily.type,
      mixture: this.mixture.config(),
      components: this.components.config(),
    };
  }

  #weights(): Tensor {
    return this.#overEvents(exp(this.mixture.logProbs()));
  }

  /** Events `[..., ...event]` with an axis of size 1 for the components. */
  #forEach(x: Tensor): Tensor {
    return expandDims(x, x.rank - this.eventShape.length);
  }

  /** One number for each component, `[..., K]`, with axes of size 1 for the event's. */
  #overEvents(x: Tensor): Tensor {
    return reshape(x, [...x.shape, ...this.eventShape.map(() => 1)]);
  }

  #sumOver(x: Tensor): Tensor {
    return sum(x, x.rank - 1 - this.eventShape.length);
  }
}
