import { addN, mean, squeeze, stack, sub, type Tensor, type TensorContainerObject, tidy } from '@tensorflow/tfjs-core';
import { checkInteger, checkOptions, key, logSumExp, Module, type Seed, split } from '@pushforward/tensor';

/** Options of functions that draw: the context that x depends on besides z, and the seed. */
export interface VaeDrawOptions {
  /** `[...batch, C]`, for a conditional autoencoder. Default: none. */
  context?: Tensor;
  /** An integer or a key. Default: a fresh key. */
  seed?: Seed;
}

/** Options of {@link LatentVariableModel.elbo}. */
export interface ElboOptions extends VaeDrawOptions {
  /** Posterior samples for each x. Default 1. */
  samples?: number;
}

/** Options of {@link LatentVariableModel.logLikelihood}. */
export interface LogLikelihoodOptions extends VaeDrawOptions {
  /** Posterior samples for each x: the bound tightens as they grow. Default 100. */
  samples?: number;
  /** The number of samples in memory at once. Default 10. */
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

/** A draw of z from q(z|x), and every density at it, in nats. */
export interface Inference {
  /** `[samples, ...batch, latentDim]` */
  readonly z: Tensor;
  /** log p(x|z), `[samples, ...batch]` */
  readonly logLikelihood: Tensor;
  /** Of each latent layer, given those above it, `[samples, ...batch]`: log q(z_l|z_<l, x) and log p(z_l|z_<l). */
  readonly layers: readonly { readonly logPosterior: Tensor; readonly logPrior: Tensor }[];
}

/**
 * A model `p(x) = ∫ p(x|z) p(z) dz` with a posterior q(z|x) to draw from: what {@link Vae} and {@link HierarchicalVae} have in common, and what objectives are
 * made of. z has one or more layers, `p(z) = Π p(z_l|z_<l)` and `q(z|x) = Π q(z_l|z_<l, x)`, so that the evidence lower bound is a sum over layers:
 *
 * `E_q[log p(x|z)] − Σ_l E_q[log q(z_l|z_<l, x) − log p(z_l|z_<l)]`.
 *
 * **Shapes**: x `[...batch, dataDim]`, z `[...batch, latentDim]`, with the layers one behind the other. **Units**: nats.
 *
 * Source: Kingma & Welling 2014, "Auto-encoding variational Bayes"; Burda et al. 2016, "Importance weighted autoencoders", equation 8.
 *
 * @typeParam Encoding what an x says of z, computed once for all its draws
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { BernoulliLikelihood, type LatentVariableModel, Mlp, mlpEncoder, Vae } from '@pushforward/vae';
 *
 * const gap = (model: LatentVariableModel, x: tf.Tensor) =>
 *   tf.sub(model.logLikelihood(x, { samples: 20, seed: 1 }), model.elbo(x, { samples: 20, seed: 1 }).elbo);
 *
 * const vae = new Vae({
 *   encoder: mlpEncoder({ dataDim: 6, latentDim: 2, hidden: [8], seed: 1 }),
 *   likelihood: new BernoulliLikelihood(new Mlp({ inputDim: 2, hidden: [8], outputDim: 6, seed: 2 })),
 * });
 * console.log((await gap(vae, tf.ones([1, 6])).data())[0] > 0); // true
 * ```
 */
export abstract class LatentVariableModel<Encoding = unknown> extends Module {
  abstract readonly dataDim: number;
  /** Of all layers together. */
  abstract readonly latentDim: number;
  /** C, the width of the context, 0 if no part takes one. */
  abstract readonly contextDim: number;

  /**
   * The posterior of z given x.
   *
   * @throws Error unless x is `[...batch, dataDim]`, or the context does not fit
   */
  abstract encodeData(x: Tensor, context?: Tensor): Encoding;

  /** Reparameterised draws from q(z|x) with every density at them, under an encoding of x. */
  abstract inferFrom(encoding: Encoding, x: Tensor, options: ElboOptions): Inference;

  /** log q(z_l|z_<l, x) of any z under an encoding of x, layer by layer; with a flow by its inverse. */
  abstract layerLogPosteriors(encoding: Encoding, z: Tensor): Tensor[];

  /**
   * log p(x|z) and log p(z).
   *
   * @param z `[samples, ...batch, latentDim]`
   */
  abstract logJoint(x: Tensor, z: Tensor, context?: Tensor): JointTerms;

