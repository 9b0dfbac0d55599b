import { engine } from '@tensorflow/tfjs-core';
import { wasmModuleOf } from '../wasm/wasm-module.js';

/**
 * The backend in use in a few words, for people and for the record of a measurement: on `wasm` with the number of threads and the vectors of the
 * kernels, as in `wasm (2 threads, 256-bit vectors, fused multiply-add)`.
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { describeBackend, useBackend } from '@pushforward/tensor';
 *
 * await useBackend('cpu');
 * console.log(describeBackend()); // cpu
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
