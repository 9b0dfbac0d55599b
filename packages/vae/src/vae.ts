import { mean, squeeze, stack, sub, type Tensor, type TensorContainerObject, tidy } from '@tensorflow/tfjs-core';
import {
  admit,
  type BuildModule,
  checkContext,
  checkEvent,
  checkInstance,
  checkInteger,
  checkOptions,
  key,
  logSumExp,
  Module,
  type ModuleConfig,
  type Seed,
  split,
} from '@pushforward/tensor';
import { Bijector } from '@pushforward/bijectors';
import { Distribution, StandardNormal } from '@pushforward/distributions';
import { Encoder, type Encoding } from './encoder.js';
import { Likelihood } from './likelihoods/likelihood.js';
import { drawPosterior, type PosteriorDraw, posteriorLogProb } from './posterior.js';

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

/** What x depends on besides z, and where draws come from. */
export interface VaeDrawOptions {
  /** `[...batch, C]`, for a conditional autoencoder. Default: none. */
  context?: Tensor;
  /** An integer or a key. Default: a fresh key. */
  seed?: Seed;
}

/** How {@link Vae.elbo} draws. */
export interface ElboOptions extends VaeDrawOptions {
  /** Posterior samples for each x. Default 1. */
  samples?: number;
}

/** How {@link Vae.logLikelihood} draws. */
export interface LogLikelihoodOptions extends VaeDrawOptions {
  /** Posterior samples for each x: the bound tightens as they grow. Default 100. */
  samples?: number;
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

/** The two terms of log p(x, z) = log p(x|z) + log p(z), in nats, `[samples, ...batch]` each. */
export interface JointTerms {
  logLikelihood: Tensor;
  logPrior: Tensor;
}

/**
 * A variational autoencoder: `p(x) = ∫ p(x|z) p(z) dz` with the approximate posterior `z = f(loc(x) + scale(x)·ε; context(x))`, ε ~ N(0, I).
 *
 * With an inverse autoregressive flow as f this is the IAF posterior; its density is that of the Gaussian less the flow's
 * log-determinant, so the KL term is always `log q(z|x) − log p(z)` at the samples.
 *
 * **Conditional**: where the encoder's network, the likelihood or the prior takes a context c, all densities are given it:
 * `p(x|c) = ∫ p(x|z, c) p(z|c) dz`. Parts that take none do without.
 *
 * **Shapes**: x `[...batch, dataDim]`, z `[...batch, latentDim]`, context `[...batch, C]`. **Units**: nats.
 *
 * Source: Kingma & Welling 2014, "Auto-encoding variational Bayes"; Kingma et al. 2016, "Improving variational inference with inverse
 * autoregressive flow", algorithm 1; Burda et al. 2016, "Importance weighted autoencoders", equation 8; Sohn et al. 2015, "Learning structured
 * output representation using deep conditional generative models", section 4.1.
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
  /** C, the width of the context, 0 if no part takes one. */
  readonly contextDim: number;

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
    this.contextDim = commonContextDim(encoder, likelihood, prior);
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
  elbo(x: Tensor, { samples = 1, ...options }: ElboOptions = {}): Elbo {
    checkInteger('Vae: samples', samples, 1);
    return tidy(() => {
      const { z, logPosterior } = this.draw(x, { ...options, samples });
      const { logLikelihood, logPrior } = this.logJoint(x, z, options.context);
      const reconstruction = mean(logLikelihood, 0);
      const kl = mean(sub(logPosterior, logPrior), 0);
      return { elbo: sub(reconstruction, kl), reconstruction, kl };
    });
  }

  /**
   * The importance-weighted bound `log (1/K) Σₖ p(x|zₖ) p(zₖ) / q(zₖ|x)`, which rises to log p(x) with the number of samples K.
   *
   * @returns `[...batch]`, in nats
   * @throws Error unless x is `[...batch, dataDim]`
   */
  logLikelihood(x: Tensor, { samples = 100, seed, context, chunkSize = 10 }: LogLikelihoodOptions = {}): Tensor {
    checkInteger('Vae: samples', samples, 1);
    checkInteger('Vae: chunkSize', chunkSize, 1);
    return tidy(() => {
      const encoding = this.#encode(x, context);
      const chunks = Math.ceil(samples / chunkSize);
      const sums = split(key(seed), chunks).map((chunkKey, chunk) =>
        tidy(() => {
          const count = Math.min(chunkSize, samples - chunk * chunkSize);
          const { z, logPosterior } = drawPosterior(encoding, this.posterior, count, chunkKey);
          const { logLikelihood, logPrior } = this.logJoint(x, z, context);
          // The ratio of the densities first: its terms are of one size, and the likelihood's is another.
          return logSumExp(sub(logLikelihood, sub(logPosterior, logPrior)), 0);
        }),
      );
      return sub(logSumExp(stack(sums), 0), Math.log(samples));
    });
  }

