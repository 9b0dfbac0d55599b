import { backend } from '@tensorflow/tfjs-core';
import { loadWasmModule, type WasmBackend } from '../wasm/wasm-module.js';
import { isMissing, type Starter } from './starter.js';

const PACKAGE = '@tensorflow/tfjs-backend-wasm';

/** WebAssembly, with this package's own module in the backend's memory. */
export const wasm: Starter = {
  async load({ wasmPaths }) {
    const wasmPackage = await importPackage();
    if (!wasmPackage) return `is not installed; run \`npm i ${PACKAGE}\``;
    if (wasmPaths !== undefined) wasmPackage.setWasmPaths(wasmPaths);
    return null;
  },
  hint: 'in a browser, say where its .wasm files are: { wasmPaths }',
  prepare: () => loadWasmModule(backend() as unknown as WasmBackend),
};

async function importPackage(): Promise<typeof import('@tensorflow/tfjs-backend-wasm') | null> {
  try {
    // A literal, so that bundlers find it.
    return await import('@tensorflow/tfjs-backend-wasm');
  } catch (error) {
    if (isMissing(error, PACKAGE)) return null;
    throw error;
  }
}
