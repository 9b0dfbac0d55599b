import { distributionModules } from '@pushforward/distributions';
import type { ModuleClass } from '@pushforward/tensor';
import { Encoder } from './encoder.js';
import { HierarchicalVae } from './hierarchical/hierarchical-vae.js';
import { LatentLayer } from './hierarchical/latent-layer.js';
import { AutoregressiveLikelihood } from './likelihoods/autoregressive.js';
import { BernoulliLikelihood } from './likelihoods/bernoulli.js';
import { CategoricalLikelihood } from './likelihoods/categorical.js';
import { ContinuousBernoulliLikelihood } from './likelihoods/continuous-bernoulli.js';
import { DiscretizedLogisticLikelihood } from './likelihoods/discretized-logistic.js';
import { GaussianLikelihood } from './likelihoods/gaussian.js';
import { LogisticMixtureLikelihood } from './likelihoods/logistic-mixture.js';
import { PixelCnnLikelihood } from './likelihoods/pixel-cnn.js';
import { Vae } from './vae.js';

/**
 * Every module class that a variational autoencoder is made of, those of `distributionModules` included, for `buildModule` and for loading a
 * saved model.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { buildModule } from '@pushforward/tensor';
 * import { Mlp, vaeModules } from '@pushforward/vae';
 *
 * const config = new Mlp({ inputDim: 8, hidden: [16], outputDim: 4 }).config();
 * console.log(buildModule<Mlp>(config, vaeModules).outputDim); // 4
 * ```
 */
export const vaeModules: readonly ModuleClass[] = [
  ...distributionModules,
  AutoregressiveLikelihood,
  BernoulliLikelihood,
  CategoricalLikelihood,
  ContinuousBernoulliLikelihood,
  DiscretizedLogisticLikelihood,
  Encoder,
  GaussianLikelihood,
  HierarchicalVae,
  LatentLayer,
  LogisticMixtureLikelihood,
  PixelCnnLikelihood,
  Vae,
];
