import { backend, engine, env } from '@tensorflow/tfjs-core';
import type { BackendOptions } from '../options.js';
import { chooseBuild } from '../choose-build.js';
import { checkInteger } from '../../arguments/check.js';
import { checkOneOf } from '../../arguments/check-option.js';
import { findBinary, readInstalledBinary } from '../../wasm/find-binary.js';
import { sharedBinaryUrl } from '../../wasm/shared-binary.js';
import { availableThreads } from '../../wasm/threads.js';
import { loadWasmModule, refuseExcess, takesWasmModule, type WasmBackend } from '../../wasm/wasm-module.js';
import { isMissing, type BackendLoader } from './loader.js';

const PACKAGE = '@tensorflow/tfjs-backend-wasm';

/** More threads than this gain little on the sizes of a flow, and would all be awake between two kernels. */
const MOST_THREADS = 8;

/** More than any of today's machines can use; each takes memory, and an engine that has none left for them ends the program. */
const THREADS_LIMIT = 64;

/** WebAssembly, with this package's own module in the backend's memory. */
export const wasm: BackendLoader = {
  async load({ threads, vectors = 'auto' }) {
    if (threads !== undefined) checkThreads(threads);
    checkOneOf('useBackend: vectors', vectors, ['auto', 128, 256]);
    return (await importPackage()) ? null : `is not installed; run \`npm i ${PACKAGE}\``;
  },
  async begin({ wasmPaths, threads }) {
    // A backend that runs has its files, and refuses to be told where they are. Not by findBackend, which would start it.
    if (engine().registry.wasm !== undefined) return null;
    if (!mayCompile())
      return "is forbidden by the page's Content-Security-Policy; allow it by `script-src 'self' 'wasm-unsafe-eval'`";
    const { setWasmPaths } = (await importPackage())!;
    // The build of TensorFlow.js that has threads of its own takes no kernels of ours.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    const hasSimd = (await env().getAsync('WASM_HAS_SIMD_SUPPORT')) as boolean;
    const wantsShared = hasSimd && threadsOf({ threads }) > 1;
    let url: string | undefined;
    let binary: Uint8Array | undefined;
    if (env().getBool('IS_NODE')) {
      if (wasmPaths !== undefined) setWasmPaths(wasmPaths);
      if (wantsShared) binary = readInstalledBinary(SIMD);
    } else {
      const found = await findBinary(hasSimd ? SIMD : PLAIN, wasmPaths);
      if (typeof found === 'string') return found;
      ({ url, bytes: binary } = found);
    }
    const shared = wantsShared && binary ? await sharedBinaryUrl(binary) : undefined;
    url = shared ?? url;
    // TensorFlow.js reads a `blob:` by the second way only; the first reports errors.
    if (url !== undefined)
      setWasmPaths({ [SIMD]: url, [PLAIN]: url, 'tfjs-backend-wasm-threaded-simd.wasm': url }, shared !== undefined);
    return null;
  },
  async prepare(options) {
    const current = backend() as unknown as WasmBackend;
    refuseExcess(current);
    if (!takesWasmModule(current)) return;
    await loadWasmModule(current, threadsOf(options), await chooseBuild(current, options.vectors ?? 'auto'));
  },
};

const SIMD = 'tfjs-backend-wasm-simd.wasm';
const PLAIN = 'tfjs-backend-wasm.wasm';

/** A page's policy may forbid WebAssembly; TensorFlow.js would then wait for ever. */
function mayCompile(): boolean {
  try {
    return Boolean(new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)));
  } catch {
    return false;
  }
}

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
