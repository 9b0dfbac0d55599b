import type { Operation } from './operation.js';
import type { AnySize } from './size.js';

/** What a side's process is asked, a line of JSON: to set an operation up, or to time so many runs of one that it has set up. */
export type Request = { prepare: Operation; size: AnySize } | { run: Operation; runs: number };

/** What it answers, a line of JSON too; unasked, once it has started. */
export interface Answer {
  /** Of all runs together; of the preparation. */
  milliseconds: number;
  /** What computes, in words, of this project's sides. */
  backend?: string;
  /** The process's largest resident set up to now. */
  peakBytes: number;
}
