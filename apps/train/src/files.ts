import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '@pushforward/io/node';
import { errorCode, UserError } from './errors.js';

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
    const reasons: Record<string, string> = { ENOENT: 'no such file', EISDIR: 'is a directory, not a file', EACCES: 'permission denied' };
    const reason = reasons[errorCode(error) ?? ''];
    if (reason) throw new UserError(`${name}: ${reason}`, { cause: error });
    throw error;
  }
}

/** @throws UserError if the file that a command is to write is there already, and `force` does not allow replacing it */
export function checkOutput(cwd: string, name: string | undefined, force: boolean | undefined): void {
  if (name !== undefined && !force && existsSync(path.resolve(cwd, name))) {
    throw new UserError(`${name}: exists already; --force replaces it, --out chooses another`);
  }
}

/** Writes a file that the user named. */
export async function writeUserFile(cwd: string, name: string, content: string | Uint8Array): Promise<void> {
  await writeFileAtomic(path.resolve(cwd, name), content);
}
