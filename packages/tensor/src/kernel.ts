import {
  engine,
  type GradConfig,
  getKernel,
  type KernelConfig,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  registerGradient,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { type WasmModule, wasmModuleOf } from './wasm/wasm-module.js';

/**
 * A hot operation: one kernel of TensorFlow.js, known by its name, with what this package adds to it. Whoever runs the operation
 * takes part in gradients as with any other, and never asks which backend it is on.
 */
export interface Kernel {
  readonly name: string;
  /**
   * The operation in plain tf ops, on every backend; the fast versions are tested against it. Default: the stock kernel.
   *
   * @param stock runs the stock kernel of this name
   */
  readonly reference?: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, stock: StockKernel) => TensorInfo | TensorInfo[];
  /** On every backend, in place of the stock gradient. Default: the stock gradient. */
  readonly gradient?: Omit<GradConfig, 'kernelName'>;
  /**
   * The fast version on the wasm backend.
   *
   * @returns the result, or null for a case that is left to the reference
   */
  readonly wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule) => TensorInfo | TensorInfo[] | null;
}

/**
 * An operation that TensorFlow.js does not know. Where its kernel is not registered, whoever wants it composes it from others; the
 * kernel is tested against that composition.
 */
export interface NewKernel {
  readonly name: string;
  readonly wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule) => TensorInfo[];
}

/** Runs the kernel that TensorFlow.js brings under some name. */
export type StockKernel = (inputs: NamedTensorInfoMap, attrs: NamedAttrMap) => TensorInfo | TensorInfo[];

const ownConfigs = new WeakSet<KernelConfig>();

/** Registers kernels for a backend that is ready, and their gradients; a second time it changes nothing. */
export function registerKernels(kernels: readonly Kernel[], backendName: string): void {
  for (const { name, reference, gradient, wasm } of kernels) {
    if (gradient) registerGradient({ kernelName: name, ...gradient });
    const stock = getKernel(name, backendName);
    const addsNothing = backendName !== 'wasm' && !reference;
    if (addsNothing || ownConfigs.has(stock)) continue;
    const config: KernelConfig = {
      // With its set-up function, which the stock kernel needs.
      ...stock,
      kernelFunc: ({ inputs, attrs = {}, backend }) => {
        const module = wasmModuleOf(backend);
        const fast = module && wasm(inputs, attrs, module);
        if (fast) return fast;
        const runStock: StockKernel = (stockInputs, stockAttrs) => stock.kernelFunc({ inputs: stockInputs, attrs: stockAttrs, backend });
        return reference ? reference(inputs, attrs, runStock) : runStock(inputs, attrs);
      },
    };
    // Registering over a kernel would print a warning.
    unregisterKernel(name, backendName);
    registerKernel(config);
    ownConfigs.add(config);
  }
}

/** Registers new kernels for the wasm backend if it is ready and has our module; a second time it changes nothing. */
export function registerNewKernels(kernels: readonly NewKernel[], backendName: string): void {
  const module = backendName === 'wasm' ? wasmModuleOf(engine().backend) : undefined;
  if (!module) return;
  for (const { name, wasm } of kernels) {
    if (getKernel(name, backendName)) continue;
    // The module is looked up anew, since a backend may be removed and started again.
    registerKernel({
      kernelName: name,
      backendName,
      kernelFunc: ({ inputs, attrs = {}, backend }) => wasm(inputs, attrs, wasmModuleOf(backend)!),
    });
  }
}
