import { env } from '@tensorflow/tfjs-core';
import { builtinModule } from '../../wasm/threads.js';
import { isMissing, type BackendLoader } from './loader.js';

/** TensorFlow's own library through one of these bindings; the first that loads. */
const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** Functions that the bindings call and that Node 23 removed. */
const REMOVED_FROM_UTIL: Record<string, (value: unknown) => boolean> = {
  isArray: Array.isArray,
  isNullOrUndefined: (value) => value === null || value === undefined,
};

/** Native code on the CPU or an NVIDIA GPU, in Node. */
export const tensorflow: BackendLoader = {
  async load() {
    if (!env().getBool('IS_NODE')) return 'runs in Node only';
    const util = builtinModule<Record<string, unknown>>('node:util')!;
    for (const [name, implementation] of Object.entries(REMOVED_FROM_UTIL)) util[name] ??= implementation;

    let broken: string | undefined;
    for (const name of PACKAGES) {
      try {
        // Not a literal, so that no bundler takes native code along.
        await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
        return null;
      } catch (error) {
        // An installation without its native library is common: the library comes from another place than the package.
        if (!isMissing(error, name))
          broken ??= `is installed as ${name} and does not load: ${(error as Error).message}`;
      }
    }
    return (
      broken ??
      'is not installed; run `npm i @tensorflow/tfjs-node`, or `npm i @tensorflow/tfjs-node-gpu` for an NVIDIA GPU'
    );
  },
};
