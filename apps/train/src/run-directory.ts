import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '@pushforward/io/node';
import type { Json } from '@pushforward/tensor';
import { errorCode, UserError } from './errors.js';

/** What a run is, so that it can be gone on with: the file `run.json` of its directory. */
export interface RunRecord {
  version: 1;
  command: 'digits' | 'train';
  /** As the user typed it. */
  commandLine: string;
  /** Every option with its value, defaults filled in. */
  settings: { [name: string]: Json };
  /** Whether it came to its end. */
  finished: boolean;
}

const RECORD = 'run.json';

/** A run's own directory. */
export interface RunDirectory {
  /** Its absolute path. */
  path: string;
  /** As it is shown to the user: relative to where the program was started, where that is shorter. */
  name: string;
}

/**
 * Makes the directory of a new run: the one asked for, or `runs/<command>`, `runs/<command>-2`, … , the first that is not there yet.
 *
 * @throws UserError if the directory asked for has something in it and `force` is false, or is a file
 */
export function claimRunDirectory(cwd: string, { out, command, force }: { out?: string; command: string; force: boolean }): RunDirectory {
  if (out !== undefined) {
    const directory = path.resolve(cwd, out);
    if (existsSync(directory) && !statSync(directory).isDirectory()) throw new UserError(`${out}: is a file, not a directory`);
    if (!force && existsSync(directory) && readdirSync(directory).length > 0) {
      throw new UserError(`${out}: has something in it; --force writes into it all the same, --out chooses another`);
    }
    mkdirSync(directory, { recursive: true });
    return { path: directory, name: shownPath(cwd, directory) };
  }
  mkdirSync(path.join(cwd, 'runs'), { recursive: true });
  for (let i = 1; ; i++) {
    const directory = path.join(cwd, 'runs', i === 1 ? command : `${command}-${i}`);
    try {
      // Not recursive, so that of two programs started together only one gets the name.
      mkdirSync(directory);
      return { path: directory, name: shownPath(cwd, directory) };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
}

/** Finds a run to go on with. */
export async function openRun(cwd: string, name: string): Promise<{ directory: RunDirectory; record: RunRecord }> {
  const directory = path.resolve(cwd, name);
  if (!existsSync(directory)) throw new UserError(`${name}: no such directory`);
  let text: string;
  try {
    text = await readFile(path.join(directory, RECORD), 'utf8');
  } catch (error) {
    throw new UserError(`${name}: is not the directory of a run, it has no ${RECORD}`, { cause: error });
  }
  return { directory: { path: directory, name: shownPath(cwd, directory) }, record: parseRecord(text, path.join(name, RECORD)) };
}

function parseRecord(text: string, name: string): RunRecord {
  let record: Partial<RunRecord> | null;
  try {
    record = JSON.parse(text) as Partial<RunRecord> | null;
  } catch (error) {
    throw new UserError(`${name}: is not JSON`, { cause: error });
  }
  const isKnown = record?.version === 1 && (record.command === 'digits' || record.command === 'train') && typeof record.settings === 'object';
  if (!isKnown) throw new UserError(`${name}: was not written by this version of pushforward`);
  return record as RunRecord;
}

/** Writes what the run is. */
export async function recordRun(directory: RunDirectory, record: RunRecord): Promise<void> {
  await writeFileAtomic(path.join(directory.path, RECORD), `${JSON.stringify(record, null, 2)}\n`);
}

/** A path as short as it can be written. */
export function shownPath(cwd: string, absolute: string): string {
  const relative = path.relative(cwd, absolute) || '.';
  return relative.length < absolute.length ? relative : absolute;
}
