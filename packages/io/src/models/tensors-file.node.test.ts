import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '../safetensors/safetensors.js';
import { loadTensors, type NamedTensors, saveTensors } from './tensors-file.js';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'pushforward-io-'));
  file = path.join(directory, 'checkpoint.safetensors');
});
afterEach(() => rm(directory, { recursive: true }));

test('tensors and metadata come back as they were', async () => {
  const tensors: NamedTensors = {
    'weights/a.0': { shape: [2, 2], values: new Float32Array([NaN, -0, 1e-45, Infinity]) },
    'weights/order': { shape: [3], values: new Int32Array([-1, 0, 2 ** 31 - 1]) },
    'weights/mask': { shape: [2], values: new Uint8Array([0, 1]) },
    __proto__x: { shape: [], values: new Float32Array([0.1]) },
    none: { shape: [0, 3], values: new Float32Array(0) },
  };
  const metadata = { version: 1, history: [{ epoch: 1, loss: 0.30000000000000004, validation: null }], note: '"é\n' };
  await saveTensors(file, tensors, metadata);
  const loaded = await loadTensors(file);
  expect(loaded).toEqual({ tensors, metadata });
  expect(Object.is(loaded.tensors['weights/a.0'].values[1], -0)).toBe(true);
  expect(decodeSafetensors(await readFile(file)).tensors.get('weights/mask')).toEqual({
    dtype: 'U8',
    ...tensors['weights/mask'],
  });
});

test('there may be no metadata, and no tensors', async () => {
  await saveTensors(file, {});
  expect(await loadTensors(file)).toEqual({ tensors: {}, metadata: undefined });
  await saveTensors(file, {}, null);
  expect((await loadTensors(file)).metadata).toBeNull();
});

test('a tensor may be named __proto__', async () => {
  await writeFile(
    file,
    encodeSafetensors(new Map([['__proto__', { dtype: 'U8', shape: [1], values: new Uint8Array([7]) }]])),
  );
  const { tensors } = await loadTensors(file);
  expect(Object.keys(tensors)).toEqual(['__proto__']);
  expect(tensors['__proto__'].values[0]).toBe(7);
  await saveTensors(file, tensors);
  expect(Object.keys((await loadTensors(file)).tensors)).toEqual(['__proto__']);
});

test('no bit of a saved file changes unnoticed', async () => {
  const tensors: NamedTensors = {
    x: { shape: [3], values: new Float32Array([1, 2, 3]) },
    mask: { shape: [2], values: new Uint8Array([0, 1]) },
  };
  await saveTensors(file, tensors, { step: 7, note: 'a' });
  const [whole, loaded] = [await readFile(file), await loadTensors(file)];
  for (let bit = 0; bit < 8 * whole.length; bit++) {
    const damaged = Uint8Array.from(whole);
    damaged[bit >> 3] ^= 1 << (bit & 7);
    await writeFile(file, damaged);
    const found = await loadTensors(file).catch((error: unknown) => error);
    // A blank of the header's JSON may become another blank.
    if (!(found instanceof Error)) expect(found, `bit ${bit}`).toEqual(loaded);
  }
});

test('errors name the file', async () => {
  await expect(loadTensors(file)).rejects.toThrow(
    new Error(`loadTensors: ${file} must be a file that can be read, got no such file`),
  );
  await writeFile(file, 'abc');
  await expect(loadTensors(file)).rejects.toThrow(
    new Error(`loadTensors: ${file} is truncated: a safetensors file has at least 8 bytes, got 3`),
  );
  await writeFile(file, encodeSafetensors(new Map(), { metadata: '{' }));
  await expect(loadTensors(file)).rejects.toThrow(new Error(`loadTensors: ${file}: metadata must be JSON`));
  const broken = { x: { shape: [2], values: new Float32Array(3) } };
  await expect(saveTensors(file, broken)).rejects.toThrow(
    new Error("encodeSafetensors: 'x' must have as many values as its shape [2], got 3"),
  );
});
