import { createHash } from 'node:crypto';
import { backend, findBackendFactory, matMul, registerBackend, removeBackend } from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';
import { useBackend } from '../backend.js';
import { key } from '../key.js';
import { normal } from '../random.js';
import { wasmModuleOf } from './wasm-module.js';

/** Starts the backend anew. */
async function restart(threads?: number): Promise<void> {
  const factory = findBackendFactory('wasm');
  removeBackend('wasm');
  registerBackend('wasm', factory);
  await useBackend('wasm', { threads });
}

/** Results of kernels on so many threads. */
async function resultsOn(threads: number): Promise<string[]> {
  await restart(threads);
  expect(wasmModuleOf(backend())!.threads).toBe(threads);
  const results: string[] = [];
  for (const [rows, depth, columns] of [[300, 70, 513], [1, 600, 700], [1024, 33, 9]]) {
    const [a, b] = [normal(key(1), [rows, depth]), normal(key(2), [depth, columns])];
    // The later ones with threads that have come in the meantime.
    for (let round = 0; round < 20; round++) {
      const product = matMul(a, b);
      results.push(createHash('sha256').update((await product.data()) as Float32Array).digest('hex'));
      product.dispose();
    }
    a.dispose();
    b.dispose();
  }
  return results;
}

afterAll(() => restart());

test('any number of threads gives the same numbers to the bit', async () => {
  const expected = await resultsOn(1);
  for (const threads of [2, 5]) expect(await resultsOn(threads)).toEqual(expected);
});
