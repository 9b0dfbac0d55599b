import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  type BuildModule,
  checkEvent,
  checkInstance,
  checkInteger,
  checkTensor,
  formatShape,
  type ModuleConfig,
  sumTrailing,
  readConfig,
} from '@pushforward/tensor';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import { product, type Support } from '../contract/support.js';

/**
 * Trailing batch axes of a distribution as event axes: `log p(x) = Σ log pᵢ(xᵢ)` over them.
 *
 * **Shapes**: the last `rank` axes of the base's batch shape move to the front of its event shape.
 *
 * @throws Error if the base has fewer than `rank` batch axes
 *
 * @example
 * ```ts
 * import { Independent, Normal } from '@pushforward/distributions';
 *
 * const vector = new Independent(new Normal([0, 1, 2], 1), 1);
 * console.log(vector.batchShape, vector.eventShape); // [] [ 3 ]
 * ```
 */
export class Independent extends Distribution {
  static readonly type: string = 'Independent';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Independent {
    return new Independent(build(config.base, Distribution), readConfig(config, { rank: 'number' }).rank);
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];
  override readonly contextDim: number;

  constructor(
    readonly base: Distribution,
    readonly rank: number,
  ) {
    super();
    checkInstance('Independent: base', base, Distribution, 'a distribution');
    checkInteger('Independent: rank', rank, 0);
    const split = base.batchShape.length - rank;
    if (split < 0)
      throw new Error(
        `Independent: base must have ${rank} batch axes, got batch shape ${formatShape(base.batchShape)}`,
      );
    this.contextDim = base.contextDim;
    this.batchShape = base.batchShape.slice(0, split);
    this.eventShape = [...base.batchShape.slice(split), ...base.eventShape];
  }

  override get support(): Support {
    return product(this.base.support, this.rank);
  }

  sample(count: number | readonly number[], options?: SampleOptions): Tensor {
    return this.base.sample(count, options);
  }

  logProb(x: Tensor, context?: Tensor): Tensor {
    checkTensor('Independent: x', x);
    checkEvent('Independent: x', x.shape, this.eventShape);
    return this.base.jointLogProb(x, this.rank, context);
  }

  override sampleAndLogProb(
    count: number | readonly number[],
    options?: SampleOptions,
  ): { value: Tensor; logProb: Tensor } {
    return tidy(() => {
      const { value, logProb } = this.base.sampleAndLogProb(count, options);
      return { value, logProb: sumTrailing(logProb, this.rank) };
    });
  }

  override mean(): Tensor {
    return this.base.mean();
  }

  override stddev(): Tensor {
    return this.base.stddev();
  }

  override entropy(): Tensor {
    return tidy(() => sumTrailing(this.base.entropy(), this.rank));
  }

  override config(): ModuleConfig {
    return { type: Independent.type, base: this.base.config(), rank: this.rank };
  }
}
