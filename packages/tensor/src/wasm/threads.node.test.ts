import { createHash } from 'node:crypto';
import {
  backend,
  findBackendFactory,
  matMul,
  registerBackend,
  removeBackend,
  reshape,
  slice,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { afterAll, expect, test, vi } from 'vitest';
import { useBackend } from '../backend/use-backend.js';
import { key } from '../random/key.js';
import { linear } from '../kernels/product/linear.js';
import { normal } from '../random/random.js';
import { mixtureQuantile } from '../kernels/mixture/mixture-quantile.js';
import { rationalQuadraticSpline } from '../kernels/spline/rational-quadratic-spline.js';
import { vjp } from '../autodiff/vjp.js';
import { startThread } from './threads.js';
import { wasmModuleOf } from './wasm-module.js';

/** Starts the backend anew. */
async function restart(threads?: number): Promise<void> {
  const factory = findBackendFactory('wasm');
  removeBackend('wasm');
  registerBackend('wasm', factory);
  await useBackend('wasm', { threads });
}

const hash = async (x: Tensor) =>
  createHash('sha256')
    .update((await x.data()) as Float32Array)
    .digest('hex');

/** Dense layers, splines and mixtures, with their gradients. */
function layers(rows: number, width: number): Tensor[] {
  return tidy(() => {
    const [x, w, b, raw] = [[rows, 20], [20, width], [width], [rows, 11]].map((shape, i) => normal(key(i), shape));
    const y = linear(x, w, b, 'silu');
    const byLinear = vjp((...inputs) => linear(inputs[0], inputs[1], inputs[2], 'silu'), [x, w, b], [y]);
    const shape = { bins: 4, bound: 3, minWidth: 0.001, minHeight: 0.001, minDerivative: 0.001 };
    const spline = (...[x, raw]: Tensor[]) => Object.values(rationalQuadraticSpline(shape, 'inverse', x, raw));
    const numbers = reshape(slice(x, [0, 0], [rows, 1]), [rows]);
    const values = spline(numbers, raw);
    const limits = { logScaleBound: 7, affineBound: 5, flattest: -30 };
    const mixture = (...[x, raw]: Tensor[]) =>
      Object.values(mixtureQuantile({ family: 'gaussian', components: 3, affine: true, ...limits }, 'inverse', x, raw));
    const roots = mixture(numbers, raw);
    return [
      y,
      ...byLinear,
      ...values,
      ...vjp(spline, [numbers, raw], values),
      ...roots,
      ...vjp(mixture, [numbers, raw], roots),
    ];
  });
}

/** Results of kernels on so many threads. */
async function resultsOn(threads: number): Promise<string[]> {
  await restart(threads);
  expect(wasmModuleOf(backend())!.threads).toBe(threads);
  const results: string[] = [];
  for (const [rows, depth, columns] of [
    [300, 70, 513],
    [1, 600, 700],
    [1024, 33, 9],
  ]) {
    const [a, b] = [normal(key(1), [rows, depth]), normal(key(2), [depth, columns])];
    // The later ones with threads that have come in the meantime.
    for (let round = 0; round < 20; round++) {
      const product = matMul(a, b);
      results.push(await hash(product));
      product.dispose();
    }
    a.dispose();
    b.dispose();
  }
  for (const [rows, width] of [
    [2000, 100],
    [301, 65],
  ]) {
    const tensors = layers(rows, width);
    results.push(...(await Promise.all(tensors.map(hash))));
    for (const tensor of tensors) tensor.dispose();
  }
  return results;
}

afterAll(() => restart());

test('any number of threads gives the same numbers bit for bit', async () => {
  const expected = await resultsOn(1);
  for (const threads of [2, 5]) expect(await resultsOn(threads)).toEqual(expected);
});

test('threads that cannot start are a warning, given once', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  // It exports no function to serve by.
  const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  startThread({ module, memory, constants: 0, pool: 0, thread: 1 });
  // A function cannot be sent to a thread.
  startThread({ module, memory, constants: 0, pool: 0, thread: (() => 2) as unknown as number });
  await vi.waitFor(() => expect(warn).toHaveBeenCalled());
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(warn.mock.calls).toEqual([
    [expect.stringMatching(/^useBackend: a thread did not start, the others do its work: /)],
  ]);
  warn.mockRestore();
});
