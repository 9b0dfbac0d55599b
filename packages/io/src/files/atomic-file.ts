import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from './crc32.js';

/** Temporary files that this process is writing now. */
const writing = new Set<string>();
let written = 0;

/**
 * Writes a file so that whoever reads it, and whoever comes after a crash, finds either its old content or the new one, whole. Missing
 * directories are made.
 *
 * The content is written beside the file, forced to the disk, and put in its place by renaming, which is one step. What a killed process
 * left of that is removed when the same file is written next.
 *
 * @param content bytes or text, or what gives them bit by bit: if that throws, its error is passed on and the old content stays
 * @throws Error of the file system, with a `code` as `ENOSPC` and the file's `path`; the old content is still there then
 *
 * @example
 * ```ts
 * import { mkdtemp, readFile } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { writeFileAtomic } from '@pushforward/io/node';
 *
 * const file = join(await mkdtemp(join(tmpdir(), 'pushforward-')), 'report.txt');
 * await writeFileAtomic(file, 'all of it');
 * console.log(await readFile(file, 'utf8')); // all of it
 * ```
 */
export async function writeFileAtomic(
  file: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array | string>,
): Promise<void> {
  const directory = path.dirname(path.resolve(file));
  await makeDirectory(directory);
  await removeLeftovers(directory, path.basename(file));
  const temporary = path.join(directory, `${prefixOf(path.basename(file))}${process.pid}-${written++}.tmp`);
  writing.add(temporary);
  try {
    // Another machine's process of the same number may be writing here too, so the name must be new.
    const handle = await open(temporary, 'wx');
    try {
      // It takes iterables of chunks as well, which its type leaves out.
      await handle.writeFile(content as string);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    // A full disk says neither which file nor where.
    throw error instanceof Error && 'code' in error ? Object.assign(error, { path: file }) : error;
  } finally {
    writing.delete(temporary);
  }
  await syncDirectory(directory);
}

/**
 * Makes a directory with those above it, if it is not there. Node's own way of doing that never comes back where a directory takes no new ones
 * and says that there is none, as those of /proc do.
 */
async function makeDirectory(directory: string): Promise<void> {
  if (await isDirectory(directory)) return;
  await makeDirectory(path.dirname(directory));
  try {
    await mkdir(directory);
  } catch (error) {
    // Another may have made it meanwhile.
    if (!(await isDirectory(directory))) throw error;
  }
}

async function isDirectory(name: string): Promise<boolean> {
  return stat(name).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The prefix of a file's temporary files: not longer than file systems allow, however long the name is. */
function prefixOf(name: string): string {
  const bytes = new TextEncoder().encode(name);
  return bytes.length <= 200 ? `.${name}.` : `.${name.slice(0, 40)}~${crc32(bytes).toString(16).padStart(8, '0')}.`;
}

/** Removes the temporary files of processes that are no more. */
async function removeLeftovers(directory: string, name: string): Promise<void> {
  const prefix = prefixOf(name);
  for (const entry of await readdir(directory)) {
    if (!entry.startsWith(prefix)) continue;
    const pid = /^(\d+)-\d+\.tmp$/.exec(entry.slice(prefix.length))?.[1];
    if (pid === undefined) continue;
    const leftover = path.join(directory, entry);
    // Process numbers come again, in containers the same one every time: this process knows its own files better.
    const inUse = Number(pid) === process.pid ? writing.has(leftover) : isRunning(Number(pid));
    if (!inUse) await rm(leftover, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Makes a renaming last through a loss of power. Windows has no such call, and needs none. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
