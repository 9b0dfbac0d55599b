import type { ModuleClass } from '@pushforward/tensor';
import { Encoder } from './encoder.js';
import { BernoulliLikelihood, GaussianLikelihood } from './likelihood.js';
import { Mlp } from './mlp.js';
import { Vae } from './vae.js';

/**
 * Every module class of this package, to rebuild saved ones with; add `bijectorModules`, `distributionModules` and `madeModules` for flows in
 * a posterior or prior.
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
export const vaeModules: readonly ModuleClass[] = [BernoulliLikelihood, Encoder, GaussianLikelihood, Mlp, Vae];
