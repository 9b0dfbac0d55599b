import {
  addN,
  clone,
  customGrad,
  exp,
  expandDims,
  type GradSaveFunc,
  mean,
  mul,
  sub,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { checkInstance, checkInteger, checkOneOf, checkOptions, logSumExp, type Module } from '@pushforward/tensor';
import type { Observations } from '@pushforward/distributions';
import { LatentVariableModel } from '../latent-variable-model.js';
import { readBatch, type StepInfo } from './batch.js';
import { pathLogPosteriors } from './path-gradient.js';

/** Options of {@link negativeIwae}. */
export interface NegativeIwaeOptions {
  /** K, the posterior samples for each x. Default 50. */
  samples?: number;
  /**
   * The gradient in the posterior's parameters. `'total'` is that of the estimate, whose signal falls behind its noise as K grows. `'path'` leaves out the
   * score of the posterior's density ("sticking the landing"): less noise, and for K above 1 a bias. `'doubly-reparameterized'` has neither. With a flow the latter
   * two take the flow's inverse, and the last one evaluates the densities once more. Default `'total'`.
   */
  gradient?: 'total' | 'path' | 'doubly-reparameterized';
}

/** A loss with the module that it trains, as `fit` of `@pushforward/training` takes it. */
export interface NegativeIwae {
  (batch: Observations, info: StepInfo): Tensor;
  readonly module: Module;
}

/**
 * The objective of an importance-weighted autoencoder: the mean of `−log (1/K) Σₖ wₖ` over a batch, with `wₖ = p(x|zₖ) p(zₖ) / q(zₖ|x)` for K draws from
 * q(z|x). For K = 1 it is the negative evidence lower bound; as K grows it falls to −log p(x), and asks less of the posterior.
 *
 * With `'doubly-reparameterized'` gradients, those of the posterior's parameters φ are `Σₖ w̃ₖ² ∂log wₖ/∂zₖ · ∂zₖ/∂φ` with the normalised weights w̃; those
 * of likelihood and prior are the same for all.
 *
 * **Shapes**: a batch is x `[N, dataDim]`, or `{ x, context }` with context `[N, C]`; the loss is a scalar. **Units**: nats.
 *
 * Source: Burda et al. 2016, "Importance weighted autoencoders", equation 8; Roeder et al. 2017, "Sticking the landing: simple, lower-variance gradient
 * estimators for variational inference"; Tucker et al. 2019, "Doubly reparameterized gradient estimators for Monte Carlo objectives", equation 8.
 *
 * @throws Error if `vae` is not one, or an option is out of range
 *
 * @example
 * ```ts
 * import { bernoulli, key } from '@pushforward/tensor';
 * import { fit } from '@pushforward/training';
 * import { BernoulliLikelihood, Mlp, mlpEncoder, negativeIwae, Vae } from '@pushforward/vae';
 *
 * const vae = new Vae({
 *   encoder: mlpEncoder({ dataDim: 6, latentDim: 2, hidden: [8], seed: 1 }),
 *   likelihood: new BernoulliLikelihood(new Mlp({ inputDim: 2, hidden: [8], outputDim: 6, seed: 2 })),
 * });
 * const objective = negativeIwae(vae, { samples: 5, gradient: 'doubly-reparameterized' });
 * const { epoch } = await fit(objective, bernoulli(key(0), 0.3, [64, 6]), { epochs: 2, seed: 3 });
 * console.log(epoch); // 2
 * ```
 */
export function negativeIwae(vae: LatentVariableModel, options: NegativeIwaeOptions = {}): NegativeIwae {
  checkInstance('negativeIwae: vae', vae, LatentVariableModel, 'a variational autoencoder');
  checkOptions('negativeIwae', options, ['samples', 'gradient']);
  const { samples = 50, gradient = 'total' } = options;
  checkInteger('negativeIwae: samples', samples, 1);
  checkOneOf('negativeIwae: gradient', gradient, ['total', 'path', 'doubly-reparameterized']);
  const loss = (batch: Observations, { seed }: StepInfo): Tensor => {
    const { x, context } = readBatch('negativeIwae', batch);
    return tidy(() => {
      const { encoding, z, logLikelihood, layers } = vae.infer(x, { samples, seed, context });
      const logWeights = (z: Tensor, logDensity: Tensor) => {
        const joint = vae.logJoint(x, z, context);
        return sub(joint.logLikelihood, sub(logDensity, joint.logPrior));
      };
      const logPosterior = addN(layers.map((layer) => layer.logPosterior));
      const ofPath = (z: Tensor) => logWeights(z, addN(pathLogPosteriors(vae, encoding, z)));
      const logs =
        gradient === 'total'
          ? sub(logLikelihood, addN(layers.map((layer) => sub(layer.logPosterior, layer.logPrior))))
          : ofPath(gradient === 'path' ? z : byNormalizedWeights(z, (z) => logWeights(z, logPosterior)));
      return mean(sub(Math.log(samples), logSumExp(logs, 0)));
    });
  };
  return Object.assign(loss, { module: vae });
}

/** z itself, whose gradient is multiplied by the normalised weights of its samples. */
function byNormalizedWeights(z: Tensor, logWeights: (z: Tensor) => Tensor): Tensor {
  const operation = customGrad((z: Tensor | GradSaveFunc, save: Tensor | GradSaveFunc) => {
    const logs = logWeights(z as Tensor);
    (save as GradSaveFunc)([expandDims(exp(sub(logs, logSumExp(logs, 0, true))), -1)]);
    return { value: clone(z as Tensor), gradFunc: (dy: Tensor, [weights]: Tensor[]) => mul(dy, weights) };
  });
  return operation(z);
}
