import { fill, ones, type Tensor, zeros } from '@tensorflow/tfjs-core';
import {
  checkEvent,
  checkIntegers,
  checkTensor,
  key,
  type ModuleConfig,
  normal,
  readConfig,
  sizeOf,
} from '@pushforward/tensor';
import { HALF_LOG_TWO_PI, standardNormalLogProb } from '@pushforward/tensor/kernels';
import { Distribution, type SampleOptions } from '../contract/distribution.js';
import { sampleShape } from '../contract/sample-shape.js';

/**
 * The standard normal distribution of D independent numbers, the usual base of a flow: `log p(x) = −½ ‖x‖² − (D / 2) log 2π`.
 *
 * **Shapes**: events `[D]`, or any shape that is given, of D numbers together; no batch. **Units**: nats.
 *
 * @throws Error unless every size is a positive integer
 *
 * @example
 * ```ts
 * import { StandardNormal } from '@pushforward/distributions';
 *
 * console.log(new StandardNormal(3).sample(5, { seed: 0 }).shape); // [ 5, 3 ]
 * console.log(new StandardNormal([28, 28]).sample(5, { seed: 0 }).shape); // [ 5, 28, 28 ]
 * ```
 */
export class StandardNormal extends Distribution {
  static readonly type: string = 'StandardNormal';
  static override fromConfig(config: ModuleConfig): StandardNormal {
    return new StandardNormal(readConfig(config, { eventShape: 'numbers' }).eventShape);
  }

  readonly batchShape: readonly number[] = [];
  readonly eventShape: readonly number[];

  readonly #size: number;

  /** @param event the length of a vector, or a whole event shape */
  constructor(event: number | readonly number[]) {
    super();
    const shape = typeof event === 'number' ? [event] : event;
    checkIntegers('StandardNormal: event', shape, 1);
    this.eventShape = [...shape];
    this.#size = sizeOf(this.eventShape);
  }

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    return normal(key(seed), [...sampleShape('StandardNormal', count), ...this.eventShape]);
  }

  logProb(x: Tensor): Tensor {
    checkTensor('StandardNormal: x', x);
    checkEvent('StandardNormal: x', x.shape, this.eventShape);
    return standardNormalLogProb(x, this.eventShape.length);
  }

  override mean(): Tensor {
    return zeros(this.eventShape as number[]);
  }

  override stddev(): Tensor {
    return ones(this.eventShape as number[]);
  }

  /** `(D / 2) (1 + log 2π)` */
  override entropy(): Tensor {
    return fill([], this.#size * (0.5 + HALF_LOG_TWO_PI));
  }

  override config(): ModuleConfig {
    return { type: StandardNormal.type, eventShape: [...this.eventShape] };
  }
}
