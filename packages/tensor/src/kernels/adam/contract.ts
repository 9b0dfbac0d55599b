import type { Tensor } from '@tensorflow/tfjs-core';

/** Constants of a step of Adam; see {@link adamStep}. */
export interface AdamConstants {
  readonly rule: 'adam' | 'adamax';
  readonly decay1: number;
  readonly decay2: number;
  readonly smoothing: number;
  readonly stepSize: number;
  readonly shrink?: number;
  readonly averageRate?: number;
  /** The largest norm of all gradients together. */
  readonly clipNorm?: number;
}

/** Arrays of a step of Adam; each list in the order of the variables. */
export interface AdamArrays {
  weights: Tensor[];
  first: Tensor[];
  second: Tensor[];
  /** Empty if there is no average. */
  average: Tensor[];
}
