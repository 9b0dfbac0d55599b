import { getBackend, getKernel, matMul, setBackend, tensor } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import type { BackendName } from './options.js';
import { useBackend } from './use-backend.js';

describe('useBackend', () => {
  afterEach(async () => {
    await useBackend(inject('backend'));
  });

  test('auto takes the first that is installed', async () => {
    const best = inject('backend') === 'tensorflow' ? 'tensorflow' : 'wasm';
    expect(await useBackend()).toBe(best);
    expect(getBackend()).toBe(best);
  });

  test('switches back and forth, and registers its kernels once', async () => {
    const warn = vi.spyOn(console, 'warn');
    const a = tensor([
      [1, 2],
      [3, 4],
    ]);
    const registered = new Map<string, object>();
    for (const name of ['cpu', 'wasm', 'wasm', 'cpu', 'wasm'] as const) {
      expect(await useBackend(name)).toBe(name);
      expect(getBackend()).toBe(name);
      const kernel = getKernel('BatchMatMul', name);
      expect(registered.get(name) ?? kernel).toBe(kernel);
      registered.set(name, kernel);
      await expect(matMul(a, a, true)).toBeAllClose([
        [10, 14],
        [14, 20],
      ]);
    }
    expect(warn.mock.calls.join()).not.toContain('already registered');
    warn.mockRestore();
    a.dispose();
  });

  test('the kernels stay when the program switches by itself', async () => {
    await useBackend('wasm');
    await setBackend('cpu');
    await setBackend('wasm');
    await expect(matMul(tensor([[1, 2]]), tensor([[3, 4]]), false, true)).toBeAllClose([[11]]);
  });

  test('calls at once wait for each other', async () => {
    const names = ['wasm', 'cpu', 'wasm', 'wasm'] as const;
    expect(await Promise.all(names.map((name) => useBackend(name)))).toEqual(names);
    expect(getBackend()).toBe('wasm');
  });

  test('a call that fails does not hold up the next', async () => {
    const failed = useBackend('nothing' as BackendName);
    const next = useBackend('cpu');
    await expect(failed).rejects.toThrow('useBackend: name must be');
    expect(await next).toBe('cpu');
  });

  test.each([
    [0, 'useBackend: threads must be an integer of at least 1, got 0'],
    [NaN, 'useBackend: threads must be an integer of at least 1, got NaN'],
    [1e6, 'useBackend: threads must be at most 64, got 1000000'],
  ])('%d threads are refused', async (threads, message) => {
    await expect(useBackend('wasm', { threads })).rejects.toThrow(message);
  });

  test.each([512, 'wide', null])('vectors of %j are refused', async (vectors) => {
    await expect(useBackend('wasm', { vectors: vectors as never })).rejects.toThrow(
      /^useBackend: vectors must be 'auto', 128 or 256, got (512|'wide'|null)$/,
    );
  });

  test.each(['gpu', '', undefined, 3])('%j is no backend', async (name) => {
    const result = useBackend((name ?? null) as unknown as BackendName);
    await expect(result).rejects.toThrow(
      `useBackend: name must be 'auto', 'tensorflow', 'webgpu', 'wasm', 'webgl' or 'cpu', got '${name ?? null}'`,
    );
  });
});
