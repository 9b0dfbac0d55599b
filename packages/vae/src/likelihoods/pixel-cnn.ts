import { cast, less, reshape, sigmoid, type Tensor, tidy, zerosLike } from '@tensorflow/tfjs-core';
import {
  admit,
  type BuildModule,
  checkInstance,
  checkInteger,
  key,
  type ModuleConfig,
  uniform,
} from '@pushforward/tensor';
import { asLogDensity, bernoulliLogProb } from '@pushforward/tensor/kernels';
import { Distribution, type SampleOptions } from '@pushforward/distributions';
import { Network, PixelCnn, type Step } from '@pushforward/made';
import { Likelihood } from './likelihood.js';

/**
 * Pixels that are 0 or 1 and depend on z and on the pixels near them that come before: `p(x|z) = Π Bernoulli(xᵢ; logitᵢ(xₙ₍ᵢ₎, h(z)))`, with a {@link PixelCnn} of
 * the image x for the logits and its context h(z) from a decoder.
 *
 * How far a pixel sees is the network's `graph`. Made small, by few blocks and small filters, it is for what is local, such as the thickness of a stroke, and
 * what is not is left to z; a decoder that sees far does without z.
 *
 * There is no closed form of the mean: `decode` and `reconstruct` throw, `sample` draws pixel after pixel.
 *
 * **Shapes**: z `[...batch, latentDim]`, x `[...batch, dataDim]`.
 *
 * Source: Chen et al. 2017, "Variational lossy autoencoder", section 3.1; Gulrajani et al. 2017, "PixelVAE: a latent variable model for natural images", section 3.
 *
 * @throws Error unless the network has one parameter a number, and the context that the decoder gives
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { ConvDecoder, PixelCnn } from '@pushforward/made';
 * import { PixelCnnLikelihood } from '@pushforward/vae';
 *
 * // Four numbers of z for the whole image, five that the decoder makes of them for each pixel, and the four pixels around it that come before.
 * const decoder = new ConvDecoder({ inputDim: 4, channels: [8], outputShape: [6, 6, 5], seed: 0 });
 * const pixelCnn = new PixelCnn({ shape: [6, 6, 1], contextChannels: 5, channels: 8, firstKernel: 3, blocks: 0, seed: 1 });
 * const likelihood = new PixelCnnLikelihood(decoder, pixelCnn);
 * console.log(likelihood.distribution(tf.zeros([3, 4])).logProb(tf.ones([3, 36])).shape); // [ 3 ]
 * ```
 */
export class PixelCnnLikelihood extends Likelihood {
  static readonly type: string = 'PixelCnnLikelihood';
  static override fromConfig(config: ModuleConfig, build: BuildModule): PixelCnnLikelihood {
    return new PixelCnnLikelihood(build(config.decoder, Network), build(config.pixelCnn, PixelCnn));
  }

  readonly latentDim: number;
  readonly dataDim: number;
  override readonly contextDim: number;

  /**
   * @param decoder from z, and the context if it takes one, to the context of `pixelCnn`
   * @param pixelCnn from x to one logit a pixel
   */
  constructor(
    readonly decoder: Network,
    readonly pixelCnn: PixelCnn,
  ) {
    super();
    checkInstance('PixelCnnLikelihood: decoder', decoder, Network, 'a network');
    checkInstance('PixelCnnLikelihood: pixelCnn', pixelCnn, PixelCnn, 'a PixelCNN');
    if (pixelCnn.parameterCount !== 1)
      throw new Error(`PixelCnnLikelihood: pixelCnn parameterCount must be 1, got ${pixelCnn.parameterCount}`);
    if (decoder.outputDim !== pixelCnn.contextDim)
      throw new Error(
        `PixelCnnLikelihood: decoder outputDim must be the contextDim of pixelCnn, ${pixelCnn.contextDim}, got ${decoder.outputDim}`,
      );
    this.latentDim = decoder.inputDim;
    this.dataDim = pixelCnn.dim;
    this.contextDim = decoder.contextDim;
  }

  distribution(z: Tensor, context?: Tensor): Distribution {
    return new GivenFeatures(this.pixelCnn, this.decoder.applyToVectors(z, context));
  }

  override config(): ModuleConfig {
    return { type: PixelCnnLikelihood.type, decoder: this.decoder.config(), pixelCnn: this.pixelCnn.config() };
  }
}

/** A pixel that is 1 where the noise is below its probability. */
const coin: Step = (noise, logits) => ({
  value: cast(less(noise, sigmoid(reshape(logits, noise.shape))), 'float32'),
  logDet: zerosLike(noise),
});

/** Images under the context that the decoder gave. */
class GivenFeatures extends Distribution {
  readonly batchShape: readonly number[];
  readonly eventShape: readonly number[];
  readonly #pixelCnn: PixelCnn;
  readonly #features: Tensor;

  constructor(pixelCnn: PixelCnn, features: Tensor) {
    super();
    this.batchShape = features.shape.slice(0, -1);
    this.eventShape = [pixelCnn.dim];
    this.#pixelCnn = pixelCnn;
    this.#features = features;
  }

  sample(count: number | readonly number[], { seed }: SampleOptions = {}): Tensor {
    const shape = typeof count === 'number' ? [count] : [...count];
    for (const size of shape) checkInteger('PixelCnnLikelihood: count', size, 0);
    return tidy(() => {
      const noise = uniform(key(seed), [...shape, ...this.batchShape, this.#pixelCnn.dim]);
      return this.#pixelCnn.unroll(noise, coin, this.#features).value;
    });
  }

  logProb(x: Tensor): Tensor {
    const { dim, contextDim } = this.#pixelCnn;
    return tidy(() => {
      const given = admit({ name: 'PixelCnnLikelihood', x, event: [dim], context: this.#features, contextDim });
      const logits = reshape(this.#pixelCnn.parameters(given.x, given.context), given.x.shape);
      return asLogDensity(bernoulliLogProb(logits, given.x, 1), given.x, 1);
    });
  }

  override mean(): Tensor {
    throw new Error('PixelCnnLikelihood: the mean of x given z has no closed form');
  }

  override config(): ModuleConfig {
    return { type: 'GivenFeatures', pixelCnn: this.#pixelCnn.config() };
  }
}
