import {
  Cast,
  Identity,
  type NamedTensorInfoMap,
  notEqual,
  type Tensor,
  type TensorInfo,
  tidy,
} from '@tensorflow/tfjs-core';
import { applyByWebGpu } from './elementwise.js';
import type { KernelOverride } from '../../registry/kernel-override.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** `tf.clone`, and what the tape does with every tensor that it saves: shares the numbers, where the stock wasm kernel copies them. */
export const identityKernel: KernelOverride = {
  name: Identity,
  wasm: (inputs, _, wasm) => share(inputs, wasm),
};

/**
 * `tf.cast`, which every gradient of a clone runs: shares the numbers where the type stays. A truth value is whether a number differs
 * from 0, of which the stock kernel stores the lowest byte. On webgpu the stock kernel relabels integers as float32, which not every
 * other kernel notices.
 */
export const castKernel: KernelOverride = {
  name: Cast,
  wasm: (inputs, { dtype }, wasm) => {
    if (inputs.x?.dtype === dtype) return share(inputs, wasm);
    return dtype === 'bool' ? tidy(() => notEqual(inputs.x as Tensor, 0)) : null;
  },
  webgpu: (inputs, { dtype }, backend) => {
    const x = inputs.x as TensorInfo;
    const isRelabelled = dtype === 'float32' && (x.dtype === 'int32' || x.dtype === 'bool');
    return isRelabelled ? applyByWebGpu(backend, x, 'fn same(x : f32) -> f32 { return x; }', 'same') : null;
  },
};

function share(inputs: NamedTensorInfoMap, wasm: WasmModule): TensorInfo | null {
  const { dataId, shape, dtype } = inputs.x as TensorInfo;
  if (dtype === 'string') return null;
  wasm.backend.incRef(dataId);
  return { dataId, shape, dtype };
}
