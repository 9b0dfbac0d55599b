import { affine, type Bijector, Chain, maf, realNvp } from '@pushforward/bijectors';
import { type Distribution, StandardNormal, Transformed } from '@pushforward/distributions';
import type { Key } from '@pushforward/tensor';

/** The density models of the table that are trained step by step. */
export interface DensityModel {
  build(options: { dim: number; hidden: number[]; contextDim: number; seed: Key }): Bijector;
  /** As in the paper: flows of many layers take smaller steps. */
  learningRate: number;
}

export const densityModels: Readonly<Record<string, DensityModel>> = {
  made: { build: (options) => maf({ ...options, transforms: 1 }), learningRate: 1e-3 },
  'real-nvp-5': { build: (options) => realNvp({ ...options, transforms: 5 }), learningRate: 1e-4 },
  'real-nvp-10': { build: (options) => realNvp({ ...options, transforms: 10 }), learningRate: 1e-4 },
  'maf-5': { build: (options) => maf({ ...options, transforms: 5 }), learningRate: 1e-4 },
  'maf-10': { build: (options) => maf({ ...options, transforms: 10 }), learningRate: 1e-4 },
};

/** A flow over the standard normal distribution, behind the location and scale of each pixel of the training digits. */
export function densityOf(flow: Bijector, loc: readonly number[], scale: readonly number[]): Distribution {
  return new Transformed(new StandardNormal(loc.length), new Chain([flow, affine({ loc, scale })]));
}
