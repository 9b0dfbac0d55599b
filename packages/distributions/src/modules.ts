import { bijectorModules } from '@pushforward/bijectors';
import type { ModuleClass } from '@pushforward/tensor';
import { Bernoulli } from './bases/bernoulli.js';
import { Categorical } from './bases/categorical.js';
import { ContinuousBernoulli } from './bases/continuous-bernoulli.js';
import { DiscretizedLogistic } from './bases/discretized-logistic.js';
import { Dequantized } from './composites/dequantized.js';
import { Independent } from './composites/independent.js';
import { Laplace } from './bases/laplace.js';
import { Logistic } from './bases/logistic.js';
import { LogNormal } from './composites/log-normal.js';
import { MadeDistribution } from './composites/made-distribution.js';
import { MixtureSameFamily } from './composites/mixture-same-family.js';
import { MixedDensity } from './composites/mixed-density.js';
import { MultivariateNormalDiag } from './composites/multivariate-normal-diag.js';
import { MultivariateNormalTriL } from './composites/multivariate-normal-tril.js';
import { Normal } from './bases/normal.js';
import { OneHotCategorical } from './bases/one-hot-categorical.js';
import { StandardNormal } from './bases/standard-normal.js';
import { StudentT } from './bases/student-t.js';
import { Transformed } from './composites/transformed.js';
import { Uniform } from './bases/uniform.js';

/**
 * Every module class that a distribution of this package is made of, those of `bijectorModules` included, for `buildModule` and for loading
 * a saved model.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { distributionModules, StandardNormal } from '@pushforward/distributions';
 * import { buildModule } from '@pushforward/tensor';
 *
 * const config = new StandardNormal(3).config();
 * console.log(buildModule(config, distributionModules).config().type); // StandardNormal
 * ```
 */
export const distributionModules: readonly ModuleClass[] = [
  ...bijectorModules,
  Bernoulli,
  Categorical,
  ContinuousBernoulli,
  DiscretizedLogistic,
  Dequantized,
  Independent,
  Laplace,
  Logistic,
  LogNormal,
  MadeDistribution,
  MixtureSameFamily,
  MixedDensity,
  MultivariateNormalDiag,
  MultivariateNormalTriL,
  Normal,
  OneHotCategorical,
  StandardNormal,
  StudentT,
  Transformed,
  Uniform,
];
