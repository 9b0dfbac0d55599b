import { declareMemory } from './memory-type.js';

let url: string | undefined;

/**
 * The URL of a copy of TensorFlow.js's binary with shared memory, the only kind that several threads can work in. Undefined where the
 * page's policy forbids to load it.
 */
export async function sharedBinaryUrl(binary: Uint8Array): Promise<string | undefined> {
  if (url === undefined) {
    const made = URL.createObjectURL(new Blob([declareMemory(binary, true)], { type: 'application/wasm' }));
    if (!(await canFetch(made))) {
      URL.revokeObjectURL(made);
      console.warn(
        "useBackend: one thread does all the work, since the page's Content-Security-Policy forbids what several need; allow it by `connect-src 'self' blob:; worker-src blob:`",
      );
      return undefined;
    }
    url = made;
  }
  return url;
}

/** A policy may forbid it, and TensorFlow.js would then wait for ever for the file. */
async function canFetch(address: string): Promise<boolean> {
  try {
    return (await fetch(address)).ok;
  } catch {
    return false;
  }
}
