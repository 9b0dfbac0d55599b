import { addN, mean, mul, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkInstance, checkInteger, checkNumber, checkOneOf, checkOptions, type Module } from '@pushforward/tensor';
import type { Observations } from '@pushforward/distributions';
import { LatentVariableModel } from '../latent-variable-model.js';
import { readBatch, type StepInfo } from './batch.js';
import { chargedKl, checkFreeBits, type FreeBits } from './free-bits.js';
import { pathLogPosteriors } from './path-gradient.js';

/** Options of {@link negativeElbo}. */
export interface NegativeElboOptions {
  /** Posterior samples for each x. Default 1. */
  samples?: number;
  /**
   * Factor of the KL term: a number, as in a β-VAE, or a function of the step, such as `(step) => Math.min(1, step / 1000)` for annealing.
   * Default 1.
   */
  beta?: number | ((step: number) => number);
  /** The part of the KL term that groups of latent dimensions have for nothing. Default: nothing. */
  freeBits?: FreeBits;
  /**
   * `'total'` is the gradient of the estimate; `'path'` leaves out the score of the posterior's density, which has an expectation of 0 and a variance that
   * does not vanish where the posterior is exact ("sticking the landing"). With a flow it takes the flow's inverse twice. Default `'total'`.
   */
  gradient?: 'total' | 'path';
}

/** A batch's means of what {@link negativeElbo} is made of, in nats: scalars. */
export interface NegativeElboTerms {
  /** `β chargedKl − reconstruction`. */
  loss: Tensor;
  /** `E_q[log p(x|z)]` */
  reconstruction: Tensor;
  /** `E_q[log q(z|x) − log p(z)]`, whatever is charged for it: `kl − reconstruction` is the negative evidence lower bound. */
  kl: Tensor;
  /** The term that stands in place of the KL term, before β. */
  chargedKl: Tensor;
}

/** A loss with the module that it trains, as `fit` of `@pushforward/training` takes it. */
export interface NegativeElbo {
  /** The loss of a batch; where `training` is false, the negative evidence lower bound itself. */
  (batch: Observations, info: StepInfo): Tensor;
  readonly module: Module;
  /** The terms of the loss in training, with the true KL term apart. */
  terms(batch: Observations, info: StepInfo): NegativeElboTerms;
}

/**
 * The objective of a variational autoencoder: the mean of minus the evidence lower bound over a batch, `kl − reconstruction`.
 *
 * With options it is `β Σⱼ max(λ, KLⱼ) − reconstruction`, where KLⱼ is the batch's mean over latent group j, or latent layer j: β weighs the KL term, by the step
 * for annealing, and free bits λ keep a group from being switched off before it says anything. In evaluation, as by `fit`'s validation, it is the
 * negative evidence lower bound itself, so that scores compare.
 *
 * **Shapes**: a batch is x `[N, dataDim]`, or `{ x, context }` with context `[N, C]`; the loss is a scalar. **Units**: nats.
 *
 * Source: Kingma & Welling 2014, "Auto-encoding variational Bayes", equation 3; Higgins et al. 2017, "β-VAE: learning basic visual concepts with a
 * constrained variational framework", equation 4; Bowman et al. 2016, "Generating sentences from a continuous space", section 3.1; Kingma et al. 2016,
 * "Improving variational inference with inverse autoregressive flow", equation 15; Roeder et al. 2017, "Sticking the landing: simple, lower-variance
 * gradient estimators for variational inference", equation 8.
 *
 * @throws Error if `vae` is not one, an option is out of range, or free bits have groups that the KL term is no sum over
 *
 * @example
 * ```ts
 * import { bernoulli, key } from '@pushforward/tensor';
 * import { fit } from '@pushforward/training';
 * import { BernoulliLikelihood, Mlp, mlpEncoder, negativeElbo, Vae } from '@pushforward/vae';
 *
 * const vae = new Vae({
 *   encoder: mlpEncoder({ dataDim: 6, latentDim: 2, hidden: [8], seed: 1 }),
 *   likelihood: new BernoulliLikelihood(new Mlp({ inputDim: 2, hidden: [8], outputDim: 6, seed: 2 })),
 * });
 * const objective = negativeElbo(vae, { freeBits: { nats: 0.1, groups: 2 }, beta: (step) => Math.min(1, step / 100) });
 * const { epoch } = await fit(objective, bernoulli(key(0), 0.3, [64, 6]), { epochs: 2, seed: 3 });
 * console.log(epoch); // 2
 * ```
 */
export function negativeElbo(vae: LatentVariableModel, options: NegativeElboOptions = {}): NegativeElbo {
  checkInstance('negativeElbo: vae', vae, LatentVariableModel, 'a variational autoencoder');
  checkOptions('negativeElbo', options, ['samples', 'beta', 'freeBits', 'gradient']);
  const { samples = 1, beta = 1, freeBits, gradient = 'total' } = options;
  checkInteger('negativeElbo: samples', samples, 1);
  checkOneOf('negativeElbo: gradient', gradient, ['total', 'path']);
  if (typeof beta !== 'function') checkBeta(beta);
  if (freeBits) checkFreeBits('negativeElbo', vae, freeBits);
  const usesPath = gradient === 'path';

  const terms = (batch: Observations, { seed, step = 0 }: StepInfo): NegativeElboTerms => {
    const { x, context } = readBatch('negativeElbo', batch);
    const weight = typeof beta === 'function' ? beta(step) : beta;
    checkBeta(weight);
    return tidy(() => {
      const { encoding, z, logLikelihood, layers } = vae.infer(x, { samples, seed, context });
      const reconstruction = mean(logLikelihood);
      const paths = usesPath ? pathLogPosteriors(vae, encoding, z) : undefined;
      const kls = layers.map(({ logPosterior, logPrior }, l) => mean(sub(paths ? paths[l] : logPosterior, logPrior)));
      const kl = addN(kls);
      const charged = freeBits ? chargedKl(freeBits, kls, { model: vae, encoding, z, usesPath }) : kl;
      const loss = sub(weight === 1 ? charged : mul(charged, weight), reconstruction);
      const result: NegativeElboTerms = { loss, reconstruction, kl, chargedKl: charged };
      // A plain object for tidy, which keeps the tensors of the containers that it knows.
      return result as NegativeElboTerms & Record<string, Tensor>;
    });
  };
  const loss = (batch: Observations, info: StepInfo): Tensor =>
    tidy(() => {
      const { loss, kl, reconstruction } = terms(batch, info);
      return info.training === false ? sub(kl, reconstruction) : loss;
    });
  return Object.assign(loss, { module: vae, terms });
}

function checkBeta(value: unknown): void {
  // 0 is where annealing begins.
  if (value !== 0) checkNumber('negativeElbo: beta', value, { above: 0 });
}
