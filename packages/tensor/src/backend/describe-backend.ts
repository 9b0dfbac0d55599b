import { engine } from '@tensorflow/tfjs-core';
import { wasmModuleOf } from '../wasm/wasm-module.js';

/**
 * The backend in use in a few words, for people and for the record of a measurement: on `wasm` with the number of threads, and which vectors the
 * kernels were found to be fastest with.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { describeBackend, useBackend } from '@pushforward/tensor';
 *
 * await useBackend('wasm', { threads: 1, vectors: 128 });
 * console.log(describeBackend().startsWith('wasm (1 thread, 128-bit vectors')); // true
 * ```
 */
export function describeBackend(): string {
  const { backend, backendName } = engine();
  const module = wasmModuleOf(backend);
  if (!module) return backendName;
  const threads = module.threads === 1 ? '1 thread' : `${module.threads} threads`;
  return `${backendName} (${threads}, ${VECTORS[module.build]})`;
}

const VECTORS = {
  plain: '128-bit vectors',
  relaxed: '128-bit vectors, fused multiply-add',
  wide: '256-bit vectors, fused multiply-add',
} as const;
