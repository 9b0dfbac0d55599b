import {
  engine,
  type GradConfig,
  getKernel,
  type KernelBackend,
  type KernelConfig,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerGradient,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import type { WebGlBackend, WebGpuBackend } from '../gpu/backends.js';
import { type WasmModule, wasmModuleOf } from '../wasm/wasm-module.js';

/**
 * Versions of one of TensorFlow.js's own kernels that replace the stock ones. Callers run the operation as ever: its gradient works, and they
 * need not know the backend.
 */
export interface KernelOverride {
  readonly name: string;
  /**
   * The operation in plain tf ops, on every backend; the fast versions are tested against it. Default: the stock kernel.
   *
   * @param stock runs the stock kernel of this name
   */
  readonly reference?: (
    inputs: NamedTensorInfoMap,
    attrs: NamedAttrMap,
    stock: StockKernel,
  ) => TensorInfo | TensorInfo[];
  /** On every backend, in place of the stock gradient. Default: the stock gradient. */
  readonly gradient?: Omit<GradConfig, 'kernelName'>;
  /**
   * A version for one backend, faster there or more accurate.
   *
   * @returns the result, or null for a case that is left to the reference
   */
  readonly wasm?: Version<WasmModule>;
  readonly webgpu?: Version<WebGpuBackend>;
  readonly webgl?: Version<WebGlBackend>;
}

type Version<B> = (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: B) => TensorInfo | TensorInfo[] | null;

/**
 * A kernel that TensorFlow.js lacks, on some backends or on all.
 *
 * One that it lacks on all has no reference: where the kernel is not registered, its operation is composed of others, and the kernel is tested
 * against that composition.
 */
export interface CustomKernel {
  readonly name: string;
  /** The operation in plain tf ops, for backends that lack it. */
  readonly reference?: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap) => TensorInfo | TensorInfo[];
  readonly wasm?: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule) => TensorInfo | TensorInfo[];
  readonly webgpu?: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: WebGpuBackend) => TensorInfo[];
}

/** Runs the stock kernel. */
export type StockKernel = (inputs: NamedTensorInfoMap, attrs: NamedAttrMap) => TensorInfo | TensorInfo[];

/** A kernel's version for the backend in use, if there is one. */
function fastVersion(kernel: KernelOverride | CustomKernel, backendName: string): Version<KernelBackend> | undefined {
  const { wasm } = kernel;
  if (backendName === 'webgpu') return kernel.webgpu as Version<unknown> | undefined;
  if (backendName === 'webgl') return 'webgl' in kernel ? (kernel.webgl as Version<unknown>) : undefined;
  if (backendName === 'wasm' && wasm && wasmModuleOf(engine().backend)) {
    return (inputs, attrs, backend) => {
      // Looked up anew, since a backend may be removed and started again.
      const module = wasmModuleOf(backend);
      return module ? wasm(inputs, attrs, module) : null;
    };
  }
  return undefined;
}

const ownConfigs = new WeakSet<KernelConfig>();

/** Registers kernels for the backend in use, and their gradients; a second time it changes nothing. */
export function registerOverrides(kernels: readonly KernelOverride[], backendName: string): void {
  for (const kernel of kernels) {
    const { name, reference, gradient } = kernel;
    if (gradient) registerGradient({ kernelName: name, ...gradient });
    const stock = getKernel(name, backendName);
    const fast = fastVersion(kernel, backendName);
    if ((!fast && !reference) || ownConfigs.has(stock)) continue;
    const config: KernelConfig = {
      // With its set-up function, which the stock kernel needs.
      ...stock,
      kernelFunc: ({ inputs, attrs = {}, backend }) => {
        const result = fast?.(inputs, attrs, backend as KernelBackend);
        if (result) return result;
        const runStock: StockKernel = (stockInputs, stockAttrs) =>
          stock.kernelFunc({ inputs: stockInputs, attrs: stockAttrs, backend });
        return reference ? reference(inputs, attrs, runStock) : runStock(inputs, attrs);
      },
    };
    // Registering over a kernel would print a warning.
    unregisterKernel(name, backendName);
    registerKernel(config);
    ownConfigs.add(config);
  }
}

/** Registers the kernels that the backend in use lacks; a second time it changes nothing. */
export function registerCustomKernels(kernels: readonly CustomKernel[], backendName: string): void {
  for (const kernel of kernels) {
    const { name, reference } = kernel;
    const fast = fastVersion(kernel, backendName) ?? reference;
    if (!fast || getKernel(name, backendName)) continue;
    registerKernel({
      kernelName: name,
      backendName,
      kernelFunc: ({ inputs, attrs = {}, backend }) => {
        const result = fast(inputs, attrs, backend as KernelBackend);
        if (!result) throw new Error(`${name}: backend '${backendName}' was started without useBackend`);
        return result;
      },
    });
  }
}
