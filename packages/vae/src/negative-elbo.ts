import { mean, neg, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { checkInstance, type Module, type Seed } from '@pushforward/tensor';
import { type ElboOptions, Vae } from './vae.js';

/** A loss with the module that it trains, as `fit` of `@pushforward/training` takes it. */
export interface NegativeElbo {
  (batch: Tensor, info: { readonly seed: Seed }): Tensor;
  readonly module: Module;
}

/**
 * The objective of a variational autoencoder: the mean of minus the evidence lower bound over a batch.
 *
 * **Shapes**: a batch is x `[N, dataDim]`; the loss is a scalar. **Units**: nats.
 *
 * Source: Kingma & Welling 2014, "Auto-encoding variational Bayes", equation 3.
 *
 * @param options those of {@link Vae.elbo} but the seed, which is every step's own
 * @throws Error if `vae` is not one
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
 * const { epoch } = await fit(negativeElbo(vae), bernoulli(key(0), 0.3, [64, 6]), { epochs: 2, seed: 3 });
 * console.log(epoch); // 2
 * ```
 */
export function negativeElbo(vae: Vae, options: Omit<ElboOptions, 'seed'> = {}): NegativeElbo {
  checkInstance('negativeElbo: vae', vae, Vae, 'a variational autoencoder');
  const loss = (x: Tensor, { seed }: { readonly seed: Seed }) =>
    tidy(() => neg(mean(vae.elbo(x, { ...options, seed }).elbo)));
  return Object.assign(loss, { module: vae });
}
