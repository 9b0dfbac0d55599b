import { lstatSync, readlinkSync, statSync } from 'node:fs';
import { readFile, realpath, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '@pushforward/io/node';
import { errorCode, UsageError, UserError } from '../terminal/errors.js';

const PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EDQUOT: 'no room left, the quota of the disk is used up',
  EEXIST: 'is a file, not a directory',
  EISDIR: 'is a directory, not a file',
  ELOOP: 'is a link to itself',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'no such directory',
  ENOSPC: 'no room left on the disk',
  ENOTDIR: 'is below a file, not a directory',
  EPERM: 'permission denied',
  EROFS: 'the disk can only be read',
};

/** What the file system says about a failed writing, in words; undefined for other errors. */
export function fileProblem(error: unknown): string | undefined {
  const code = errorCode(error);
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code)) return undefined;
  return PROBLEMS[code] ?? (error as Error).message;
}

/**
 * Reads a file that the user named.
 *
 * @param name the path as the user gave it, for the error
 * @throws UserError if it cannot be read
 */
export async function readUserFile(file: string, name: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const reason = errorCode(error) === 'ENOENT' ? 'no such file' : fileProblem(error);
    if (reason) throw new UserError(`${name}: ${reason}`, { cause: error });
    throw error;
  }
}

/** @throws UserError if a path is a link to something that is not there */
export function checkLink(absolute: string, name: string): void {
  if (
    statSync(absolute, { throwIfNoEntry: false }) ||
    !lstatSync(absolute, { throwIfNoEntry: false })?.isSymbolicLink()
  )
    return;
  throw new UserError(`${name}: is a link to ${readlinkSync(absolute)}, which is not there`);
}

/** @throws UserError if the file that a command is to write is there already, and `force` does not allow replacing it */
export function checkOutput(cwd: string, name: string | undefined, force: boolean | undefined): void {
  if (name === undefined) return;
  if (name === '') throw new UsageError('--out must name a file, got an empty name');
  const absolute = path.resolve(cwd, name);
  try {
    checkLink(absolute, name);
    const found = statSync(absolute, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw new UserError(`${name}: is a directory, not a file`);
    if (found && !force) throw new UserError(`${name}: exists already; --force replaces it, --out chooses another`);
  } catch (error) {
    throw namedProblem(error, name);
  }
}

/**
 * Writes a file that the user named, through links and into devices and pipes; a file is there as a whole or not at all.
 *
 * @throws UserError if it cannot be written
 */
export async function writeUserFile(
  cwd: string,
  name: string,
  content: string | Uint8Array | AsyncIterable<string>,
): Promise<void> {
  const absolute = path.resolve(cwd, name);
  try {
    const found = statSync(absolute, { throwIfNoEntry: false });
    if (!found) await writeFileAtomic(absolute, content);
    else if (found.isFile()) await writeFileAtomic(await realpath(absolute), content);
    else await writeFile(absolute, content);
  } catch (error) {
    // A file stands where one of the directories above this one should be.
    if (errorCode(error) === 'EEXIST') throw new UserError(`${name}: ${PROBLEMS.ENOTDIR}`, { cause: error });
    throw namedProblem(error, name);
  }
}

/** An error of the file system as one that names the file as the user does; others as they are. */
export function namedProblem(error: unknown, name: string): unknown {
  const problem = error instanceof UserError ? undefined : fileProblem(error);
  return problem === undefined ? error : new UserError(`${name}: ${problem}`, { cause: error });
}
