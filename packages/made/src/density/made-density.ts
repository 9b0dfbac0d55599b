import { reshape, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  admit,
  checkInteger,
  checkOptions,
  type Key,
  key,
  Module,
  type ModuleConfig,
  type Seed,
} from '@pushforward/tensor';
import { typeOf, asLogDensity } from '@pushforward/tensor/kernels';
import type { Step } from '../contract/conditioner.js';
import { Made, type MadeOptions, structureOptions } from '../made/made.js';

/** Options of a density model on a {@link Made}: that network's, but for its parameters, which the model decides. */
export type MadeDensityOptions = Omit<MadeOptions, 'parameterCount' | 'initialParameters'>;

/** Options of drawing. */
export interface MadeSampleOptions {
  /** An integer or a key; the same seed gives the same sample on every backend. Default: a fresh key. */
  seed?: Seed;
  /** `[...batch, C]`, for a model that takes one. Default: none. */
  context?: Tensor;
}

/**
 * A density model of vectors in which a {@link Made} gives the parameters of each number's distribution given those before it in the
 * order: `log p(x) = Σᵢ log p(xᵢ | x₍₋ᵢ₎)`.
 *
 * Source: Germain et al. 2015, "MADE: masked autoencoder for distribution estimation", equation 2.
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { MadeDensity, type MadeDensityOptions, type Step } from '@pushforward/made';
 * import { type Key, uniform } from '@pushforward/tensor';
 *
 * // Waiting times: p(xᵢ | x₍₋ᵢ₎) = rate · exp(−rate · xᵢ), and the network gives the logarithm of the rate.
 * class ExponentialMade extends MadeDensity {
 *   static readonly type = 'ExponentialMade';
 *   constructor(options: MadeDensityOptions) {
 *     super(options, 1);
 *   }
 *   protected elementLogProb(x: tf.Tensor, parameters: tf.Tensor) {
 *     const logRate = tf.squeeze(parameters, [-1]);
 *     return tf.sub(logRate, tf.mul(tf.exp(logRate), x));
 *   }
 *   protected noise(key: Key, shape: readonly number[]) {
 *     return tf.neg(tf.log(uniform(key, shape, { minval: 1e-7 })));
 *   }
 *   protected readonly draw: Step = (noise, parameters) => {
 *     const logRate = tf.squeeze(parameters, [-1]);
 *     return { value: tf.mul(noise, tf.exp(tf.neg(logRate))), logDet: tf.neg(logRate) };
 *   };
 * }
 *
 * const model = new ExponentialMade({ dim: 3, seed: 0 });
 * console.log(await model.logProb(tf.ones([2, 3])).array()); // [-3, -3]
 * ```
 */
export abstract class MadeDensity extends Module {
  readonly made: Made;

  constructor(options: MadeDensityOptions, parameterCount: number) {
    super();
    checkOptions(typeOf(this), options, structureOptions);
    this.made = new Made({ ...options, parameterCount });
  }

  /** D, the number of dimensions. */
  get dim(): number {
    return this.made.dim;
  }

  /** The width of the context, 0 if there is none. */
  get contextDim(): number {
    return this.made.contextDim;
  }

  /**
   * The log-probability or log-density of each vector, in nats, by one parallel pass.
   *
   * **Shapes**: `x` `[...batch, D]`, `context` `[...batch, C]` or with a batch shape that broadcasts with that of x; result `[...batch]`.
   *
   * @throws Error if x or the context does not fit
   */
  logProb(x: Tensor, context?: Tensor): Tensor {
    return tidy(() => {
      const { dim, contextDim } = this;
      const given = admit({ name: 'MadeDensity', x, event: [dim], context, contextDim });
      return asLogDensity(
        sum(this.elementLogProb(given.x, this.made.parameters(given.x, given.context)), -1),
        given.x,
        1,
      );
    });
  }

  /**
   * Independent draws, number after number in the order, by one unrolling.
   *
   * **Shapes**: result `[...count, ...batch, D]`, where the context is `[...batch, C]`.
   *
   * @param count how many for each context, or a whole sample shape
   * @throws Error if the count is not made of integers of at least 0, or the context does not fit
   */
  sample(count: number | readonly number[], { seed, context }: MadeSampleOptions = {}): Tensor {
    const shape = typeof count === 'number' ? [count] : count;
    for (const size of shape) checkInteger('MadeDensity: count', size, 0);
    const event = [...shape, ...(context?.shape.slice(0, -1) ?? []), this.dim];
    return tidy(() => reshape(this.made.unroll(this.noise(key(seed), event), this.draw, context).value, event));
  }

  override config(): ModuleConfig {
    const { parameterCount: _, ...config } = this.made.config();
    return { ...config, type: typeOf(this) };
  }

  /** `log p(xᵢ | x₍₋ᵢ₎)`: `x` `[...batch, D]`, `parameters` `[...batch, D, P]`, result `[...batch, D]`. */
  protected abstract elementLogProb(x: Tensor, parameters: Tensor): Tensor;

  /** The random numbers that {@link draw} transforms. */
  protected abstract noise(key: Key, shape: readonly number[]): Tensor;

  /** A number with the distribution that its parameters say, from a noise. */
  protected abstract readonly draw: Step;
}
