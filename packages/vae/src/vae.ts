import { add, exp, mean, mul, squeeze, stack, sub, sum, type Tensor, tidy } from '@tensorflow/tfjs-core';
import {
  admit,
  type BuildModule,
  checkEvent,
  checkInstance,
  checkInteger,
  checkOptions,
  key,
  logSumExp,
  Module,
  type ModuleConfig,
  normal,
  type Seed,
  split,
} from '@pushforward/tensor';
import { Bijector } from '@pushforward/bijectors';
import { Distribution, StandardNormal } from '@pushforward/distributions';
import { normalLogProb } from '@pushforward/tensor/kernels';
import { Encoder, type Encoding } from './encoder.js';
import { Likelihood } from './likelihood.js';

/** The four parts of a {@link Vae}. */
export interface VaeOptions {
  /** q(z|x)'s Gaussian, and the context of its flow. */
  encoder: Encoder;
  /** p(x|z). */
  likelihood: Likelihood;
  /** A flow on top of the encoder's Gaussian, such as `iaf({ … })`. Default: none, the posterior is that Gaussian. */
  posterior?: Bijector;
  /** p(z), over vectors of the latent width. Default: the standard normal. */
  prior?: Distribution;
}

/** How {@link Vae.elbo} draws. */
export interface ElboOptions {
  /** Posterior samples for each x. Default 1. */
  samples?: number;
  /** An integer or a key. Default: a fresh key. */
  seed?: Seed;
}

/** How {@link Vae.logLikelihood} draws. */
export interface LogLikelihoodOptions {
  /** Posterior samples for each x: the bound tightens as they grow. Default 100. */
  samples?: number;
  /** An integer or a key. Default: a fresh key. */
  seed?: Seed;
  /** How many samples are in memory at once. Default 10. */
  chunkSize?: number;
}

/** The evidence lower bound of each example and its two terms, in nats, `[...batch]` each. */
export interface Elbo {
  /** `reconstruction − kl` */
  elbo: Tensor;
  /** `E_q[log p(x|z)]` */
  reconstruction: Tensor;
  /** `E_q[log q(z|x) − log p(z)]`, a Monte Carlo estimate, which may be negative */
  kl: Tensor;
}

/**
 * A variational autoencoder: `p(x) = ∫ p(x|z) p(z) dz` with the approximate posterior `z = f(loc(x) + scale(x)·ε; context(x))`, ε ~ N(0, I).
 *
 * With an inverse autoregressive flow as f this is the IAF posterior; its density is that of the Gaussian less the flow's
 * log-determinant, so the KL term is always `log q(z|x) − log p(z)` at the samples.
 *
 * **Shapes**: x `[...batch, dataDim]`, z `[...batch, latentDim]`. **Units**: nats.
 *
 * Source: Kingma & Welling 2014, "Auto-encoding variational Bayes"; Kingma et al. 2016, "Improving variational inference with inverse
 * autoregressive flow", algorithm 1; Burda et al. 2016, "Importance weighted autoencoders", equation 8.
 *
 * @throws Error if the parts' latent, data or context widths do not fit each other
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { iaf } from '@pushforward/bijectors';
 * import { BernoulliLikelihood, Mlp, mlpEncoder, Vae } from '@pushforward/vae';
 *
 * const vae = new Vae({
 *   encoder: mlpEncoder({ dataDim: 20, latentDim: 4, contextDim: 6, hidden: [32], seed: 1 }),
 *   posterior: iaf({ dim: 4, contextDim: 6, hidden: [16], transforms: 2, seed: 2 }),
 *   likelihood: new BernoulliLikelihood(new Mlp({ inputDim: 4, hidden: [32], outputDim: 20, seed: 3 })),
 * });
 * const { elbo } = vae.elbo(tf.zeros([5, 20]), { seed: 4 });
 * console.log(elbo.shape); // [ 5 ]
 * ```
 */
export class Vae extends Module {
  static readonly type: string = 'Vae';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Vae {
    return new Vae({
      encoder: build(config.encoder, Encoder),
      likelihood: build(config.likelihood, Likelihood),
      posterior: config.posterior === null ? undefined : build(config.posterior, Bijector),
      prior: build(config.prior, Distribution),
    });
  }

  readonly encoder: Encoder;
  readonly posterior?: Bijector;
  readonly prior: Distribution;
  readonly likelihood: Likelihood;

  constructor(options: VaeOptions) {
    super();
    checkOptions('Vae', options);
    const { encoder, likelihood, posterior } = options;
    checkInstance('Vae: encoder', encoder, Encoder, 'an encoder');
    checkInstance('Vae: likelihood', likelihood, Likelihood, 'a likelihood');
    if (posterior !== undefined) checkInstance('Vae: posterior', posterior, Bijector, 'a bijector');
    const { prior = new StandardNormal(encoder.latentDim) } = options;
    checkInstance('Vae: prior', prior, Distribution, 'a distribution');
    const { latentDim, dataDim } = encoder;
    if (likelihood.latentDim !== latentDim) {
      throw new Error(`Vae: likelihood latentDim must be the encoder's ${latentDim}, got ${likelihood.latentDim}`);
    }
    if (likelihood.dataDim !== dataDim) {
      throw new Error(`Vae: likelihood dataDim must be the encoder's ${dataDim}, got ${likelihood.dataDim}`);
    }
    checkEvent('Vae: prior eventShape', prior.eventShape, [latentDim]);
    if (posterior?.eventShape) checkEvent('Vae: posterior eventShape', posterior.eventShape, [latentDim]);
    if (posterior && posterior.contextDim !== 0 && posterior.contextDim !== encoder.contextDim) {
      throw new Error(
        `Vae: posterior contextDim must be the encoder's ${encoder.contextDim} or 0, got ${posterior.contextDim}`,
      );
    }
    this.encoder = encoder;
    this.posterior = posterior;
    this.prior = prior;
    this.likelihood = likelihood;
  }

