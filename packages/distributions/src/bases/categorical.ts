import {
  argMax,
  cast,
  exp,
  expandDims,
  greater,
  isFinite,
  log,
  max,
  mul,
  neg,
  oneHot,
  range,
  scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { formatShape, key, logSumExp, type ModuleConfig, uniform, where } from '@pushforward/tensor';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import {
  checkBroadcast,
  checkParameter,
  type Parameter,
  parameterConfig,
  parameterFromConfig,
  shapeOf,
  toTensor,
} from '../contract/parameter.js';
import { grid, restrictTo, type Support } from '../contract/support.js';
import { sampleShape } from '../contract/sample-shape.js';

/**
 * The categorical distribution over 0 … K − 1: `log p(k) = logitₖ − log Σ e^logit`.
 *
 * **Shapes**: `logits` `[...batch, K]`; events are integers, as int32 when sampled. **Units**: nats.
 *
 * **Numerics**: a logit of −∞ is a probability of 0. Sampling takes the largest of `logit + Gumbel noise`.
 *
 * @throws Error if the logits have no axis
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Categorical } from '@pushforward/distributions';
 *
 * const logProb = await new Categorical([0, 0, 0, 0]).logProb(tf.scalar(2, 'int32')).data();
 * console.log(logProb[0].toFixed(4)); // -1.3863
 * ```
 */
export class Categorical extends Distribution {
  static readonly type: string = 'Categorical';
  static override fromConfig(config: ModuleConfig): Categorical {
    return new Categorical(parameterFromConfig(config.logits));
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[] = [];
  /** K, the number of categories. */
  readonly categories: number;

  constructor(readonly logits: Parameter) {
    super();
    checkParameter('Categorical: logits', logits);
    const shape = shapeOf(logits);
    if (shape.length === 0) throw new Error(`Categorical: logits must be [..., K], got ${formatShape(shape)}`);
    this.batchShape = shape.slice(0, -1);
    this.categories = shape.at(-1) as number;
  }

  override get support(): Support {
    return grid(0, this.categories - 1, 1);
  }

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    const shape = [...sampleShape('Categorical', count), ...this.batchShape, this.categories];
    return tidy(() => {
      const noise = uniform(key(seed), shape, { minval: 2 ** -25 });
      return argMax(sub(toTensor(this.logits), log(neg(log(noise)))), -1);
    });
  }

  /** @param x integers, of any numeric type; whatever is none from 0 to K − 1 has a log-probability of −∞ */
  logProb(x: Tensor): Tensor {
    checkBroadcast('Categorical: x', x, this.batchShape);
    return tidy(() => {
      const chosen = cast(oneHot(cast(x, 'int32'), this.categories), 'bool');
      // Selected, not multiplied: 0 · −∞ would be NaN.
      return restrictTo(this.support, x, sum(where(chosen, this.logProbs(), scalar(0)), -1));
    });
  }

  /** The log-probability of every category, `[...batch, K]`, in nats. */
  logProbs(): Tensor {
    return tidy(() => {
      const logits = toTensor(this.logits);
      const largest = max(logits, -1, true);
      // The largest first: large logits have digits that small differences need.
      const shifted = sub(logits, where(isFinite(largest), largest, scalar(0)));
      return sub(shifted, logSumExp(shifted, -1, true));
    });
  }

  /** `Σ k p(k)`, which says something where the order of the categories does. */
  override mean(): Tensor {
    return tidy(() => {
      const { values, probs } = this.#table();
      return sum(mul(probs, values), -1);
    });
  }

  /** `√(Σ (k − mean)² p(k))` */
  override stddev(): Tensor {
    return tidy(() => {
      const { values, probs } = this.#table();
      const centred = sub(values, expandDims(this.mean(), -1));
      return sqrt(sum(mul(probs, square(centred)), -1));
    });
  }

  /** `−Σ p log p` */
  override entropy(): Tensor {
    return tidy(() => {
      const logProbs = this.logProbs();
      const probs = exp(logProbs);
      return neg(sum(where(greater(probs, 0), mul(probs, logProbs), scalar(0)), -1));
    });
  }

  override config(): ModuleConfig {
    return { type: Categorical.type, logits: parameterConfig('Categorical: logits', this.logits) };
  }

  /** The numbers 0 … K − 1, and their probabilities `[...batch, K]`. */
  #table(): { values: Tensor; probs: Tensor } {
    return { values: range(0, this.categories, 1, 'float32'), probs: exp(this.logProbs()) };
  }
}
