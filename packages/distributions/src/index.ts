export { Dequantized, type DequantizedBoundOptions, type DequantizedOptions } from './composites/dequantized.js';
export { Bernoulli } from './bases/bernoulli.js';
export { Categorical } from './bases/categorical.js';
export { ContinuousBernoulli } from './bases/continuous-bernoulli.js';
export { DiscretizedLogistic, type DiscretizedLogisticOptions } from './bases/discretized-logistic.js';
export { Distribution, type SampleOptions } from './contract/distribution.js';
export { Independent } from './composites/independent.js';
export { klDivergence, type KlDivergenceOptions } from './divergence/kl-divergence.js';
export { Laplace } from './bases/laplace.js';
export { LogNormal } from './composites/log-normal.js';
export { Logistic } from './bases/logistic.js';
export { MadeDistribution } from './composites/made-distribution.js';
export { maximumLikelihood, type MaximumLikelihood, type Observations } from './objectives/maximum-likelihood.js';
export { MixtureSameFamily } from './composites/mixture-same-family.js';
export { distributionModules } from './modules.js';
export { MixedDensity, type MixedDensityOptions } from './composites/mixed-density.js';
export { MultivariateNormalDiag } from './composites/multivariate-normal-diag.js';
export { MultivariateNormalTriL } from './composites/multivariate-normal-tril.js';
export { Normal } from './bases/normal.js';
export { OneHotCategorical } from './bases/one-hot-categorical.js';
export type { NestedNumbers, Parameter } from './contract/parameter.js';
export { StandardNormal } from './bases/standard-normal.js';
export { StudentT } from './bases/student-t.js';
export {
  grid,
  interval,
  oneHotVectors,
  positiveReals,
  product,
  reals,
  restrictTo,
  type Support,
} from './contract/support.js';
export { Transformed } from './composites/transformed.js';
export { Uniform } from './bases/uniform.js';
