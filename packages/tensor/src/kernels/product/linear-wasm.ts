import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Activation } from '../activation.js';
import type { Epilogue } from './epilogue.js';
import { matMulWasm } from './mat-mul.js';
import { Arena } from '../../wasm/arena.js';
import { ActivationId, COLUMN_WORK_BYTES, EpilogueGradientStruct } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** Attributes of both kernels. */
export interface DenseAttrs {
  readonly activation?: Activation;
  /** Whether the gradient will be asked for. */
  readonly keep?: boolean;
}

/**
 * A dense layer of float32. Inputs: x `[...batch, inputs]`, the weights `[inputs, outputs]`, and the bias `[outputs]` if there is one.
 * Outputs: the result and, for a gradient that does not follow from the result, the activation's input.
 */
export const denseKernel = {
  name: 'Dense',
  wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const [x, weights, bias] = Object.values(inputs) as TensorInfo[];
    const { activation = 'linear', keep } = attrs as unknown as DenseAttrs;
    const columns = weights.shape[1];
    const batch = x.shape.slice(0, -1);
    const a = asMatrix(x);
    const residual =
      keep && (activation === 'silu' || activation === 'softplus') ? wasm.output([...batch, columns]) : undefined;
    const epilogue: Epilogue | undefined = bias || activation !== 'linear' ? { bias, activation, residual } : undefined;
    const product = matMulWasm({ a, b: weights }, { transposeA: false, transposeB: false }, wasm, epilogue)!;
    const result = { dataId: product.dataId, dtype: product.dtype, shape: [...batch, columns] };
    return residual ? [result, residual] : [result];
  },
};

/**
 * Inputs: the cotangent of a {@link denseKernel}'s result, and its last output. Outputs: the gradients of the product and of the bias.
 */
export const denseGradientKernel = {
  name: 'DenseGradient',
  wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const [cotangent, residual] = Object.values(inputs) as TensorInfo[];
    const { activation } = attrs as unknown as Required<DenseAttrs>;
    const gradients = [wasm.output(cotangent.shape), wasm.output(cotangent.shape.slice(-1))];
    const [product, bias] = gradients.map((gradient) => wasm.address(gradient));
    backThroughEpilogue(cotangent, { activation, residual: wasm.address(residual), product, bias }, wasm);
    return gradients;
  },
};

/** Input: the cotangent of a dense layer without an activation. Output: the gradient of its bias. */
export const biasGradientKernel = {
  name: 'BiasGradient',
  wasm: (inputs: NamedTensorInfoMap, _: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const [cotangent] = Object.values(inputs) as TensorInfo[];
    const gradient = wasm.output(cotangent.shape.slice(-1));
    const bias = wasm.address(gradient);
    backThroughEpilogue(cotangent, { activation: 'linear', residual: 0, product: 0, bias }, wasm);
    return [gradient];
  },
};

function backThroughEpilogue(
  cotangent: TensorInfo,
  { activation, ...addresses }: { activation: Activation | 'linear'; residual: number; product: number; bias: number },
  wasm: WasmModule,
): void {
  const [rows, columns] = asMatrix(cotangent).shape;
  const arena = new Arena();
  const struct = arena.reserve(EpilogueGradientStruct.bytes);
  const work = arena.reserve(COLUMN_WORK_BYTES * 4 * Math.ceil(columns / 4));
  const base = wasm.scratch(arena.bytes);
  EpilogueGradientStruct.write(wasm.memory, base + struct, {
    rows,
    columns,
    activation: ActivationId[activation],
    cotangent: wasm.address(cotangent),
    residual: addresses.residual,
    product: addresses.product,
    bias: addresses.bias,
    work: base + work,
  });
  wasm.functions.epilogueGradient(base + struct);
}

/** Inputs: the gradient of a dense layer's product `[...batch, outputs]`, and the weights. Output: that of x `[...batch, inputs]`. */
export const denseInputGradientKernel = {
  name: 'DenseInputGradient',
  wasm: (inputs: NamedTensorInfoMap, _: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const [product, weights] = Object.values(inputs) as TensorInfo[];
    const { dataId, dtype } = matMulWasm(
      { a: asMatrix(product), b: weights },
      { transposeA: false, transposeB: true },
      wasm,
    )!;
    return [{ dataId, dtype, shape: [...product.shape.slice(0, -1), weights.shape[0]] }];
  },
};

/** Inputs: x `[...batch, inputs]`, and the gradient of a dense layer's product `[...batch, outputs]`. Output: that of the weights. */
export const denseWeightsGradientKernel = {
  name: 'DenseWeightsGradient',
  wasm: (inputs: NamedTensorInfoMap, _: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const [a, b] = (Object.values(inputs) as TensorInfo[]).map(asMatrix);
    return [matMulWasm({ a, b }, { transposeA: true, transposeB: false }, wasm)!];
  },
};

/** The same numbers with all axes but the last as one. */
function asMatrix({ dataId, dtype, shape }: TensorInfo): TensorInfo {
  const columns = shape.at(-1)!;
  return { dataId, dtype, shape: [util.sizeFromShape(shape.slice(0, -1)), columns] };
}
