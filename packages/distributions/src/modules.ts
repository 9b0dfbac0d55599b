import type { ModuleClass } from '@pushforward/tensor';
import { Bernoulli } from './bernoulli.js';
import { Categorical } from './categorical.js';
import { DiscretizedLogistic } from './discretized-logistic.js';
import { Independent } from './independent.js';
import { Logistic } from './logistic.js';
import { MultivariateNormalDiag } from './multivariate-normal-diag.js';
import { Normal } from './normal.js';
import { StandardNormal } from './standard-normal.js';
import { Transformed } from './transformed.js';
import { Uniform } from './uniform.js';

/**
 * Every module class of this package, to rebuild saved ones with; add `bijectorModules` for flows.
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
  Bernoulli,
  Categorical,
  DiscretizedLogistic,
  Independent,
  Logistic,
  MultivariateNormalDiag,
  Normal,
  StandardNormal,
  Transformed,
  Uniform,
];
