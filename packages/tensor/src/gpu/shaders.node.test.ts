import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { env, type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { WebGpuBackend } from './backends.js';
import { activations } from '../kernels/activation.js';
import type { AffineForm } from '../kernels/affine/contract.js';
import type { MaskedNetwork, MaskedNetworkAttrs } from '../kernels/masked-network/contract.js';
import { maskedNetworkGradientKernel, maskedNetworkKernel } from '../kernels/masked-network/wasm.js';
import { matMulKernel } from '../kernels/product/mat-mul.js';
import { elementwiseKernels } from '../overrides/elementwise/elementwise.js';
import { castKernel } from '../overrides/elementwise/identity.js';
import { cumprodKernel, cumsumKernel } from '../overrides/reductions/cumulative.js';
import { maxKernel, minKernel } from '../overrides/reductions/max-min.js';
import { prodKernel } from '../overrides/reductions/prod.js';
import { meanKernel, sumKernel } from '../overrides/reductions/sum.js';

// The package's entry for Node is CommonJS under the name of an ES module.
const { WgslReflect } = (await import(
  'wgsl_reflect/wgsl_reflect.module.js' as string
)) as typeof import('wgsl_reflect');

// TensorFlow.js's backend on a GPU that does nothing but remember the shaders that it is given, complete with what TensorFlow.js puts
// around them.
const shaders: string[] = [];
const answers = new Map<string | symbol, unknown>([
  ['then', undefined],
  [Symbol.toPrimitive, () => 65535],
  ['getMappedRange', () => new ArrayBuffer(65536)],
  ['createShaderModule', ({ code }: { code: string }) => (shaders.push(code), anything)],
]);
const anything: object = new Proxy(() => {}, {
  get: (_, key) => (answers.has(key) ? answers.get(key) : anything),
  apply: () => anything,
  construct: () => anything,
});

// What a browser with WebGPU has.
const globals = {
  navigator: { gpu: anything },
  GPUBufferUsage: anything,
  GPUTextureUsage: anything,
  GPUBuffer: { [Symbol.hasInstance]: () => true },
};
let backend: WebGpuBackend;

beforeAll(() => {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
  env().set('WEBGPU_CPU_FORWARD', false);
  // Nothing is ever submitted.
  env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', Infinity);
  backend = new WebGPUBackend(anything as GPUDevice, anything as GPUAdapterInfo) as unknown as WebGpuBackend;
});
afterAll(() => {
  vi.unstubAllGlobals();
  env().set('WEBGPU_CPU_FORWARD', true);
  env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 15);
});

const tensorOf = (shape: number[], dtype: 'float32' | 'int32' = 'float32'): TensorInfo =>
  backend.makeTensorInfo(shape, dtype, new Float32Array(shape.reduce((a, b) => a * b, 1)));

const matrix = () => tensorOf([6, 5]);

const named = (tensors: TensorInfo[]) => Object.fromEntries(tensors.map((tensor, i) => [`${i}`, tensor]));

/** Runs a kernel, and returns the shaders that it has compiled. */
function shadersOf(
  kernel: { webgpu?: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: WebGpuBackend) => unknown },
  inputs: Record<string, TensorInfo>,
  attrs: object = {},
): string[] {
  shaders.length = 0;
  const result = kernel.webgpu!(inputs as NamedTensorInfoMap, attrs as NamedAttrMap, backend);
  expect(result).not.toBeNull();
  return shaders.splice(0);
}

/** Checks that a shader parses, and that it declares whatever it calls and reads of `uniforms`. */
function check(code: string): void {
  const shader = new WgslReflect(code);
  expect(shader.entry.compute.map(({ name }) => name)).toEqual(['_start']);
  const declared = new Set(shader.functions.map(({ name }) => name));
  expect(declared).toContain('main');
  const fields = new Set(shader.structs.find(({ name }) => name === 'Uniforms')!.members.map(({ name }) => name));
  const text = code.replaceAll(/\/\/.*/g, '');
  for (const [, field] of text.matchAll(/\buniforms\.(\w+)/g)) expect(fields).toContain(field);
  checked.push(code);
}

const checked: string[] = [];

describe('every shader parses', () => {
  test.each(elementwiseKernels.map((kernel) => [kernel.name, kernel] as const))('%s', (_, kernel) => {
    shadersOf(kernel, { x: matrix() }).forEach(check);
  });

  test('a cast', () => {
    shadersOf(castKernel, { x: tensorOf([6], 'int32') }, { dtype: 'float32' }).forEach(check);
  });

  const folds = [sumKernel, meanKernel, prodKernel, maxKernel, minKernel];
  test.each(folds.map((kernel) => [kernel.name, kernel] as const))('%s', (_, kernel) => {
    shadersOf(kernel, { x: matrix() }, { axis: [1] }).forEach(check);
  });

  test.each([cumsumKernel, cumprodKernel].map((kernel) => [kernel.name, kernel] as const))('%s', (_, kernel) => {
    shadersOf(kernel, { x: matrix() }, { axis: 1, exclusive: false, reverse: true }).forEach(check);
  });

  test('a product of small matrices', () => {
    const inputs = { a: tensorOf([3, 4]), b: tensorOf([4, 5]) };
    shadersOf(matMulKernel, inputs, { transposeA: false, transposeB: false }).forEach(check);
  });

  const forms: (AffineForm | undefined)[] = [
    undefined,
    { logScale: 'gate', bound: 7, bias: 1, sign: 1, before: 0, after: 1 },
  ];
  test.each(forms)('a masked network and its gradient, with form %j', (form) => {
    const count = form ? 2 : 3;
    const network: MaskedNetwork = {
      order: [1, 0],
      starts: [0, 1, 2],
      activation: activations[0],
      layers: [
        { from: 0, isOutput: false, starts: [0, 2, 4] },
        { from: 1, isOutput: true, starts: [0, count, 2 * count] },
      ],
    };
    const operands = [tensorOf([5, 2]), tensorOf([2, 4]), tensorOf([4, 2 * count]), tensorOf([4])];
    const attrs: MaskedNetworkAttrs = { network, form, sequential: form !== undefined, offsets: [3, -1], keep: true };
    const forward = shadersOf(maskedNetworkKernel, named(operands), attrs);
    const cotangents = form ? [tensorOf([5, 2]), tensorOf([5])] : [tensorOf([5, 2, count])];
    const backward = shadersOf(
      maskedNetworkGradientKernel,
      named([...operands, tensorOf([4096]), ...cotangents]),
      attrs,
    );
    // Compiled once for both forms.
    if (!form) expect([forward, backward].map((codes) => codes.filter(isOurs).length)).toEqual([1, 3]);
    for (const code of [...forward, ...backward].filter(isOurs)) check(code);
  });

  test('no .wgsl file is left out', async () => {
    const source = fileURLToPath(new URL('..', import.meta.url));
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
    const modules = files.filter((name) => name.endsWith('shaders.generated.ts'));
    const parts = (await Promise.all(modules.map((name) => import(`${source}${name}`)))).flatMap((module) =>
      Object.entries(module).filter(([name]) => name.endsWith('Wgsl')),
    );
    expect(parts).toHaveLength(files.filter((name) => name.endsWith('.wgsl')).length);
    for (const [name, part] of parts)
      expect([name, checked.some((code) => code.includes(part as string))]).toEqual([name, true]);
  });
});

/** Not one of TensorFlow.js's own, for slices and the like. */
function isOurs(code: string): boolean {
  return code.includes('fn nodeAt');
}
