import { type Tensor, type TensorContainerObject, tidy } from '@tensorflow/tfjs-core';
import {
  admit,
  type BuildModule,
  checkContext,
  checkEvent,
  checkInstance,
  checkOptions,
  key,
  type ModuleConfig,
  normal,
  split,
} from '@pushforward/tensor';
import { Bijector } from '@pushforward/bijectors';
import { Distribution, StandardNormal } from '@pushforward/distributions';
import { Encoder, type Encoding } from './encoder.js';
import {
  type ElboOptions,
  type Inference,
  type JointTerms,
  LatentVariableModel,
  type VaeDrawOptions,
} from './latent-variable-model.js';
import { Likelihood } from './likelihoods/likelihood.js';
import { drawPosterior, posteriorLogProb } from './posterior.js';

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
export class Vae extends LatentVariableModel<Encoding> {
  static readonly type: string = 'Vae';
  static override fromConfig(config: ModuleConfig, build: BuildModule): Vae {
    return new Vae({
      encoder: build(config.encoder, Encoder),
      likelihood: build(config.likelihood, Likelihood),
      posterior: config.posterior === null ? undefined : build(config.posterior, Bijector),
      prior: build(config.prior, Distribution),
    });
  }

  readonly dataDim: number;
  readonly latentDim: number;
  readonly encoder: Encoder;
  readonly posterior?: Bijector;
  readonly prior: Distribution;
  readonly likelihood: Likelihood;
  readonly contextDim: number;

  constructor(options: VaeOptions) {
    super();
    checkOptions('Vae', options, ['encoder', 'likelihood', 'posterior', 'prior']);
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
    // A flow without the context would be one flow for all x, while the encoder's context is trained for nothing.
    if (posterior && posterior.contextDim !== encoder.contextDim) {
      throw new Error(
        `Vae: posterior contextDim must be the encoder's ${encoder.contextDim}, got ${posterior.contextDim}`,
      );
    }
    this.contextDim = commonContextDim(encoder, likelihood, prior);
    this.dataDim = dataDim;
    this.latentDim = latentDim;
    this.encoder = encoder;
    this.posterior = posterior;
    this.prior = prior;
    this.likelihood = likelihood;
  }

  encodeData(x: Tensor, context?: Tensor): Encoding {
    const { dataDim, network } = this.encoder;
    const given = admit({ name: 'Vae', x, event: [dataDim], context, contextDim: this.contextDim });
    // As many x as there are contexts, even where the encoder does without them.
    return this.encoder.encode(given.x, network.contextDim > 0 ? given.context : undefined);
  }

  inferFrom(encoding: Encoding, x: Tensor, { samples = 1, seed, context }: ElboOptions): Inference {
    const noise = normal(key(seed), [samples, ...encoding.loc.shape]);
    const { z, logPosterior } = drawPosterior(encoding, this.posterior, noise);
    const { logLikelihood, logPrior } = this.logJoint(x, z, context);
    return { z, logLikelihood, layers: [{ logPosterior, logPrior }] };
  }

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

  layerLogPosteriors(encoding: Encoding, z: Tensor): Tensor[] {
    return [posteriorLogProb(encoding, this.posterior, z)];
  }

  decode(z: Tensor, { context }: { context?: Tensor } = {}): Tensor {
    return tidy(() => {
      const { likelihood } = this;
      this.#checkContext(context, z.shape.slice(0, -1));
      const given = admit({ name: 'Vae', argument: 'z', x: z, event: [this.encoder.latentDim] });
      return likelihood.distribution(given.x, likelihood.contextDim > 0 ? context : undefined).mean();
    });
  }

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
