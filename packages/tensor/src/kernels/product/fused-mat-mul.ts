import {
  _FusedMatMul,
  Add,
  BatchMatMul,
  broadcast_util,
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
  util,
} from '@tensorflow/tfjs-core';
import type { EpilogueActivation } from './epilogue.js';
import type { KernelOverride } from '../../registry/kernel-override.js';
import { matMulWasm } from './mat-mul.js';
import type { GpuBackend } from '../../gpu/backends.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/**
 * `activation(op(A)·op(B) + bias)`, the kernel behind `tf.fused.matMul` and so behind the dense layers of TensorFlow.js.
 *
 * It is here because the stock one gives garbage for a depth of 0, and multiplies transposed operands in a scalar loop.
 */
export const fusedMatMulKernel: KernelOverride = {
  name: _FusedMatMul,
  wasm: fusedMatMulWasm,
  webgpu: overNothing,
  webgl: onWebGl,
};

const activationKernels: Readonly<Record<string, string>> = {
  relu: Relu,
  relu6: Relu6,
  elu: Elu,
  sigmoid: Sigmoid,
  leakyrelu: LeakyRelu,
  prelu: Prelu,
};

/** The activations of an epilogue on wasm. */
const EPILOGUES: Readonly<Record<string, EpilogueActivation>> = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  elu: 'elu',
  sigmoid: 'sigmoid',
  leakyrelu: 'leak',
};

function fusedMatMulWasm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo | null {
  if (!isKnown(attrs)) return null;
  const { b, bias } = inputs as Record<string, TensorInfo | undefined>;
  const columns = b!.shape.at(attrs.transposeB ? -2 : -1);
  const isRow =
    !bias ||
    (bias.dtype === 'float32' && bias.shape.at(-1) === columns && bias.shape.slice(0, -1).every((size) => size === 1));
  const activation = EPILOGUES[attrs.activation as string];
  const fused = isRow && activation ? { bias, activation, leak: attrs.leakyreluAlpha as number } : undefined;
  const product = matMulWasm(inputs, attrs, wasm, fused);
  if (!product || fused) return product;
  return composeEpilogue(product, inputs, attrs, 'wasm', wasm.backend, (x) => wasm.dispose(x));
}

/** Composed: of what the stock shader adds it gets some wrong, and the inputs of some activations. */
function onWebGl(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: GpuBackend): TensorInfo | null {
  if (!isKnown(attrs)) return null;
  const { a, b } = inputs;
  const product = getKernel(BatchMatMul, 'webgl').kernelFunc({ inputs: { a, b }, attrs, backend }) as TensorInfo;
  return composeEpilogue(product, inputs, attrs, 'webgl', backend, ({ dataId }) => backend.disposeData(dataId));
}

/** On webgpu the stock kernel gives whatever was in memory where nothing is added up. */
function overNothing(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: GpuBackend): TensorInfo | null {
  const { a, b } = inputs as Record<string, TensorInfo>;
  const [rows, depth] = attrs.transposeA ? a.shape.slice(-2).toReversed() : a.shape.slice(-2);
  if (depth > 0 || !isKnown(attrs)) return null;
  const shape = [
    ...broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)),
    rows,
    b.shape.at(attrs.transposeB ? -2 : -1)!,
  ];
  const product = backend.makeTensorInfo(shape, 'float32', new Float32Array(util.sizeFromShape(shape)));
  return composeEpilogue(product, inputs, attrs, 'webgpu', backend, ({ dataId }) => backend.disposeData(dataId));
}

function isKnown({ activation }: NamedAttrMap): boolean {
  return activation === 'linear' || Object.hasOwn(activationKernels, activation as string);
}

/** The epilogue by the backend's own kernels. */
function composeEpilogue(
  product: TensorInfo,
  { bias, preluActivationWeights: alpha }: NamedTensorInfoMap,
  { activation, leakyreluAlpha }: NamedAttrMap,
  backendName: string,
  backend: object,
  dispose: (x: TensorInfo) => void,
): TensorInfo {
  let y = product;
  const apply = (kernelName: string, operands: NamedTensorInfoMap, attrs: NamedAttrMap = {}) => {
    const x = y;
    y = getKernel(kernelName, backendName).kernelFunc({ inputs: operands, attrs, backend }) as TensorInfo;
    dispose(x);
  };
  if (bias) apply(Add, { a: y, b: bias });
  const activationKernel = activationKernels[activation as string];
  if (activationKernel) apply(activationKernel, { x: y, alpha }, { alpha: leakyreluAlpha });
  return y;
}
