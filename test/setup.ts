import '@tensorflow/tfjs';
import { backend, env, Tensor } from '@tensorflow/tfjs-core';
import { type BackendName, useBackend } from '@pushforward/tensor';
import { matchers, repeatLess, type TensorMatchers } from '@pushforward/tensor/testing';
import { afterAll, expect, inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    backend: BackendName;
    /** Of the wasm backend, which takes as many as there are cores where nothing is said. */
    threads?: number;
    /** Where a browser finds the binaries of tfjs-backend-wasm. */
    wasmPaths?: string;
  }
  interface Matchers extends TensorMatchers {}
}

expect.extend(matchers);
// Where a browser finds wasm has to be known to tests on other backends that switch to it.
if (inject('wasmPaths')) await useBackend('wasm', { wasmPaths: inject('wasmPaths') });
await useBackend(inject('backend'), { threads: inject('threads') });
const onGpu = inject('backend').startsWith('webg');
// They would hand the small tensors of tests to the CPU.
if (onGpu) env().set(`${inject('backend').toUpperCase()}_CPU_FORWARD`, false);
// GPUs in software are slow, and so are plain loops; wasm goes through every combination.
repeatLess({ cpu: 5, wasm: 1, tensorflow: 1, webgl: 5, webgpu: 5 }[inject('backend')]);

// Chromium gives numbers of WebGPU at once, and allocates no buffer any more after that.
if (inject('backend') === 'webgpu') {
  Tensor.prototype.dataSync = () => {
    throw new Error('dataSync: numbers on a GPU come as promises; use data()');
  };
}

// WebGPU reports a shader that it refuses and goes on, with zeros for a result.
if (inject('backend') === 'webgpu') {
  const { device } = backend() as unknown as { device: EventTarget };
  const refused: string[] = [];
  const note = (event: Event) => refused.push((event as Event & { error: Error }).error.message);
  device.addEventListener('uncapturederror', note);
  afterAll(() => {
    device.removeEventListener('uncapturederror', note);
    expect(refused).toEqual([]);
  });
}
