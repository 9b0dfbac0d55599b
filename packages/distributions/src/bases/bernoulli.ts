import { abs, mul, neg, sigmoid, sqrt, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { bernoulli, broadcastTo, checkOptions, key, type ModuleConfig, softplus } from '@pushforward/tensor';
import { bernoulliLogProb } from '@pushforward/tensor/kernels';
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
import { grid, type Support } from '../contract/support.js';
import { sampleShape } from '../contract/sample-shape.js';

/**
 * The Bernoulli distribution of a 0 or 1: `log p(1) = log sigmoid(logit)`, `log p(0) = log sigmoid(−logit)`.
 *
 * **Shapes**: `logits` is the batch shape; events are numbers. **Units**: nats.
 *
 * **Numerics**: exact for logits of any size. Of anything but 0 and 1 the log-probability is −∞: grey values are no outcomes. Draw 0 or 1
 * with the grey value's probability at every step (dynamic binarisation), or model the levels themselves, by a {@link DiscretizedLogistic}.
 *
 * @example
 * ```ts
 * import { Bernoulli } from '@pushforward/distributions';
 *
 * const logProb = await new Bernoulli({ logits: [0, 1000] }).logProb(1).data();
 * console.log([...logProb].map((nats) => nats.toFixed(3)).join(' ')); // -0.693 0.000
 * ```
 */
export class Bernoulli extends Distribution {
  static readonly type: string = 'Bernoulli';
  static override fromConfig(config: ModuleConfig): Bernoulli {
    return new Bernoulli({ logits: parameterFromConfig(config.logits) });
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[] = [];
  readonly logits: Parameter;

  constructor(options: { logits: Parameter }) {
    super();
    checkOptions('Bernoulli', options, ['logits']);
    const { logits } = options;
    checkParameter('Bernoulli: logits', logits);
    this.logits = logits;
    this.batchShape = shapeOf(logits);
  }

  override get support(): Support {
    return grid(0, 1, 1);
  }

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    const shape = [...sampleShape('Bernoulli', count), ...this.batchShape];
    return tidy(() => bernoulli(key(seed), broadcastTo(this.mean(), shape)));
  }

  logProb(x: Tensor | number): Tensor {
    return this.jointLogProb(x, 0);
  }

  override jointLogProb(x: Tensor | number, rank: number): Tensor {
    checkBroadcast('Bernoulli: x', x, this.batchShape);
    return tidy(() => bernoulliLogProb(toTensor(this.logits), toTensor(x), rank));
  }

  override mean(): Tensor {
    return tidy(() => sigmoid(toTensor(this.logits)));
  }

  override stddev(): Tensor {
    return tidy(() => {
      const logits = toTensor(this.logits);
      return sqrt(mul(sigmoid(logits), sigmoid(neg(logits))));
    });
  }

  /** `log(1 + e^logit) − logit / (1 + e^−logit)` */
  override entropy(): Tensor {
    return tidy(() => {
      // Even in the logit; for a negative one both terms vanish far out, where for a positive one they would cancel.
      const logits = neg(abs(toTensor(this.logits)));
      return sub(softplus(logits), mul(logits, sigmoid(logits)));
    });
  }

  override config(): ModuleConfig {
    return { type: Bernoulli.type, logits: parameterConfig('Bernoulli: logits', this.logits) };
  }
}
