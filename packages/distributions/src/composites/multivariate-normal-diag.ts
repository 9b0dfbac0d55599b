import type { Tensor } from '@tensorflow/tfjs-core';
import { checkEvent, checkTensor, formatShape, type ModuleConfig } from '@pushforward/tensor';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import { Independent } from './independent.js';
import { Normal } from '../bases/normal.js';
import {
  checkParameter,
  checkPositive,
  type Parameter,
  parameterConfig,
  parameterFromConfig,
} from '../contract/parameter.js';

/**
 * The normal distribution of a vector with a diagonal covariance: `log p(x) = Σ log N(xᵢ; locᵢ, scaleDiagᵢ)`.
 *
 * **Shapes**: `loc` and `scaleDiag` broadcast to `[...batch, D]`; events are `[D]`. **Units**: nats.
 *
 * @throws Error if neither parameter has an axis, or as {@link Normal}
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { MultivariateNormalDiag } from '@pushforward/distributions';
 *
 * const logProb = await new MultivariateNormalDiag([0, 1], [1, 2]).logProb(tf.tensor1d([0, 1])).data();
 * console.log(logProb[0].toFixed(4)); // -2.5310
 * ```
 */
export class MultivariateNormalDiag extends Distribution {
  static readonly type: string = 'MultivariateNormalDiag';
  static override fromConfig(config: ModuleConfig): MultivariateNormalDiag {
    return new MultivariateNormalDiag(parameterFromConfig(config.loc), parameterFromConfig(config.scaleDiag));
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];

  constructor(
    readonly loc: Parameter,
    readonly scaleDiag: Parameter,
  ) {
    super();
    checkParameter('MultivariateNormalDiag: loc', loc);
    checkPositive('MultivariateNormalDiag: scaleDiag', scaleDiag);
    const shape = new Normal(loc, scaleDiag).batchShape;
    if (shape.length === 0)
      throw new Error(`MultivariateNormalDiag: loc or scaleDiag must be [..., D], got ${formatShape(shape)}`);
    this.batchShape = shape.slice(0, -1);
    this.eventShape = shape.slice(-1);
  }

  /** Anew each time: a variable that is put in another's place belongs to the properties. */
  get #parts(): Independent {
    return new Independent(new Normal(this.loc, this.scaleDiag), 1);
  }

  sample(count: number | readonly number[], options?: SampleOptions): Tensor {
    return this.#parts.sample(count, options);
  }

  logProb(x: Tensor): Tensor {
    checkTensor('MultivariateNormalDiag: x', x);
    checkEvent('MultivariateNormalDiag: x', x.shape, this.eventShape);
    return this.#parts.logProb(x);
  }

  override sampleAndLogProb(
    count: number | readonly number[],
    options?: SampleOptions,
  ): { value: Tensor; logProb: Tensor } {
    return this.#parts.sampleAndLogProb(count, options);
  }

  override mean(): Tensor {
    return this.#parts.mean();
  }

  override stddev(): Tensor {
    return this.#parts.stddev();
  }

  override entropy(): Tensor {
    return this.#parts.entropy();
  }

  override config(): ModuleConfig {
    return {
      type: MultivariateNormalDiag.type,
      loc: parameterConfig('MultivariateNormalDiag: loc', this.loc),
      scaleDiag: parameterConfig('MultivariateNormalDiag: scaleDiag', this.scaleDiag),
    };
  }
}
