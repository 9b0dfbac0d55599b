import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '@pushforward/io/node';
import type { Json } from '@pushforward/tensor';
import { areLearnedColumns, type LearnedColumn } from '../columns/learned-columns.js';
import { errorCode, UserError } from '../terminal/errors.js';
import { type Fingerprint, isFingerprint } from '../files/fingerprint.js';
import { namedProblem } from '../files/files.js';
import { excerpt } from '../terminal/printable.js';
import { RECORD, type RunDirectory } from './run-directory.js';

/** What a run is, so that it can be resumed: the file `run.json` of its directory. */
export interface RunRecord {
  version: 3;
  command: 'digits' | 'train' | 'paper';
  /** As the user typed it. */
  commandLine: string;
  /** Every option with its value, defaults filled in. */
  settings: { [name: string]: Json };
  /** What it learns from. */
  data: Fingerprint;
  /** How a table's columns are learned, as its rows told before training. */
  columns?: LearnedColumn[];
  /** Whether it came to its end. */
  finished: boolean;
}

const STATE = 'state';
/** The record as it was when the run began: an edited `run.json` would resume with other numbers. */
const BEGUN = path.join(STATE, 'begun.json');

/** The path, within a run's directory, of a file that is there until the run ends. */
export function stateFile(name: string): string {
  return path.join(STATE, name);
}

/** Writes what a new run is, in place of all that an earlier one in the same directory has left to resume from. */
export async function beginRun(directory: RunDirectory, record: RunRecord): Promise<void> {
  await removeState(directory);
  await write(directory, RECORD, record);
  await write(directory, BEGUN, record);
}

/** Marks a run as ended, and removes what it would resume from. */
export async function finishRun(directory: RunDirectory, record: RunRecord): Promise<void> {
  await write(directory, RECORD, { ...record, finished: true });
  await removeState(directory);
}

async function removeState(directory: RunDirectory): Promise<void> {
  await rm(path.join(directory.path, STATE), { recursive: true, force: true });
}

async function write(directory: RunDirectory, file: string, record: RunRecord): Promise<void> {
  const absolute = path.join(directory.path, file);
  try {
    await writeFileAtomic(absolute, `${JSON.stringify(record, null, 2)}\n`);
  } catch (error) {
    throw namedProblem(error, path.join(directory.name, file));
  }
}

/**
 * Reads what a run is.
 *
 * @throws UserError if its `run.json` is damaged or was edited since the run began
 */
export async function readRun(directory: Pick<RunDirectory, 'path' | 'name'>): Promise<RunRecord> {
  const name = path.join(directory.name, RECORD);
  const record = await read(directory, RECORD);
  checkRecord(record, name);
  if (record.finished) {
    // What a run writes last.
    if (existsSync(path.join(directory.path, 'report.html'))) return record;
    throw new UserError(
      `${name}: says that the run has come to its end, but there is no report.html; put "finished": false back, or begin anew with another --out`,
    );
  }
  const begun = await read(directory, BEGUN);
  if (begun === undefined)
    throw new UserError(
      `${path.join(directory.name, BEGUN)}: is missing, so the run cannot be resumed; begin anew with another --out`,
    );
  const change = firstDifference(begun, record, '');
  if (change) {
    const { field, was, is } = change;
    throw new UserError(
      `${name}: ${excerpt(field)} is ${shown(is)} and was ${shown(was)} when the run began; put that back, or begin anew with another --out`,
    );
  }
  return record;
}

async function read(directory: Pick<RunDirectory, 'path' | 'name'>, file: string): Promise<unknown> {
  const name = path.join(directory.name, file);
  let text: string;
  try {
    text = await readFile(path.join(directory.path, file), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw namedProblem(error, name);
  }
  try {
    const value: unknown = JSON.parse(text);
    // What is nested too deeply to be written again fails here, not in the middle of a message.
    JSON.stringify(value);
    return value;
  } catch (error) {
    throw new UserError(`${name}: is not JSON`, { cause: error });
  }
}

function checkRecord(value: unknown, name: string): asserts value is RunRecord {
  const record = isObject(value) ? (value as Partial<RunRecord>) : {};
  if (record.version !== 3) throw new UserError(`${name}: was not written by this version of pushforward`);
  const expected: [keyof RunRecord, boolean, string][] = [
    ['command', ['digits', 'train', 'paper'].includes(record.command!), '"digits", "train" or "paper"'],
    ['commandLine', typeof record.commandLine === 'string', 'text'],
    ['settings', isObject(record.settings), 'an object'],
    ['data', isFingerprint(record.data), 'rows, columns and a checksum'],
    ['columns', record.command !== 'train' || areLearnedColumns(record.columns), 'the units and grid of each column'],
    ['finished', typeof record.finished === 'boolean', 'true or false'],
  ];
  for (const [field, isRight, wanted] of expected) {
    if (!isRight) throw new UserError(`${name}: ${field} must be ${wanted}, got ${shown(record[field])}`);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : excerpt(JSON.stringify(value));
}

/** The first value, by its path, in which two pieces of JSON differ. */
function firstDifference(
  was: unknown,
  is: unknown,
  field: string,
): { field: string; was: unknown; is: unknown } | undefined {
  if (!isObject(was) || !isObject(is))
    return JSON.stringify(was) === JSON.stringify(is) ? undefined : { field, was, is };
  for (const key of new Set([...Object.keys(was), ...Object.keys(is)])) {
    const [before, now] = [was, is].map((object) => (Object.hasOwn(object, key) ? object[key as never] : undefined));
    const difference = firstDifference(before, now, field === '' ? key : `${field}.${key}`);
    if (difference) return difference;
  }
  return undefined;
}
