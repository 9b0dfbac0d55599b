import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { errorCode, UserError } from '../terminal/errors.js';
import { excerpt } from '../terminal/printable.js';

const LOCK = 'lock.json';

/** Whose lock it is. Process numbers come again: the time at which the process began tells two of the same number apart. */
interface Owner {
  host: string;
  pid: number;
  began: string | null;
}

/** Locks of this process: in a container every process may have the same number. */
const held = new Set<string>();

/**
 * Keeps other processes out of a directory until it is disposed of. A lock whose process is no more, killed or lost with the power,
 * counts for nothing.
 *
 * @param name what the user calls the directory
 * @throws UserError if another process has it, or this one
 */
export function lockDirectory(directory: string, name: string): Disposable {
  const file = path.join(directory, LOCK);
  const own = JSON.stringify({ host: hostname(), pid: process.pid, began: processStart(process.pid) } satisfies Owner);
  // More than one turn where another process is putting the same stale lock away.
  for (let turn = 0; turn < 10; turn++) {
    try {
      writeFileSync(file, own, { flag: 'wx' });
      held.add(file);
      return {
        [Symbol.dispose]: () => {
          held.delete(file);
          if (readIfThere(file) === own) rmSync(file, { force: true });
        },
      };
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const found = readIfThere(file);
    if (found === undefined) continue;
    const owner = parseOwner(found);
    if (owner ? isAlive(owner, file) : isFresh(file)) {
      const who = owner
        ? `process ${owner.pid}${owner.host === hostname() ? '' : ` on ${excerpt(owner.host)}`}`
        : 'another process';
      const hint = owner && owner.host !== hostname() ? `; if that is gone, delete ${path.join(name, LOCK)}` : '';
      throw new UserError(`${name}: is being written by ${who}${hint}`);
    }
    putAway(file, found);
  }
  throw new UserError(`${name}: is being written by another process`);
}

/** Removes a stale lock, and no other that has taken its place meanwhile. */
function putAway(file: string, stale: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = readIfThere(aside);
  if (moved !== undefined && moved !== stale) {
    try {
      writeFileSync(file, moved, { flag: 'wx' });
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
  }
  rmSync(aside, { force: true });
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseOwner(text: string): Owner | undefined {
  try {
    const { host, pid, began } = JSON.parse(text) as Partial<Owner>;
    const isOwner =
      typeof host === 'string' &&
      Number.isSafeInteger(pid) &&
      pid! > 0 &&
      (began === null || typeof began === 'string');
    return isOwner ? { host, pid: pid!, began } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a lock without an owner may be one that is being written at this moment. */
function isFresh(file: string): boolean {
  const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return written !== undefined && Math.abs(Date.now() - written) < 1000;
}

function isAlive({ host, pid, began }: Owner, file: string): boolean {
  if (host !== hostname()) return true;
  if (pid === process.pid) return held.has(file);
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  const found = processStart(pid);
  return found === null || began === null || found === began;
}

/** When a process began, in words of the system; null where it does not say. */
function processStart(pid: number): string | null {
  if (process.platform !== 'linux') return null;
  try {
    const [boot, stat] = [
      readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFileSync(`/proc/${pid}/stat`, 'utf8'),
    ];
    // The second field is the program's name in brackets and may hold anything; the 22nd is the time.
    return `${boot.trim()}/${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}
