import { add, clipByValue, floor, mul, reshape, squeeze, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  admit,
  type BuildModule,
  checkInstance,
  checkInteger,
  checkOptions,
  formatShape,
  key,
  logSumExp,
  Module,
  type ModuleConfig,
  readConfig,
  type Seed,
  sizeOf,
  uniform,
} from '@pushforward/tensor';
import { Distribution, type SampleOptions } from '../contract/distribution.js';

/** Options of {@link Dequantized}. */
export interface DequantizedOptions {
  /** p(y), a density of what is left once noise from 0 to 1 is added, such as a flow that ends with a `PixelSigmoid`. */
  density: Distribution;
  /** The number of values of each number: they are 0 to `levels − 1`. */
  levels: number;
  /**
   * q(u|x), the noise given what it is added to: events of the density's shape with numbers from 0 to 1, and a context of as many numbers as an event has, which are
   * those of x brought to [−1, 1]. Default: uniform noise.
   */
  noise?: Distribution;
}

/** Options of {@link Dequantized.logProbBound}. */
export interface DequantizedBoundOptions {
  /** Draws of noise for each event: the bound tightens as they grow. Default 1. */
  samples?: number;
  /** An integer or a key. Default: a fresh key. */
  seed?: Seed;
  /** `[...batch, C]`, for a density that takes one. Default: none. */
  context?: Tensor;
}

/**
 * Probabilities of whole numbers by a density of real ones: `P(x) = ∫ p(x + u) du` over all u from 0 to 1, whose logarithm is bounded from below by
 *
 * $$\log P(x) \ge \mathbb{E}_{u \sim q(u|x)}\bigl[\log p(x + u) - \log q(u|x)\bigr]$$
 *
 * with uniform noise q, or a noise model that is trained with the density: a flow whose last part is a sigmoid. Without noise a density of whole numbers grows without
 * end around them, and means nothing.
 *
 * **Shapes**: x `[...batch, ...event]` of whole numbers. **Units**: nats; divided by the numbers of an event and by log 2 they are bits per dimension.
 *
 * Source: Theis, van den Oord & Bethge 2016, "A note on the evaluation of generative models", section 3.1, for uniform noise; Ho et al. 2019, "Flow++: improving
 * flow-based generative models with variational dequantization and architecture design", section 3.1.
 *
 * @throws Error if the density has a batch of its own, or the noise has events of another shape or does not take x as its context
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Chain, iaf, maf, PixelSigmoid, Sigmoid } from '@pushforward/bijectors';
 * import { Dequantized, StandardNormal, Transformed } from '@pushforward/distributions';
 *
 * const base = new StandardNormal(2);
 * const flow = maf({ dim: 2, hidden: [16], transforms: 2, seed: 0 });
 * const density = new Transformed(base, new Chain([flow, new PixelSigmoid({ levels: 4 })]));
 * const noise = new Transformed(base, new Chain([iaf({ dim: 2, contextDim: 2, hidden: [16], transforms: 1, seed: 1 }), new Sigmoid()]));
 * const pixels = new Dequantized({ density, levels: 4, noise });
 * console.log(pixels.logProbBound(tf.tensor2d([[0, 3], [2, 1]]), { seed: 2 }).shape); // [ 2 ]
 * ```
 */
export class Dequantized extends Module {
  static readonly type: string = 'Dequantized';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Dequantized {
    return new Dequantized({
      density: build(config.density, Distribution),
      ...readConfig(config, { levels: 'number' }),
      noise: config.noise === null ? undefined : build(config.noise, Distribution),
    });
  }

  readonly density: Distribution;
  readonly levels: number;
  readonly noise?: Distribution;

  constructor(options: DequantizedOptions) {
    super();
    checkOptions('Dequantized', options, ['density', 'levels', 'noise']);
    const { density, levels, noise } = options;
    checkInstance('Dequantized: density', density, Distribution, 'a distribution');
    checkInteger('Dequantized: levels', levels, 2);
    if (density.batchShape.length > 0)
      throw new Error(`Dequantized: density must have no batch of its own, got ${formatShape(density.batchShape)}`);
    if (noise !== undefined) {
      checkInstance('Dequantized: noise', noise, Distribution, 'a distribution');
      const dim = sizeOf(density.eventShape);
      if (formatShape(noise.eventShape) !== formatShape(density.eventShape) || noise.contextDim !== dim) {
        throw new Error(
          `Dequantized: noise must have events of ${formatShape(density.eventShape)} and a context of ${dim}, got ${formatShape(noise.eventShape)} and ${noise.contextDim}`,
        );
      }
      this.noise = noise;
    }
    this.density = density;
    this.levels = levels;
  }

  /**
   * A lower bound on log P(x), estimated with draws of noise: its mean over seeds is below log P(x), and with more samples nearer to it. Minus its mean over a batch
   * is the loss that trains density and noise.
   *
   * @returns `[...batch]`, in nats
   * @throws Error if x or the context does not fit
   */
  logProbBound(x: Tensor, { samples = 1, seed, context }: DequantizedBoundOptions = {}): Tensor {
    checkInteger('Dequantized: samples', samples, 1);
    const { contextDim, eventShape } = this.density;
    return tidy(() => {
      const given = admit({ name: 'Dequantized', x, event: eventShape, context, contextDim });
      const { value, logProb } = this.#drawNoise(given.x, given.batch, samples, key(seed));
      const density = this.density.logProb(add(given.x, value), given.context);
      const ratio = logProb ? sub(density, logProb) : density;
      return samples === 1 ? squeeze(ratio, [0]) : sub(logSumExp(ratio, 0), Math.log(samples));
    });
  }

  /** Draws of whole numbers from 0 to `levels − 1`: those of the density, rounded down. Without a gradient. */
  sample(count: number | readonly number[], options: SampleOptions = {}): Tensor {
    return tidy(() => clipByValue(floor(this.density.sample(count, options)), 0, this.levels - 1));
  }

  override config(): ModuleConfig {
    return {
      type: Dequantized.type,
      density: this.density.config(),
      levels: this.levels,
      noise: this.noise?.config() ?? null,
    };
  }

  /** Noise `[samples, ...batch, ...event]`, and its log-density unless that is 0. */
  #drawNoise(x: Tensor, batch: readonly number[], samples: number, seed: Seed): { value: Tensor; logProb?: Tensor } {
    if (!this.noise) return { value: uniform(key(seed), [samples, ...x.shape]) };
    const scaled = sub(mul(x, 2 / (this.levels - 1)), 1);
    const context = reshape(scaled, [...batch, sizeOf(this.density.eventShape)]);
    return this.noise.sampleAndLogProb([samples], { seed, context });
  }
}
