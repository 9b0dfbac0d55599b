import { env, findBackendFactory } from '@tensorflow/tfjs-core';
import type { BackendLoader } from './loader.js';

/** Shaders of the older kind, in every browser; `@tensorflow/tfjs` brings it along. */
export const webgl: BackendLoader = {
  async load() {
    if (env().getBool('IS_NODE')) return 'runs in browsers only';
    if (!findBackendFactory('webgl')) return "is not registered; add `import '@tensorflow/tfjs'` to your program";
    return env().getBool('HAS_WEBGL') ? null : 'is not supported by this browser';
  },
};
