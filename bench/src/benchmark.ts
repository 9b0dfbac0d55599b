import type { Side } from './side.js';

/** One thing to measure on both sides. */
export interface Benchmark {
  readonly name: string;
  /** Multiplications and additions of one run, where counting them says something. */
  readonly operations?: number;
  /** Sets one side up, and returns what is to be timed. */
  prepare(side: Side): () => void;
}
