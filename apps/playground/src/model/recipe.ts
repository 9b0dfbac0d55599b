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

interface Kind {
  readonly title: string;
  readonly note: string;
  readonly factory: FactoryName;
  /** The options besides those that all factories have. */
  options(width: number): Recipe['options'];
}

// A smooth activation: a density with kinks looks like crumpled paper.
const masked = (width: number) => ({ hidden: [width, width], activation: 'silu' });
const recurrent = (width: number) => ({ hidden: [width] });
const attention = (width: number) => ({ width, heads: 2, blocks: 1, mlp: 2 * width, activation: 'silu' });

/** Every factory; splines stand twice, over autoregressive and over coupling layers. */
export const flows = {
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
  nsfCoupling: {
    title: 'Neural spline flow, coupling',
    note: 'Coupling layers of splines. Both directions take one pass.',
    factory: 'nsf',
    options: (width) => ({ ...masked(width), bins: 8, bound: 3, layers: 'coupling' }),
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

export type FlowName = keyof typeof flows;

export const flowNames = Object.keys(flows) as FlowName[];

export function recipeOf({ flow, depth, width, seed }: Settings, contextDim: number): Recipe {
  const { factory, options } = flows[flow];
  const context: Recipe['options'] = contextDim > 0 ? { contextDim } : {};
  return { factory, options: { dim: 2, transforms: depth, ...options(width), ...context, seed } };
}
