import type { PosteriorName } from '../model/posteriors.js';

/** What a run of the main job is determined by, together with the digits. A type, so that it is JSON. */
export type DigitsSettings = {
  /** The absolute path of a directory with IDX files, or null for the npm package. */
  data: string | null;
  posteriors: PosteriorName[];
  /** Training steps of each posterior. */
  steps: number;
  batch: number;
  lr: number;
  latent: number;
  hidden: number[];
  transforms: number;
  flowHidden: number[];
  context: number;
  /** Importance samples for log p(x). */
  samples: number;
  seed: number;
};
