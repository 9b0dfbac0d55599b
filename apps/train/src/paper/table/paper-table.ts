import type { Key } from '@pushforward/tensor';
import type { Fingerprint } from '../../files/fingerprint.js';
import type { RunDirectory } from '../../run/run-directory.js';
import type { TrainingRecord } from '../../run/training-run.js';
import type { Host } from '../../terminal/host.js';

/** A number that each test example gets from a trained row, in nats; its mean over them is what the table prints. */
interface Metric {
  name: string;
  title: string;
}

/** One line of a table: a model, and what the paper prints for it. */
export interface TableRow {
  /** As it stands on the command line and in the names of files. */
  name: string;
  title: string;
  /** By metric: the paper's number, and the error where it gives one. */
  published: Readonly<Record<string, { mean: number; error?: number } | undefined>>;
}

/** That one row stands above another, which is what a table is read for. */
export interface Claim {
  metric: string;
  better: string;
  worse: string;
  /** Whether the quick form's small networks and digits show it too. */
  isQuick: boolean;
}

/** What one training of a row came to. */
export interface RowOutcome {
  /** Absent where the row is fitted in closed form. */
  training?: TrainingRecord;
  /** By metric, the number of every test example. */
  scores: Readonly<Record<string, Float64Array>>;
}

/** What a row needs to be trained. */
export interface RowWork {
  host: Host;
  directory: RunDirectory;
  /** Names the checkpoint. */
  name: string;
  /** What the progress bar says. */
  title: string;
  key: Key;
  /** The user's limit, for rows that would be trained for longer. */
  maxEpochs: number;
}

/** A table whose data have been read. */
export interface PreparedTable {
  /** What the data are, in words. */
  source: string;
  data: Fingerprint;
  train(row: string, work: RowWork): Promise<RowOutcome>;
}

/** How large a run of a table is. */
export interface TableOptions {
  /** The absolute path of a directory with the data, or null for data that npm brings. */
  data: string | null;
  /** Minutes in place of hours: less data, smaller networks, fewer steps. */
  quick: boolean;
  /** The rows that will be trained, by name: data that none of them is of need not be there. */
  rows: readonly string[];
}

/** A published table that this program can train. */
export interface PaperTable {
  name: string;
  /** What it shows. */
  title: string;
  /** The paper and the table. */
  source: string;
  /** How the runs differ from the paper's, in whole sentences. */
  differences: string;
  metrics: readonly Metric[];
  rows: readonly TableRow[];
  claims: readonly Claim[];
  /** @throws UserError if there are no such data */
  prepare(cwd: string, options: TableOptions): Promise<PreparedTable>;
}
