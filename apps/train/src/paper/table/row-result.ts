import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '@pushforward/io/node';
import type { TrainingRecord } from '../../run/training-run.js';
import type { RunDirectory } from '../../run/run-directory.js';
import { UserError } from '../../terminal/errors.js';
import type { RowOutcome } from './paper-table.js';

/** What a row came to with one seed: a file of its own, so that a run that was stopped has it already. */
export interface RowResult {
  row: string;
  seed: number;
  /** Null where the row is fitted in closed form. */
  training: TrainingRecord | null;
  /** By metric, the number of every test example. */
  scores: Record<string, number[]>;
  /** Of the whole row, in seconds. */
  seconds: number;
  /** What computed it. */
  backend: string;
  node: string;
}

const FOLDER = 'results';

/** The path, within a run's directory, of a row's result. */
function resultFile(row: string, seed: number): string {
  return path.join(FOLDER, `${row}.${seed}.json`);
}

export async function writeResult(
  directory: RunDirectory,
  { row, seed, seconds, backend }: Pick<RowResult, 'row' | 'seed' | 'seconds' | 'backend'>,
  { training, scores }: RowOutcome,
): Promise<RowResult> {
  const result: RowResult = {
    row,
    seed,
    training: training ?? null,
    scores: Object.fromEntries(Object.entries(scores).map(([metric, values]) => [metric, [...values]])),
    seconds,
    backend,
    node: process.version,
  };
  await writeFileAtomic(path.join(directory.path, resultFile(row, seed)), `${JSON.stringify(result)}\n`);
  return result;
}

/** Removes what an earlier run in the same directory came to, perhaps with other settings. */
export async function removeResults(directory: RunDirectory): Promise<void> {
  await rm(path.join(directory.path, FOLDER), { recursive: true, force: true });
}

/**
 * What an earlier start of the same run has left of a row, or undefined.
 *
 * @throws UserError if the file is damaged
 */
export async function readResult(directory: RunDirectory, row: string, seed: number): Promise<RowResult | undefined> {
  const file = path.join(directory.path, resultFile(row, seed));
  if (!existsSync(file)) return undefined;
  try {
    const result = JSON.parse(await readFile(file, 'utf8')) as RowResult;
    const scores = Object.values(result.scores);
    if (scores.length === 0 || !scores.every((values) => values.every((value) => typeof value === 'number')))
      throw new Error('scores must be lists of numbers');
    return result;
  } catch (error) {
    const name = path.join(directory.name, resultFile(row, seed));
    throw new UserError(`${name}: is damaged; delete it, and resuming trains the row again`, { cause: error });
  }
}
