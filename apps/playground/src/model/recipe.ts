import type { Source } from '../data/source.js';

/** A flow by the name of its factory in `@pushforward/bijectors`, and the options for it: what is built, and what the program shown says. */
export interface Recipe {
  readonly factory: FactoryName;
  readonly options: Readonly<Record<string, string | number | readonly number[]>>;
}

export type FactoryName =
  | 'maf'
  | 'iaf'
  | 'nsf'
  | 'naf'
  | 'mafMog'
  | 'madeMog'
  | 'flowPlusPlus'
  | 'realNvp'
  | 'nice'
  | 'glow'
  | 'lstmMaf'
  | 'lstmIaf'
  | 'attentionMaf'
  | 'attentionIaf';

/** What the controls of a page say about a run. */
export interface Settings {
  readonly flow: FlowName;
  /** The number of layers. */
  readonly depth: number;
  /** The width of the hidden layers of each layer's network. */
  readonly width: number;
  readonly steps: number;
  readonly seed: number;
}

/** A run: what is trained on what. */
export interface RunSpec {
  readonly source: Source;
  readonly settings: Settings;
}

interface Kind {
  readonly title: string;
  readonly note: string;
  readonly factory: FactoryName;
  /** Whether it is one layer, so that its depth is no choice. */
  readonly isOneLayer?: true;
  /** The options besides those that all factories have. */
  options(width: number): Recipe['options'];
}

// A smooth activation: a density with kinks looks like crumpled paper.
const masked = (width: number) => ({ hidden: [width, width], activation: 'silu' });
const mixtures = (width: number) => ({ ...masked(width), components: 8 });
const recurrent = (width: number) => ({ hidden: [width] });
const attention = (width: number) => ({ width, heads: 2, blocks: 1, mlp: 2 * width, activation: 'silu' });

/** Every factory of flows of vectors; splines stand twice, over autoregressive and over coupling layers. */
const kinds = {
  nsf: {
    title: 'Neural spline flow',
    note: 'Autoregressive layers of splines. Densities take one pass.',
    factory: 'nsf',
    options: (width) => ({ ...masked(width), bins: 8, bound: 3 }),
  },
  maf: {
    title: 'MAF',
    note: 'Masked autoregressive, affine. Densities take one pass, samples one sweep.',
    factory: 'maf',
    options: masked,
  },
  iaf: {
    title: 'IAF',
    note: 'Inverse autoregressive. Samples take one pass, densities one sweep.',
    factory: 'iaf',
    options: masked,
  },
  naf: {
    title: 'Neural autoregressive flow',
    note: 'Monotone networks. Sampling solves an equation for every number.',
    factory: 'naf',
    options: masked,
  },
  mafMog: {
    title: 'MAF with mixtures',
    note: 'MAF MoG: affine layers on mixtures of Gaussians. Sampling solves an equation for every number.',
    factory: 'mafMog',
    options: mixtures,
  },
  madeMog: {
    title: 'MADE with mixtures',
    note: 'MADE MoG: each number a mixture of Gaussians given those before. One layer.',
    factory: 'madeMog',
    isOneLayer: true,
    options: mixtures,
  },
  nsfCoupling: {
    title: 'Neural spline flow, coupling',
    note: 'Coupling layers of splines. Both directions take one pass.',
    factory: 'nsf',
    options: (width) => ({ ...masked(width), bins: 8, bound: 3, layers: 'coupling' }),
  },
  flowPlusPlus: {
    title: 'Flow++',
    note: 'Coupling layers of mixtures of logistics. Sampling solves an equation for every number.',
    factory: 'flowPlusPlus',
    options: mixtures,
  },
  realNvp: {
    title: 'RealNVP',
    note: 'Affine coupling layers. Both directions take one pass.',
    factory: 'realNvp',
    options: masked,
  },
  nice: {
    title: 'NICE',
    note: 'Coupling layers that only shift: they keep areas.',
    factory: 'nice',
    options: masked,
  },
  glow: {
    title: 'Glow',
    note: 'Affine coupling with linear maps between the layers.',
    factory: 'glow',
    options: masked,
  },
  lstmMaf: {
    title: 'MAF over LSTMs',
    note: 'A recurrent network for each layer.',
    factory: 'lstmMaf',
    options: recurrent,
  },
  lstmIaf: {
    title: 'IAF over LSTMs',
    note: 'A recurrent network for each layer.',
    factory: 'lstmIaf',
    options: recurrent,
  },
  attentionMaf: {
    title: 'MAF over transformers',
    note: 'A causal transformer for each layer.',
    factory: 'attentionMaf',
    options: attention,
  },
  attentionIaf: {
    title: 'IAF over transformers',
    note: 'A causal transformer for each layer.',
    factory: 'attentionIaf',
    options: attention,
  },
} as const satisfies Record<string, Kind>;

export type FlowName = keyof typeof kinds;

export const flows: Readonly<Record<FlowName, Kind>> = kinds;

export const flowNames = Object.keys(flows) as FlowName[];

export function recipeOf({ flow, depth, width, seed }: Settings, contextDim: number): Recipe {
  const { factory, isOneLayer, options } = flows[flow];
  const layers: Recipe['options'] = isOneLayer ? {} : { transforms: depth };
  const context: Recipe['options'] = contextDim > 0 ? { contextDim } : {};
  return { factory, options: { dim: 2, ...layers, ...options(width), ...context, seed } };
}
