import { declareMemory } from './memory-type.js';
import { builtinModule } from './threads.js';

/** The binary that `@tensorflow/tfjs-backend-wasm` runs where there is SIMD and its own threads are not used. */
const NAME = 'tfjs-backend-wasm-simd.wasm';

/** Of a package's `.wasm` files the name and the URL, or the directory's URL ending in a slash. */
export type WasmPaths = string | Record<string, string>;

let url: string | undefined;

/**
 * The URL of a copy of TensorFlow.js's binary with shared memory, the only kind that several threads can work in. Undefined where the
 * binary is not to be found: in a browser that was not told where, or in a bundle for Node.
 */
export async function sharedBinaryUrl(wasmPaths: WasmPaths | undefined): Promise<string | undefined> {
  if (url === undefined) {
    const binary = await readBinary(wasmPaths);
    if (!binary) return undefined;
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

async function readBinary(wasmPaths: WasmPaths | undefined): Promise<Uint8Array | undefined> {
  try {
    const fs = builtinModule<typeof import('node:fs')>('node:fs');
    const resolver = builtinModule<typeof import('node:module')>('node:module');
    if (fs && resolver) {
      const main = resolver.createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
      return fs.readFileSync(main.replace(/[^\\/]*$/, NAME));
    }
    const place = typeof wasmPaths === 'string' ? wasmPaths + NAME : wasmPaths?.[NAME];
    const response = place === undefined ? undefined : await fetch(place, { credentials: 'same-origin' });
    return response?.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
  } catch {
    // The stock loader says what is wrong, if anything is.
    return undefined;
  }
}
