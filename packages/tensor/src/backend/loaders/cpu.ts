import { findBackendFactory } from '@tensorflow/tfjs-core';
import type { BackendLoader } from './loader.js';

/** Plain JavaScript, which `@tensorflow/tfjs` brings along. */
export const cpu: BackendLoader = {
  load: async () =>
    findBackendFactory('cpu') ? null : "is not registered; add `import '@tensorflow/tfjs'` to your program",
};