  /**
   * The evidence lower bound on log p(x): `E_q[log p(x|z) + log p(z) − log q(z|x)]`, estimated with reparameterised samples.
   *
   * @throws Error unless x is `[...batch, dataDim]`
   */
  elbo(x: Tensor, { samples = 1, seed }: ElboOptions = {}): Elbo {
    checkInteger('Vae: samples', samples, 1);
    return tidy(() => {
      const data = this.#admit(x);
      const { reconstruction, logRatio } = this.#terms(data, this.encoder.encode(data), samples, seed);
      const meanReconstruction = mean(reconstruction, 0);
      const kl = mean(logRatio, 0);
      return { elbo: sub(meanReconstruction, kl), reconstruction: meanReconstruction, kl };
    });
  }

  /**
   * The importance-weighted bound `log (1/K) Σₖ p(x|zₖ) p(zₖ) / q(zₖ|x)`, which rises to log p(x) with the number of samples K.
   *
   * @returns `[...batch]`, in nats
   * @throws Error unless x is `[...batch, dataDim]`
   */
  logLikelihood(x: Tensor, { samples = 100, seed, chunkSize = 10 }: LogLikelihoodOptions = {}): Tensor {
    checkInteger('Vae: samples', samples, 1);
    checkInteger('Vae: chunkSize', chunkSize, 1);
    return tidy(() => {
      const data = this.#admit(x);
      const encoding = this.encoder.encode(data);
      const chunks = Math.ceil(samples / chunkSize);
      const sums = split(key(seed), chunks).map((chunkKey, chunk) =>
        tidy(() => {
          const count = Math.min(chunkSize, samples - chunk * chunkSize);
          const { reconstruction, logRatio } = this.#terms(data, encoding, count, chunkKey);
          return logSumExp(sub(reconstruction, logRatio), 0);
        }),
      );
      return sub(logSumExp(stack(sums), 0), Math.log(samples));
    });
  }

  /** One draw of z from q(z|x) for each x, `[...batch, latentDim]`. */
  encode(x: Tensor, { seed }: { seed?: Seed } = {}): Tensor {
    return tidy(() => {
      const { value } = this.#samplePosterior(this.encoder.encode(this.#admit(x)), 1, seed);
      return squeeze(value, [0]);
    });
  }

  /** The mean of p(x|z), `[...batch, dataDim]`. */
  decode(z: Tensor): Tensor {
    return tidy(() =>
      this.likelihood
        .distribution(admit({ name: 'Vae', argument: 'z', x: z, event: [this.encoder.latentDim] }).x)
        .mean(),
    );
  }

  /** The mean of p(x|z) at one draw of z from q(z|x), `[...batch, dataDim]`. */
  reconstruct(x: Tensor, options: { seed?: Seed } = {}): Tensor {
    return tidy(() => this.decode(this.encode(x, options)));
  }

  /** Draws from p(x): z from the prior, then x from p(x|z), `[...count, dataDim]`. */
  sample(count: number | readonly number[], { seed }: { seed?: Seed } = {}): Tensor {
    return tidy(() => {
      const [latentKey, dataKey] = split(key(seed), 2);
      const z = this.prior.sample(count, { seed: latentKey });
      return this.likelihood.distribution(z).sample([], { seed: dataKey });
    });
  }

  override config(): ModuleConfig {
    return {
      type: Vae.type,
      encoder: this.encoder.config(),
      likelihood: this.likelihood.config(),
      posterior: this.posterior?.config() ?? null,
      prior: this.prior.config(),
    };
  }

  #admit(x: Tensor): Tensor {
    return admit({ name: 'Vae', x, event: [this.encoder.dataDim] }).x;
  }

  /** log p(x|z) and log q(z|x) − log p(z), `[samples, ...batch]` each. */
  #terms(x: Tensor, encoding: Encoding, samples: number, seed?: Seed): { reconstruction: Tensor; logRatio: Tensor } {
    const { value: z, logProb } = this.#samplePosterior(encoding, samples, seed);
    return {
      reconstruction: this.likelihood.distribution(z).logProb(x),
      logRatio: sub(logProb, this.prior.logProb(z)),
    };
  }

  /** z `[samples, ...batch, latentDim]` and log q(z|x) `[samples, ...batch]`. */
  #samplePosterior(
    { loc, logScale, context }: Encoding,
    samples: number,
    seed?: Seed,
  ): { value: Tensor; logProb: Tensor } {
    const noise = normal(key(seed), [samples, ...loc.shape]);
    const gaussian = add(loc, mul(exp(logScale), noise));
    // The Gaussian's density at its own sample needs the noise alone: no division by a small scale.
    const logProb = sum(normalLogProb(noise, logScale), -1);
    if (!this.posterior) return { value: gaussian, logProb };
    const { value, logDet } = this.posterior.forwardAndLogDet(
      gaussian,
      this.posterior.contextDim > 0 ? context : undefined,
    );
    return { value, logProb: sub(logProb, logDet) };
  }
}
