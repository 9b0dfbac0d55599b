import {
  attentionIaf,
  attentionMaf,
  type Bijector,
  glow,
  iaf,
  lstmIaf,
  lstmMaf,
  maf,
  naf,
  nice,
  nsf,
  realNvp,
} from '@pushforward/bijectors';
import type { Key } from '@pushforward/tensor';
import { attentionBlocks } from '../model/attention-blocks.js';
import type { FlowName } from './settings.js';

/** What every flow of this program is built from. */
export interface FlowOptions {
  dim: number;
  transforms: number;
  hidden: number[];
  seed: Key;
  /** How many numbers are given; 0 for a density without a context. */
  contextDim: number;
}

// A smooth activation: on tables of a few thousand rows kinks cost a tenth of a nat, and now and then a batch with an enormous loss.
const activation = 'silu';

const BUILDERS: Record<Exclude<FlowName, 'any-order'>, (options: FlowOptions) => Bijector> = {
  maf: (options) => maf({ ...options, activation }),
  iaf: (options) => iaf({ ...options, activation }),
  'lstm-maf': lstmMaf,
  'lstm-iaf': lstmIaf,
  'attention-maf': ({ hidden, ...options }) => attentionMaf({ ...options, ...attentionBlocks(hidden), activation }),
  'attention-iaf': ({ hidden, ...options }) => attentionIaf({ ...options, ...attentionBlocks(hidden), activation }),
  nsf: (options) => nsf({ ...options, activation }),
  'nsf-coupling': (options) => nsf({ ...options, activation, layers: 'coupling' }),
  naf: (options) => naf({ ...options, activation }),
  'real-nvp': (options) => realNvp({ ...options, activation }),
  nice: (options) => nice({ ...options, activation }),
  // On standardised data its ActNorms start where their data-dependent initialisation would put them.
  glow: (options) => glow({ ...options, activation }),
};

/** The flow of that name, for standardised rows. */
export function buildBijector(name: keyof typeof BUILDERS, options: FlowOptions): Bijector {
  return BUILDERS[name](options);
}
