import { backend, engine, env } from '@tensorflow/tfjs-core';
import type { BackendOptions } from '../backend.js';
import { checkInteger } from '../check.js';
import { sharedBinaryUrl } from '../wasm/shared-binary.js';
import { availableThreads } from '../wasm/threads.js';
import { loadWasmModule, type WasmBackend } from '../wasm/wasm-module.js';
import { isMissing, type Starter } from './starter.js';

const PACKAGE = '@tensorflow/tfjs-backend-wasm';

/** More threads than this gain little on the sizes of a flow, and would all be awake between two kernels. */
const MOST_THREADS = 8;

/** More than any of today's machines can use; each takes memory, and an engine that has none left for them ends the program. */
const THREADS_LIMIT = 64;

/** WebAssembly, with this package's own module in the backend's memory. */
export const wasm: Starter = {
  async load({ wasmPaths, threads }) {
    if (threads !== undefined) checkThreads(threads);
    const wasmPackage = await importPackage();
    if (!wasmPackage) return `is not installed; run \`npm i ${PACKAGE}\``;
    // Not by findBackend, which would start it.
    const isRunning = engine().registry.wasm !== undefined;
    // A backend that runs has its files, and refuses to be told where they are.
    if (isRunning) return null;
    if (wasmPaths !== undefined) wasmPackage.setWasmPaths(wasmPaths);
    // The build of TensorFlow.js that has threads of its own takes no kernels of ours.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    if (threadsOf({ threads }) > 1 && (await env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
      const url = await sharedBinaryUrl(wasmPaths);
      if (url) wasmPackage.setWasmPaths(Object.fromEntries(BINARIES.map((name) => [name, url])), true);
    }
    return null;
  },
  hint: 'in a browser, say where its .wasm files are: { wasmPaths }',
  prepare: (options) => loadWasmModule(backend() as unknown as WasmBackend, threadsOf(options)),
};

/** The package wants to know of them all; the first is the one that it takes. */
const BINARIES = ['tfjs-backend-wasm-simd.wasm', 'tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-threaded-simd.wasm'];

function checkThreads(threads: number): void {
  checkInteger('useBackend: threads', threads, 1);
  if (threads > THREADS_LIMIT) throw new Error(`useBackend: threads must be at most ${THREADS_LIMIT}, got ${threads}`);
}

function threadsOf({ threads }: BackendOptions): number {
  const available = availableThreads();
  // Where memory cannot be shared, one is all there is.
  return available === 1 ? 1 : (threads ?? Math.min(available, MOST_THREADS));
}

async function importPackage(): Promise<typeof import('@tensorflow/tfjs-backend-wasm') | null> {
  try {
    // A literal, so that bundlers find it.
    return await import('@tensorflow/tfjs-backend-wasm');
  } catch (error) {
    if (isMissing(error, PACKAGE)) return null;
    throw error;
  }
}
