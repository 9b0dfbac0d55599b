import { distributionModules } from '@pushforward/distributions';
import type { ModuleClass } from '@pushforward/tensor';
import { Encoder } from './encoder.js';
import { BernoulliLikelihood, GaussianLikelihood } from './likelihood.js';
import { Mlp } from './mlp.js';
import { Vae } from './vae.js';

/**
 * Every module class of this package, and of `distributionModules` for the prior, to rebuild saved ones with; add `bijectorModules` for flows
 * in a posterior or prior.
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
  BernoulliLikelihood,
  Encoder,
  GaussianLikelihood,
  Mlp,
  Vae,
];
