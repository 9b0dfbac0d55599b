import type { Tensor } from '@tensorflow/tfjs-core';

/** What a step of Adam does with every number; see {@link adamStep}. */
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

/** What a step of Adam works on; each list in the order of the variables. */
export interface AdamArrays {
  weights: Tensor[];
  first: Tensor[];
  second: Tensor[];
  /** Empty if there is no average. */
  average: Tensor[];
}
