import { backend } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { chooseBuild } from './choose-build.js';
import { fastestBuild, RELAXED_SIMD, setExperiment, WIDE_VECTORS } from '../wasm/kernel-build.js';
import type { WasmBackend } from '../wasm/wasm-module.js';

const current = () => backend() as unknown as WasmBackend;

const setFlagsFromString = () => {
  throw new Error('not implemented');
};

afterEach(() => vi.restoreAllMocks());

describe('the build of the kernels', () => {
  test('is of 128-bit vectors where a program wants these', () => {
    expect(['plain', 'relaxed']).toContain(fastestBuild(128).build);
  });

  test('is of 128-bit vectors where the flags of the engine cannot be set', () => {
    const { getBuiltinModule } = process;
    vi.spyOn(process, 'getBuiltinModule').mockImplementation((name: string) =>
      name === 'node:v8' ? { setFlagsFromString } : getBuiltinModule(name),
    );
    expect(['plain', 'relaxed']).toContain(fastestBuild('auto').build);
    expect(() => fastestBuild(256)).toThrow(/^useBackend: vectors: 256 needs Node 24/);
  });

  test('takes an experiment of the engine in the versions of Node that have one', () => {
    const { build, experiment } = fastestBuild('auto');
    if (experiment) setExperiment(experiment, false);
    if (process.versions.v8.startsWith('11.3.')) expect([build, experiment]).toEqual(['relaxed', RELAXED_SIMD]);
    else expect(experiment).toBe(build === 'wide' ? WIDE_VECTORS : undefined);
  });

  test('is one without experiments where these give wrong numbers', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { build } = fastestBuild(128);
    expect(await chooseBuild(current(), 'auto', () => ['MatMul', 'Lstm'])).toBe(build);
    for (const [message] of warn.mock.calls)
      expect(message).toMatch(
        /^useBackend: wrong numbers with (256-bit vectors|fused multiply-add) \(MatMul, Lstm\), so the kernels do without$/,
      );
  });
});
