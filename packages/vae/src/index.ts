export { Encoder, type Encoding, mlpEncoder, type MlpEncoderOptions } from './encoder.js';
export { HierarchicalVae, type HierarchicalVaeOptions } from './hierarchical/hierarchical-vae.js';
export { LatentLayer, type LatentLayerOptions, type Statements } from './hierarchical/latent-layer.js';
export { AutoregressiveLikelihood } from './likelihoods/autoregressive.js';
export { BernoulliLikelihood } from './likelihoods/bernoulli.js';
export { CategoricalLikelihood } from './likelihoods/categorical.js';
export { ContinuousBernoulliLikelihood } from './likelihoods/continuous-bernoulli.js';
export {
  DiscretizedLogisticLikelihood,
  type DiscretizedLogisticLikelihoodOptions,
} from './likelihoods/discretized-logistic.js';
export { GaussianLikelihood, type GaussianLikelihoodOptions } from './likelihoods/gaussian.js';
export type { Grid } from './likelihoods/grid.js';
export { Likelihood } from './likelihoods/likelihood.js';
export { LogisticMixtureLikelihood, type LogisticMixtureLikelihoodOptions } from './likelihoods/logistic-mixture.js';
export { PixelCnnLikelihood } from './likelihoods/pixel-cnn.js';
export { Mlp, type MlpOptions, Network } from '@pushforward/made';
export { vaeModules } from './modules.js';
export type { StepInfo } from './objectives/batch.js';
export type { FreeBits } from './objectives/free-bits.js';
export {
  type NegativeElbo,
  negativeElbo,
  type NegativeElboOptions,
  type NegativeElboTerms,
} from './objectives/negative-elbo.js';
export { type NegativeIwae, negativeIwae, type NegativeIwaeOptions } from './objectives/negative-iwae.js';
export {
  type Elbo,
  type ElboOptions,
  type Inference,
  type JointTerms,
  LatentVariableModel,
  type LogLikelihoodOptions,
  type VaeDrawOptions,
} from './latent-variable-model.js';
export { Vae, type VaeOptions } from './vae.js';
