import {
  _FusedMatMul,
  Add,
  Elu,
  getKernel,
  LeakyRelu,
  type NamedAttrMap,
  type NamedTensorInfoMap,
  Prelu,
  Relu,
  Relu6,
  Sigmoid,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';
import { matMulWasm } from './kernel-mat-mul.js';
import type { WasmModule } from './wasm/wasm-module.js';

/**
 * `activation(op(A)·op(B) + bias)`, the kernel behind `tf.fused.matMul` and so behind the dense layers of TensorFlow.js.
 *
 * It is here because the stock one gives garbage for a depth of 0, and multiplies transposed operands in a scalar loop.
 */
export const fusedMatMulKernel: Kernel = { name: _FusedMatMul, wasm: fusedMatMulWasm };

const activationKernels: Readonly<Record<string, string>> = {
  relu: Relu,
  relu6: Relu6,
  elu: Elu,
  sigmoid: Sigmoid,
  leakyrelu: LeakyRelu,
  prelu: Prelu,
};

function fusedMatMulWasm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo | null {
  const { bias, preluActivationWeights: alpha } = inputs;
  const { activation, leakyreluAlpha } = attrs as { activation: string; leakyreluAlpha: number };
  const activationKernel = activationKernels[activation];
  if (activation !== 'linear' && !activationKernel) return null;

  let y = matMulWasm(inputs, attrs, wasm);
  if (!y) return null;
  const apply = (kernelName: string, operands: NamedTensorInfoMap, attributes: NamedAttrMap = {}) => {
    const x = y as TensorInfo;
    y = getKernel(kernelName, 'wasm').kernelFunc({ inputs: operands, attrs: attributes, backend: wasm.backend }) as TensorInfo;
    wasm.dispose(x);
  };
  if (bias) apply(Add, { a: y, b: bias });
  if (activationKernel) apply(activationKernel, { x: y, alpha }, { alpha: leakyreluAlpha });
  return y;
}
