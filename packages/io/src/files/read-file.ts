import { readFile } from 'node:fs/promises';

const reasons: Record<string, string> = {
  ENOENT: 'no such file',
  ENOTDIR: 'a file where a directory should be',
  EISDIR: 'a directory',
  EACCES: 'no permission to read it',
};

/**
 * The content of a file that has to be there.
 *
 * @throws Error such as `loadTensors: run/last.safetensors must be a file that can be read, got no such file`
 */
export async function readFileOf(caller: string, file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`${caller}: ${file} must be a file that can be read, got ${reasons[code ?? ''] ?? message}`, {
      cause: error,
    });
  }
}

/** The content of a file that need not be there; undefined then. */
export async function readFileIfThere(caller: string, file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFileOf(caller, file);
  } catch (error) {
    if (((error as Error).cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
