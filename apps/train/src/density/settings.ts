import type { ReadOptions } from '../data/read-options.js';

/** The flows that `train` offers, and one model that is none: how tables call them, and how sentences begin with them. */
export const FLOWS = {
  maf: { title: 'MAF', name: 'A masked autoregressive flow' },
  iaf: { title: 'IAF', name: 'An inverse autoregressive flow' },
  'lstm-maf': { title: 'LSTM-MAF', name: 'A masked autoregressive flow with LSTMs' },
  'lstm-iaf': { title: 'LSTM-IAF', name: 'An inverse autoregressive flow with LSTMs' },
  'attention-maf': { title: 'Attention-MAF', name: 'A masked autoregressive flow with attention' },
  'attention-iaf': { title: 'Attention-IAF', name: 'An inverse autoregressive flow with attention' },
  nsf: { title: 'NSF', name: 'A neural spline flow' },
  'nsf-coupling': { title: 'NSF, coupling', name: 'A neural spline flow of coupling layers' },
  naf: { title: 'NAF', name: 'A neural autoregressive flow' },
  'real-nvp': { title: 'RealNVP', name: 'A RealNVP' },
  nice: { title: 'NICE', name: 'A NICE' },
  glow: { title: 'Glow', name: 'A Glow' },
  'any-order': { title: 'Any-order density', name: 'A density that answers for any columns given any others' },
} as const;

export type FlowName = keyof typeof FLOWS;

export const FLOW_NAMES = Object.keys(FLOWS) as FlowName[];

/** What a run of `train` is determined by, together with the file. A type, so that it is JSON. */
export type DensitySettings = {
  /** The absolute path of the CSV file. */
  data: string;
  flow: FlowName;
  transforms: number;
  hidden: number[];
  epochs: number;
  patience: number;
  batch: number;
  lr: number;
  /** The part of the rows to validate on. */
  validation: number;
  /** The part of the rows to test on. */
  test: number;
  seed: number;
  /** Whether noise turns columns of few or whole numbers into real ones. */
  dequantize: boolean;
  /** What columns hold, as `age=positive`. */
  kind?: string[];
  /** How the file is read. */
  reading: ReadOptions;
};

/** In what numbers log-densities are computed. */
export const PRECISIONS = ['float32', 'float64'] as const;
export type Precision = (typeof PRECISIONS)[number];
