import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { errorCode, UsageError, UserError } from '../terminal/errors.js';
import { checkLink, namedProblem } from '../files/files.js';
import { lockDirectory } from './run-lock.js';

/** The file that says what a run is. */
export const RECORD = 'run.json';

/** A run's own directory. No other process writes into it until it is disposed of. */
export interface RunDirectory extends Disposable {
  /** Its absolute path. */
  path: string;
  /** As it is shown to the user: relative to where the program was started, where that is shorter. */
  name: string;
}

/**
 * Makes the directory of a new run: the one asked for, or `runs/<command>`, `runs/<command>-2`, … , the first that is not there yet.
 *
 * @throws UserError if the directory asked for has something in it and `force` is false, is a file, cannot be made, or is being written
 */
export function claimRunDirectory(
  cwd: string,
  { out, command, force }: { out?: string; command: string; force: boolean },
): RunDirectory {
  if (out !== undefined) {
    const directory = existingDirectory(cwd, '--out', out);
    if (!force && existsSync(directory) && readdirSync(directory).length > 0) {
      throw new UserError(`${out}: has something in it; --force writes into it all the same, --out chooses another`);
    }
    makeDirectory(directory, out, true);
    return locked(cwd, directory);
  }
  const runs = existingDirectory(cwd, '--out', 'runs');
  makeDirectory(runs, 'runs', true);
  for (let i = 1; ; i++) {
    const directory = path.join(runs, i === 1 ? command : `${command}-${i}`);
    // Not recursive, so that of two programs started together only one gets the name.
    if (makeDirectory(directory, shownPath(cwd, directory), false)) return locked(cwd, directory);
  }
}

/**
 * Finds the directory of a run to resume.
 *
 * @throws UserError if it is not there, is of no run, or is being written
 */
export function openRunDirectory(cwd: string, name: string): RunDirectory {
  const directory = existingDirectory(cwd, '--resume', name);
  if (!existsSync(directory)) throw new UserError(`${name}: no such directory`);
  if (!existsSync(path.join(directory, RECORD)))
    throw new UserError(`${name}: is not the directory of a run, it has no ${RECORD}`);
  return locked(cwd, directory);
}

/** The absolute path of a directory that the user named, which may not be there yet but is nothing else. */
function existingDirectory(cwd: string, option: string, name: string): string {
  if (name === '') throw new UsageError(`${option} must name a directory, got an empty name`);
  const directory = path.resolve(cwd, name);
  try {
    checkLink(directory, name);
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === false)
      throw new UserError(`${name}: is a file, not a directory`);
  } catch (error) {
    throw namedProblem(error, name);
  }
  return directory;
}

/** Makes a directory; of one that has to be new, says whether it was. */
function makeDirectory(directory: string, name: string, recursive: boolean): boolean {
  try {
    if (recursive) makeWithParents(directory);
    else mkdirSync(directory);
    return true;
  } catch (error) {
    if (!recursive && errorCode(error) === 'EEXIST') return false;
    throw namedProblem(error, name);
  }
}

/** Node's own way of doing that never comes back where a directory takes no new ones and says that there is none, as those of /proc do. */
function makeWithParents(directory: string): void {
  const isThere = () => statSync(directory, { throwIfNoEntry: false })?.isDirectory();
  if (isThere()) return;
  makeWithParents(path.dirname(directory));
  try {
    mkdirSync(directory);
  } catch (error) {
    // Another may have made it meanwhile.
    if (!isThere()) throw error;
  }
}

function locked(cwd: string, directory: string): RunDirectory {
  const name = shownPath(cwd, directory);
  try {
    return { path: directory, name, ...lockDirectory(directory, name) };
  } catch (error) {
    throw namedProblem(error, name);
  }
}

/** A path as short as it can be written. */
export function shownPath(cwd: string, absolute: string): string {
  const relative = path.relative(cwd, absolute) || '.';
  return relative.length < absolute.length ? relative : absolute;
}
