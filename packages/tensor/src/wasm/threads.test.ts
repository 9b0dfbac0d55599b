import { backend, getBackend, matMul } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { key } from '../random/key.js';
import { normal } from '../random/random.js';
import { availableThreads } from './threads.js';
import { wasmModuleOf } from './wasm-module.js';

test.runIf(getBackend() === 'wasm')(
  'on wasm, as many threads as there are at hand share the work of a product',
  async () => {
    // In the browser these tests run in a page that is isolated, as threads need it.
    expect(globalThis.crossOriginIsolated ?? true).toBe(true);
    expect(wasmModuleOf(backend())!.threads).toBe(Math.min(8, availableThreads()));
    const [a, b] = [normal(key(1), [300, 300]), normal(key(2), [300, 300])];
    const first = (await matMul(a, b).data()) as Float32Array;
    // Time for threads to start, and turns in which they may come in.
    for (let round = 0; round < 20; round++) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect((await matMul(a, b).data()).every((number, i) => number === first[i])).toBe(true);
    }
  },
);
