import type { WasmPaths } from '../wasm/find-binary.js';

/** The backends that {@link useBackend} knows. */
export type BackendName = 'tensorflow' | 'webgpu' | 'wasm' | 'webgl' | 'cpu';

/** Options of starting a backend. */
export interface BackendOptions {
  /**
   * Where a browser finds the `.wasm` files of `@tensorflow/tfjs-backend-wasm`: the directory's URL, ending in a slash, or the URL of
   * each file under its name. Default: where Vite or webpack put them, else beside the page. Node finds them by itself, and the cpu
   * backend has none.
   */
  wasmPaths?: WasmPaths;
  /**
   * The number of threads among which the kernels of the wasm backend share their work, the calling one included. Results are the same bit for bit
   * with any number. Default: as many as the machine runs side by side, at most 8. The others start with the first work that is large
   * enough to share, and end with the process. In Node, and in a cross-origin isolated page;
   * elsewhere, and where the backend runs already, one thread does all the work.
   */
  threads?: number;
  /**
   * The largest width of the vectors of the wasm backend's kernels, in bits. `'auto'`, the default, takes what is fastest of what the engine has. Some of that is an
   * experiment of V8's that Node has and does not use by itself: `useBackend` sets the flag `--experimental-wasm-relaxed-simd` in Node 20, and in Node 24 and 26
   * `--experimental-wasm-revectorize` where 256-bit vectors show a gain, for the process, after a check of every kernel. 128 refuses the flags, and 256 insists
   * on 256-bit vectors.
   */
  vectors?: 'auto' | 128 | 256;
}
