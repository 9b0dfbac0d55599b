import { backend, findBackendFactory, getGradient, setBackend } from '@tensorflow/tfjs-core';
import { registerMissingGradients } from './gradients.js';
import { registerKernels, registerNewKernels } from './kernel.js';
import { kernels, newKernels } from './kernels.js';
import { loadWasmModule, type WasmBackend } from './wasm/wasm-module.js';

/** The backends that {@link useBackend} knows. */
export type BackendName = 'wasm' | 'cpu';

/** How to start a backend. */
export interface BackendOptions {
  /**
   * Where a browser finds the `.wasm` files of `@tensorflow/tfjs-backend-wasm`: the directory's URL, ending in a slash, or the URL of
   * each file under its name. Default: beside the script. Node finds them by itself, and the cpu backend has none.
   */
  wasmPaths?: string | Record<string, string>;
}

const backendNames: readonly string[] = ['auto', 'wasm', 'cpu'];
const laterBackendNames: readonly string[] = ['tensorflow', 'webgpu', 'webgl'];

/**
 * Makes TensorFlow.js compute on a backend, with this project's kernels and gradients registered for it.
 *
 * Importing `@pushforward/*` registers nothing; call this once, before the first tensor. Calling it again, with another name too, is
 * safe; tensors move to the new backend when they are next used.
 *
 * On `wasm`, `tf.matMul` and its gradients then run in a SIMD kernel of this package (the stock one is a scalar loop wherever an
 * operand is transposed, as in every gradient), for the calling program's own code too.
 *
 * @param name `'auto'` takes the fastest at hand: `wasm` where `@tensorflow/tfjs-backend-wasm` is installed, else `cpu`
 * @returns the name of the backend now in use
 * @throws Error if the backend is not installed, saying how to get it, if it does not start, or is not one of {@link BackendName}
 *
 * @example
 * ```ts
 * import '@tensorflow/tfjs';
 * import { useBackend } from '@pushforward/tensor';
 *
 * console.log(await useBackend('cpu')); // cpu
 * ```
 */
export async function useBackend(name: BackendName | 'auto' = 'auto', options: BackendOptions = {}): Promise<BackendName> {
  if (laterBackendNames.includes(name)) {
    throw new Error(`useBackend: backend '${name}' does not exist in this version yet; use 'auto', 'wasm' or 'cpu'`);
  }
  if (!backendNames.includes(name)) throw new Error(`useBackend: name must be 'auto', 'wasm' or 'cpu', got '${name}'`);
  if (!getGradient('Exp')) {
    throw new Error("useBackend: gradients must be registered first, got none; add `import '@tensorflow/tfjs'` to your program");
  }
  registerMissingGradients();
  if (name !== 'cpu') {
    const wasmPackage = await importWasmBackend();
    if (wasmPackage) {
      if (options.wasmPaths !== undefined) wasmPackage.setWasmPaths(options.wasmPaths);
      await start('wasm');
      await loadWasmModule(backend() as unknown as WasmBackend);
      registerKernels(kernels, 'wasm');
      registerNewKernels(newKernels, 'wasm');
      return 'wasm';
    }
    if (name === 'wasm') {
      throw new Error("useBackend: backend 'wasm' is not installed; run `npm i @tensorflow/tfjs-backend-wasm`");
    }
  }
  await start('cpu');
  registerKernels(kernels, 'cpu');
  return 'cpu';
}

async function importWasmBackend(): Promise<typeof import('@tensorflow/tfjs-backend-wasm') | null> {
  try {
    // A literal, so that bundlers find it.
    return await import('@tensorflow/tfjs-backend-wasm');
  } catch (error) {
    if (isMissing(error, '@tensorflow/tfjs-backend-wasm')) return null;
    throw error;
  }
}

/** Whether an import failed because the package is not there, as Node and bundlers put it, and not because it is broken. */
export function isMissing(error: unknown, packageName: string): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  const named = typeof message === 'string' && message.includes(packageName);
  return named && (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND' || /could not resolve|failed to resolve/i.test(message));
}

async function start(name: BackendName): Promise<void> {
  if (!findBackendFactory(name)) {
    throw new Error(`useBackend: backend '${name}' is not registered; add \`import '@tensorflow/tfjs'\` to your program`);
  }
  if (await setBackend(name)) return;
  // TensorFlow.js prints the reason and returns false.
  const hint = name === 'wasm' ? '; in a browser, say where its .wasm files are: { wasmPaths }' : '';
  throw new Error(`useBackend: backend '${name}' did not start, see the warnings above${hint}`);
}
