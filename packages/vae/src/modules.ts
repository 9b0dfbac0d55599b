import type { ModuleClass } from '@pushforward/tensor';
import { Encoder } from './encoder.js';
import { BernoulliLikelihood, GaussianLikelihood } from './likelihood.js';
import { Mlp } from './mlp.js';
import { Vae } from './vae.js';

/** Every module class of this package, to rebuild saved ones with. */
export const vaeModules: readonly ModuleClass[] = [BernoulliLikelihood, Encoder, GaussianLikelihood, Mlp, Vae];
