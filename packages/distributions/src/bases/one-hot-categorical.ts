import { argMax, cast, exp, mul, oneHot, sqrt, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkEvent, checkTensor, formatShape, type ModuleConfig, toFloat } from '@pushforward/tensor';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import {
  checkParameter,
  type Parameter,
  parameterConfig,
  parameterFromConfig,
  shapeOf,
} from '../contract/parameter.js';
import { oneHotVectors, restrictTo, type Support } from '../contract/support.js';
import { Categorical } from './categorical.js';

/**
 * The categorical distribution over K categories with events as one-hot vectors: `log p(x) = Σ xₖ (logitₖ − log Σ e^logit)`.
 *
 * **Shapes**: `logits` `[...batch, K]`; events `[K]`, as float32 when sampled. **Units**: nats.
 *
 * **Numerics**: as {@link Categorical}. Of anything but a one-hot vector the log-probability is −∞.
 *
 * **Gradients**: those of the log-probability. A sample has none: a one-hot vector does not move with the logits.
 *
 * @throws Error if the logits have no axis
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { OneHotCategorical } from '@pushforward/distributions';
 *
 * const distribution = new OneHotCategorical([0, 0, 0, 0]);
 * const logProb = await distribution.logProb(tf.tensor1d([0, 1, 0, 0])).data();
 * console.log(logProb[0].toFixed(4), await distribution.mean().array()); // -1.3863 [0.25, 0.25, 0.25, 0.25]
 * ```
 */
export class OneHotCategorical extends Distribution {
  static readonly type: string = 'OneHotCategorical';
  static override fromConfig(config: ModuleConfig): OneHotCategorical {
    return new OneHotCategorical(parameterFromConfig(config.logits));
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];

  constructor(readonly logits: Parameter) {
    super();
    checkParameter('OneHotCategorical: logits', logits);
    const shape = shapeOf(logits);
    if (shape.length === 0) throw new Error(`OneHotCategorical: logits must be [..., K], got ${formatShape(shape)}`);
    this.batchShape = shape.slice(0, -1);
    this.eventShape = shape.slice(-1);
  }

  /** The distribution of the place of the 1; anew each time: a variable that is put in another's place belongs to the properties. */
  get index(): Categorical {
    return new Categorical(this.logits);
  }

  override get support(): Support {
    return oneHotVectors(this.eventShape[0]);
  }

  sample(count: number | readonly number[], options?: SampleOptions): Tensor {
    return tidy(() => cast(oneHot(this.index.sample(count, options), this.eventShape[0]), 'float32'));
  }

  logProb(x: Tensor): Tensor {
    checkTensor('OneHotCategorical: x', x);
    checkEvent('OneHotCategorical: x', x.shape, this.eventShape);
    return tidy(() => {
      const place = argMax(toFloat('OneHotCategorical: x', x), -1);
      return restrictTo(this.support, x, this.index.logProb(place));
    });
  }

  /** The probability of every category. */
  override mean(): Tensor {
    return tidy(() => exp(this.index.logProbs()));
  }

  override stddev(): Tensor {
    return tidy(() => {
      const probs = this.mean();
      return sqrt(mul(probs, sub(1, probs)));
    });
  }

  override entropy(): Tensor {
    return this.index.entropy();
  }

  override config(): ModuleConfig {
    return { type: OneHotCategorical.type, logits: parameterConfig('OneHotCategorical: logits', this.logits) };
  }
}
