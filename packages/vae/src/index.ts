export { Encoder, type Encoding, mlpEncoder, type MlpEncoderOptions } from './encoder.js';
export { BernoulliLikelihood, GaussianLikelihood, type GaussianLikelihoodOptions, Likelihood } from './likelihood.js';
export { Mlp, type MlpOptions, Network } from '@pushforward/made';
export { vaeModules } from './modules.js';
export { type NegativeElbo, negativeElbo } from './negative-elbo.js';
export { type Elbo, type ElboOptions, type LogLikelihoodOptions, Vae, type VaeOptions } from './vae.js';
