import { affine, type Bijector, Chain, madeMog, maf, mafMog, realNvp } from '@pushforward/bijectors';
import { type Distribution, StandardNormal, Transformed } from '@pushforward/distributions';
import type { Activation, Key } from '@pushforward/tensor';

/** What the flow of a row is built from. */
interface DensityOptions {
  dim: number;
  hidden: number[];
  /** 0 for a density without a context. */
  contextDim: number;
  /** Default `'relu'`. */
  activation?: Activation;
  seed: Key;
}

/** A row of the paper's tables that is trained step by step. */
export interface DensityModel {
  build(options: DensityOptions): Bijector;
  /** As in the paper: flows of many layers take smaller steps. */
  learningRate: number;
}

/** How many rows the paper's batches have. */
export const BATCH = 100;
/** The paper adds 10⁻⁶ ‖w‖² to the loss. */
export const L2 = 2e-6;
/** After how many epochs without a better validation loss the paper stops. */
export const PATIENCE = 30;

const [ofOneLayer, ofLayers] = [1e-3, 1e-4];

/** By the row's name. As in the paper, flows of many layers normalise by batches between them. */
export const densityModels: Readonly<Record<string, DensityModel>> = {
  made: { build: (options) => maf({ ...options, transforms: 1 }), learningRate: ofOneLayer },
  'made-mog': { build: (options) => madeMog(options), learningRate: ofOneLayer },
  'real-nvp-5': {
    build: (options) => realNvp({ ...options, transforms: 5, batchNorm: true }),
    learningRate: ofLayers,
  },
  'real-nvp-10': {
    build: (options) => realNvp({ ...options, transforms: 10, batchNorm: true }),
    learningRate: ofLayers,
  },
  'maf-5': { build: (options) => maf({ ...options, transforms: 5, batchNorm: true }), learningRate: ofLayers },
  'maf-10': { build: (options) => maf({ ...options, transforms: 10, batchNorm: true }), learningRate: ofLayers },
  'maf-mog-5': { build: (options) => mafMog({ ...options, transforms: 5, batchNorm: true }), learningRate: ofLayers },
};

/** A flow over the standard normal distribution, behind a location and a scale of each dimension. */
export function densityOf(flow: Bijector, loc: readonly number[], scale: readonly number[]): Distribution {
  return new Transformed(new StandardNormal(loc.length), new Chain([flow, affine({ loc, scale })]));
}
