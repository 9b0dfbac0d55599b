import {
  backend,
  env,
  fill,
  fused,
  matMul,
  memory,
  ones,
  reshape,
  setBackend,
  sum,
  type Tensor,
  tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
import { key } from '../random/key.js';
import { normal } from '../random/random.js';
import { loadWasmModule, refuseExcess, takesWasmModule, type WasmBackend, wasmModuleOf } from './wasm-module.js';

const wasmBackend = () => backend() as unknown as WasmBackend & { wasm: { HEAPU8: Uint8Array } };

/** A backend that counts what is allocated and has the given memory. */
function fakeBackend(memory: WebAssembly.Memory | undefined) {
  const live = new Set<number>();
  let next = 1 << 10;
  const fake = {
    wasm: {
      asm: memory && { memory },
      _malloc: (bytes: number) => {
        live.add(next);
        next += bytes;
        return next - bytes;
      },
      _free: (address: number) => live.delete(address),
    },
    move() {},
  } as unknown as WasmBackend;
  return { fake, live };
}

describe('the wasm module', () => {
  afterEach(async () => {
    env().set('IS_TEST', false);
    await setBackend('wasm');
  });

  test('is loaded once', () => {
    expect(wasmModuleOf(backend())).toBeDefined();
    expect(takesWasmModule(wasmBackend())).toBe(false);
  });

  test('stays out of a backend without SIMD exports', () => {
    const { fake } = fakeBackend(undefined);
    expect(takesWasmModule(fake)).toBe(false);
  });

  test('what exceeds the memory is an error that names the shape, and the backend goes on working', async () => {
    const before = memory().numTensors;
    expect(() => zeros([1e6, 784])).toThrow(
      'the wasm backend is out of memory: 3136000000 bytes were needed, for a float32 tensor of shape [1000000, 784]',
    );
    expect(() => normal(key(0), [3e8, 3])).toThrow('for a float32 tensor of shape [300000000, 3]');
    expect(memory().numTensors).toBe(before);
    await expect(matMul(ones([20, 20]), ones([20, 20]))).toBeAllClose(fill([20, 20], 20));
  });

  test('memory that runs out is an error', () => {
    const { fake } = fakeBackend(undefined);
    refuseExcess(fake);
    const { fake: full } = fakeBackend(undefined);
    full.wasm._malloc = (bytes) => (bytes > 100 ? 0 : 64);
    refuseExcess(full);
    expect(fake.wasm._malloc(101)).toBeGreaterThan(0);
    expect(() => full.wasm._malloc(101)).toThrow('the wasm backend is out of memory: 101 bytes were needed');
  });

  test('has one thread where memory is not shared', async () => {
    const { fake } = fakeBackend(new WebAssembly.Memory({ initial: 1, maximum: 1 }));
    await loadWasmModule(fake, 2, 'plain');
    expect(wasmModuleOf(fake)!.threads).toBe(1);
  });

  test('scratch grows when it must, and the old one is freed', async () => {
    const { fake, live } = fakeBackend(new WebAssembly.Memory({ initial: 1, maximum: 1 }));
    await loadWasmModule(fake, 1, 'plain');
    const { scratch } = wasmModuleOf(fake)!;
    const { size } = live;
    const first = scratch(100);
    expect(scratch(50)).toBe(first);
    const second = scratch(101);
    expect(second).not.toBe(first);
    expect(first % 64).toBe(0);
    expect(second % 64).toBe(0);
    expect(live.size).toBe(size + 1);
  });

  test('survives growing memory', async () => {
    const a = tensor([
      [1, 2],
      [3, 4],
    ]);
    const before = wasmBackend().wasm.HEAPU8.byteLength;
    const large: Tensor[] = [];
    while (wasmBackend().wasm.HEAPU8.byteLength === before) large.push(zeros([1 << 20]));
    await expect(matMul(a, a)).toBeAllClose([
      [7, 10],
      [15, 22],
    ]);
    for (const each of large) each.dispose();
  });

  test('takes tensors that were made on another backend', async () => {
    await setBackend('cpu');
    const a = tensor([
      [1, 2],
      [3, 4],
    ]);
    await setBackend('wasm');
    await expect(matMul(a, a, true)).toBeAllClose([
      [10, 14],
      [14, 20],
    ]);
  });

  test('kernels pass the leak check of TensorFlow.js', async () => {
    env().set('IS_TEST', true);
    const a = ones([2, 1, 3, 4]);
    await expect(sum(matMul(a, ones([5, 4, 2])))).toBeAllClose(2 * 5 * 3 * 2 * 4);
    await expect(
      sum(fused.matMul({ a: ones([3, 4]), b: ones([4, 2]), bias: ones([2]), activation: 'elu' })),
    ).toBeAllClose(30);
  });

  test('wrong operands are named', () => {
    expect(() => matMul(zeros([2, 3]), zeros([4, 5]), false, true)).toThrow(
      'matMul: the columns of a must be as many as the rows of b, got [2, 3] and [4, 5] transposed',
    );
    expect(() => matMul(zeros([3]), zeros([3, 2]))).toThrow(
      'matMul: a and b must have two axes or more, got [3] and [3, 2]',
    );
    expect(() => matMul(zeros([2, 3], 'int32'), zeros([3, 2], 'int32'))).toThrow('float32');
  });
});

test('tf.sum stays accurate over many terms', async () => {
  const x = fill([2 ** 22], 0.1);
  await expect(sum(x)).toBeAllClose(Math.fround(0.1) * 2 ** 22, { rtol: 1e-7 });
  await expect(sum(reshape(x, [2 ** 21, 2]), 0)).toBeAllClose(
    [1, 1].map(() => Math.fround(0.1) * 2 ** 21),
    { rtol: 1e-7 },
  );
  x.dispose();
});
