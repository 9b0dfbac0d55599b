import { abs, mul, neg, sigmoid, sqrt, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { bernoulli, broadcastTo, key, type ModuleConfig, softplus } from '@pushforward/tensor';
import { Distribution, type SampleOptions } from './distribution.js';
import { checkBroadcast, type Parameter, parameterConfig, parameterFromConfig, shapeOf, toTensor } from './parameter.js';
import { sampleShape } from './sample-shape.js';

/**
 * The Bernoulli distribution of a 0 or 1: `log p(x) = x · logit − log(1 + e^logit)`, `p(1) = 1 / (1 + e^−logit)`.
 *
 * **Shapes**: `logits` is the batch shape; events are numbers. **Units**: nats.
 *
 * **Numerics**: exact for logits of any size; x between 0 and 1 gives the negative cross-entropy.
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
  static fromConfig(config: ModuleConfig): Bernoulli {
    return new Bernoulli({ logits: parameterFromConfig(config.logits) });
  }

  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[] = [];
  readonly logits: Parameter;

  constructor({ logits }: { logits: Parameter }) {
    super();
    this.logits = logits;
    this.batchShape = shapeOf(logits);
  }

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    const shape = [...sampleShape('bernoulli', count), ...this.batchShape];
    return tidy(() => bernoulli(key(seed), broadcastTo(this.mean(), shape)));
  }

  logProb(x: Tensor | number): Tensor {
    checkBroadcast('bernoulli: x', x, this.batchShape);
    return tidy(() => {
      const logits = toTensor(this.logits);
      return sub(mul(logits, x), softplus(logits));
    });
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

  config(): ModuleConfig {
    return { type: Bernoulli.type, logits: parameterConfig('bernoulli: logits', this.logits) };
  }
}
