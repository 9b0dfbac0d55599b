import { backend } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { chooseBuild } from './choose-build.js';
import { fastestBuild } from '../wasm/kernel-build.js';
import type { WasmBackend } from '../wasm/wasm-module.js';

const current = () => backend() as unknown as WasmBackend;

const setFlagsFromString = () => {
  throw new Error('not implemented');
};

afterEach(() => vi.restoreAllMocks());

describe('the build of the kernels', () => {
  test('is of 128-bit vectors where a program wants these', () => {
    expect(['plain', 'relaxed']).toContain(fastestBuild(128));
  });

  test('is of 128-bit vectors where the flags of the engine cannot be set', () => {
    const { getBuiltinModule } = process;
    vi.spyOn(process, 'getBuiltinModule').mockImplementation((name: string) =>
      name === 'node:v8' ? { setFlagsFromString } : getBuiltinModule(name),
    );
    expect(['plain', 'relaxed']).toContain(fastestBuild('auto'));
    expect(() => fastestBuild(256)).toThrow(/^useBackend: vectors: 256 needs Node 24/);
  });

  test('is not the one for 256-bit vectors where that gives wrong numbers', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(['plain', 'relaxed']).toContain(await chooseBuild(current(), 'auto', () => ['MatMul', 'Lstm']));
    for (const [message] of warn.mock.calls)
      expect(message).toBe(
        'useBackend: 256-bit vectors give wrong numbers here (MatMul, Lstm), so 128-bit ones are used',
      );
  });
});