  /** The mean of p(x|z), `[...batch, dataDim]`. */
  abstract decode(z: Tensor, options?: { context?: Tensor }): Tensor;

  /** Draws from p(x): z from the prior, then x from p(x|z), `[...count, dataDim]`, or `[...count, ...batch, dataDim]` with a context. */
  abstract sample(count: number | readonly number[], options?: VaeDrawOptions): Tensor;

  /** {@link inferFrom} of an x, together with its encoding: what an objective of one's own is made of. */
  infer(x: Tensor, options: ElboOptions = {}): Inference & { readonly encoding: Encoding } {
    const { name } = this.constructor;
    checkOptions(`${name}.infer`, options, ['samples', 'seed', 'context']);
    const { samples = 1 } = options;
    checkInteger(`${name}: samples`, samples, 1);
    return tidy(() => {
      const encoding = this.encodeData(x, options.context);
      const inference = { encoding, ...this.inferFrom(encoding, x, { ...options, samples }) };
      // A plain object for tidy, which keeps the tensors of the containers that it knows.
      return inference as typeof inference & TensorContainerObject;
    });
  }

  /**
   * The evidence lower bound on log p(x): `E_q[log p(x|z) + log p(z) − log q(z|x)]`, estimated with reparameterised samples.
   *
   * @throws Error unless x is `[...batch, dataDim]`
   */
  elbo(x: Tensor, options: ElboOptions = {}): Elbo {
    return tidy(() => {
      const inference = this.infer(x, options);
      const reconstruction = meanOverSamples(inference.logLikelihood);
      const kl = meanOverSamples(klOf(inference));
      return { elbo: sub(reconstruction, kl), reconstruction, kl };
    });
  }

  /**
   * The importance-weighted bound `log (1/K) Σₖ p(x|zₖ) p(zₖ) / q(zₖ|x)`, which rises to log p(x) with the number of samples K.
   *
   * @returns `[...batch]`, in nats
   * @throws Error unless x is `[...batch, dataDim]`
   */
  logLikelihood(x: Tensor, options: LogLikelihoodOptions = {}): Tensor {
    const { name } = this.constructor;
    checkOptions(`${name}.logLikelihood`, options, ['samples', 'seed', 'context', 'chunkSize']);
    const { samples = 100, seed, context, chunkSize = 10 } = options;
    checkInteger(`${name}: samples`, samples, 1);
    checkInteger(`${name}: chunkSize`, chunkSize, 1);
    return tidy(() => {
      const encoding = this.encodeData(x, context);
      const chunks = Math.ceil(samples / chunkSize);
      const sums = split(key(seed), chunks).map((chunkKey, chunk) =>
        tidy(() => {
          const count = Math.min(chunkSize, samples - chunk * chunkSize);
          const inference = this.inferFrom(encoding, x, { samples: count, seed: chunkKey, context });
          // The ratio of the densities first: its terms are of one size, and the likelihood's is another.
          return logSumExp(sub(inference.logLikelihood, klOf(inference)), 0);
        }),
      );
      return sub(logSumExp(stack(sums), 0), Math.log(samples));
    });
  }

  /** log q(z|x) of any z under an encoding of x; with a flow by its inverse. */
  posteriorLogProb(encoding: Encoding, z: Tensor): Tensor {
    return tidy(() => addN(this.layerLogPosteriors(encoding, z)));
  }

  /** One draw of z from q(z|x) for each x, `[...batch, latentDim]`. */
  encode(x: Tensor, options: VaeDrawOptions = {}): Tensor {
    return tidy(() => squeeze(this.infer(x, options).z, [0]));
  }

  /** The mean of p(x|z) at one draw of z from q(z|x), `[...batch, dataDim]`. */
  reconstruct(x: Tensor, options: VaeDrawOptions = {}): Tensor {
    return tidy(() => this.decode(this.encode(x, options), options));
  }
}

/** `log q(z|x) − log p(z)` at the draws, `[samples, ...batch]`, for use under `tf.tidy`. */
function klOf({ layers }: Inference): Tensor {
  const ofLayers = layers.map(({ logPosterior, logPrior }) => sub(logPosterior, logPrior));
  return ofLayers.length === 1 ? ofLayers[0] : addN(ofLayers);
}

/** Of `[samples, ...batch]`; that of one sample takes no arithmetic, and its gradient none. */
function meanOverSamples(x: Tensor): Tensor {
  return x.shape[0] === 1 ? squeeze(x, [0]) : mean(x, 0);
}