  /**
   * Reparameterised draws from q(z|x) with their log-densities, and the encoding that they are from: what an objective of one's own is made of, with
   * {@link logJoint}.
   *
   * @returns z `[samples, ...batch, latentDim]`, `logPosterior` `[samples, ...batch]` in nats
   * @throws Error unless x is `[...batch, dataDim]`
   */
  draw(x: Tensor, { samples = 1, seed, context }: ElboOptions = {}): PosteriorDraw & { readonly encoding: Encoding } {
    checkInteger('Vae: samples', samples, 1);
    return tidy(() => {
      const encoding = this.#encode(x, context);
      const draw = { encoding, ...drawPosterior(encoding, this.posterior, samples, seed) };
      // A plain object for tidy, which keeps the tensors of the containers that it knows.
      return draw as typeof draw & TensorContainerObject;
    });
  }

  /**
   * log p(x|z) and log p(z).
   *
   * @param z `[samples, ...batch, latentDim]`
   */
  logJoint(x: Tensor, z: Tensor, context?: Tensor): JointTerms {
    const { likelihood, prior } = this;
    return tidy(() => {
      const { x: data } = admit({ name: 'Vae', x, event: [this.encoder.dataDim] });
      const terms: JointTerms = {
        logLikelihood: likelihood.distribution(z, likelihood.contextDim > 0 ? context : undefined).logProb(data),
        logPrior: prior.logProb(z, prior.contextDim > 0 ? context : undefined),
      };
      return terms as JointTerms & TensorContainerObject;
    });
  }

  /** log q(z|x) of any z under an encoding of x; with a flow by its inverse. */
  posteriorLogProb(encoding: Encoding, z: Tensor): Tensor {
    return tidy(() => posteriorLogProb(encoding, this.posterior, z));
  }

  /** One draw of z from q(z|x) for each x, `[...batch, latentDim]`. */
  encode(x: Tensor, options: VaeDrawOptions = {}): Tensor {
    return tidy(() => squeeze(this.draw(x, options).z, [0]));
  }

  /** The mean of p(x|z), `[...batch, dataDim]`. */
  decode(z: Tensor, { context }: { context?: Tensor } = {}): Tensor {
    return tidy(() => {
      const { likelihood } = this;
      this.#checkContext(context, z.shape.slice(0, -1));
      const given = admit({ name: 'Vae', argument: 'z', x: z, event: [this.encoder.latentDim] });
      return likelihood.distribution(given.x, likelihood.contextDim > 0 ? context : undefined).mean();
    });
  }

  /** The mean of p(x|z) at one draw of z from q(z|x), `[...batch, dataDim]`. */
  reconstruct(x: Tensor, options: VaeDrawOptions = {}): Tensor {
    return tidy(() => this.decode(this.encode(x, options), options));
  }

  /** Draws from p(x): z from the prior, then x from p(x|z), `[...count, dataDim]`, or `[...count, ...batch, dataDim]` with a context. */
  sample(count: number | readonly number[], { seed, context }: VaeDrawOptions = {}): Tensor {
    const { prior, likelihood } = this;
    this.#checkContext(context, []);
    return tidy(() => {
      const [latentKey, dataKey] = split(key(seed), 2);
      // One draw for each context, which a prior that takes it sees to itself.
      const shape = [count, prior.contextDim > 0 || !context ? [] : context.shape.slice(0, -1)].flat();
      const z = prior.sample(shape, { seed: latentKey, context: prior.contextDim > 0 ? context : undefined });
      const given = likelihood.contextDim > 0 ? context : undefined;
      return likelihood.distribution(z, given).sample([], { seed: dataKey });
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

  #encode(x: Tensor, context?: Tensor): Encoding {
    const { dataDim, network } = this.encoder;
    const given = admit({ name: 'Vae', x, event: [dataDim], context, contextDim: this.contextDim });
    // As many x as there are contexts, even where the encoder does without them.
    return this.encoder.encode(given.x, network.contextDim > 0 ? given.context : undefined);
  }

  #checkContext(context: Tensor | undefined, batch: readonly number[]): void {
    checkContext('Vae', context, this.contextDim, batch);
  }
}

/** The width of the context that all parts take that take one. */
function commonContextDim(encoder: Encoder, likelihood: Likelihood, prior: Distribution): number {
  const widths = {
    'encoder network': encoder.network.contextDim,
    likelihood: likelihood.contextDim,
    prior: prior.contextDim,
  };
  const [first, ...rest] = Object.entries(widths).filter(([, width]) => width > 0);
  for (const [name, width] of rest) {
    if (width !== first[1])
      throw new Error(`Vae: ${name} contextDim must be 0 or the ${first[0]}'s ${first[1]}, got ${width}`);
  }
  return first?.[1] ?? 0;
}
