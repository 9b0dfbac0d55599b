import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { Module, type Seed, sumTrailing } from '@pushforward/tensor';
import { typeOf } from '@pushforward/tensor/kernels';
import { reals, type Support } from './support.js';

/** Options of drawing. */
export interface SampleOptions {
  /** An integer or a key; the same seed gives the same sample on every backend. Default: a fresh key. */
  seed?: Seed;
  /** `[...batch, C]`, for a distribution that takes one. Default: none. */
  context?: Tensor;
}

/**
 * A probability distribution over events of one shape, or a batch of them.
 *
 * A subclass gives {@link sample} and {@link logProb}, each under `tf.tidy`, and whatever else it knows in closed form.
 *
 * **Shapes**: a sample is `[...sampleShape, ...batchShape, ...eventShape]`; its log-probability drops the event axes. With a context
 * `[...batch, C]` the batch shape is the context's. **Units**: nats.
 *
 * @example
 * ```ts
 * import { type Distribution, Logistic } from '@pushforward/distributions';
 *
 * const distribution: Distribution = new Logistic([0, 1], 2);
 * const { value, logProb } = distribution.sampleAndLogProb([5, 3], { seed: 0 });
 * console.log(value.shape, logProb.shape); // [ 5, 3, 2 ] [ 5, 3, 2 ]
 * ```
 */
export abstract class Distribution extends Module {
  /** The shape of the parameters' batch: one distribution each. */
  abstract readonly batchShape: readonly number[];
  /** The shape of one event, `[]` for a number. */
  abstract readonly eventShape: readonly number[];
  /** The support of its events; by default all numbers. Outside of it the log-probability is −∞. */
  get support(): Support {
    return reals(this.eventShape.length);
  }

  /** The width of the context that this distribution needs, 0 if it takes none. */
  readonly contextDim: number = 0;

  /**
   * Independent draws; differentiable in the parameters where the distribution can be reparameterised.
   *
   * @param count how many, or a whole sample shape
   */
  abstract sample(count: number | readonly number[], options?: SampleOptions): Tensor;

  /**
   * The log-density (continuous) or log-probability (discrete) of each event, in nats: a number, or −∞ outside the {@link support} and where the
   * density is too small for float32. An event with NaN has NaN.
   */
  abstract logProb(x: Tensor, context?: Tensor): Tensor;

  /**
   * `Σ log p(xᵢ)` over the last `rank` axes of the batch, in nats, which {@link Independent} makes axes of the event; in one pass where that saves work.
   *
   * **Shapes**: x as for {@link logProb}; result as there, without those axes.
   */
  jointLogProb(x: Tensor, rank: number, context?: Tensor): Tensor {
    return tidy(() => sumTrailing(this.logProb(x, context), rank));
  }

  /** A sample and its log-probability; one pass where that saves work. */
  sampleAndLogProb(count: number | readonly number[], options: SampleOptions = {}): { value: Tensor; logProb: Tensor } {
    return tidy(() => {
      const value = this.sample(count, options);
      return { value, logProb: this.logProb(value, options.context) };
    });
  }

  /** The mean of each event, `[...batchShape, ...eventShape]`. */
  mean(): Tensor {
    throw new Error(`${typeOf(this)}: mean has no closed form`);
  }

  /** The standard deviation of each number of the event, `[...batchShape, ...eventShape]`. */
  stddev(): Tensor {
    throw new Error(`${typeOf(this)}: stddev has no closed form`);
  }

  /** The entropy, or differential entropy, in nats, `[...batchShape]`. */
  entropy(): Tensor {
    throw new Error(`${typeOf(this)}: entropy has no closed form`);
  }
}
