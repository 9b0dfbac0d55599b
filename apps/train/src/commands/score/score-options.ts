import type { ReadOptions } from '../../data/read-options.js';
import type { Precision } from '../../density/settings.js';

/** The options of `score` as they stand on the command line. */
export interface ScoreOptions extends ReadOptions {
  data: string;
  /** Of a model of any order: the columns that the density is of. */
  of?: string[];
  samples: number;
  seed: number;
  precision: Precision;
  out?: string;
  force?: boolean;
}
