import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Activation } from '../activation.js';
import { matMulWasm } from './mat-mul.js';
import { Arena } from '../../wasm/arena.js';
import { ActivationId, EpilogueGradientStruct, WORK_BYTES } from '../../wasm/structs.generated.js';
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
    const [depth, columns] = weights.shape;
    const batch = x.shape.slice(0, -1);
    const a = { ...x, shape: [util.sizeFromShape(batch), depth] };
    const residual =
      keep && (activation === 'silu' || activation === 'softplus') ? wasm.output([...batch, columns]) : undefined;
    const product = matMulWasm({ a, b: weights }, { transposeA: false, transposeB: false }, wasm, {
      bias,
      activation,
      residual,
    })!;
    const result = { ...product, shape: [...batch, columns] };
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
    const columns = cotangent.shape.at(-1)!;
    const rows = util.sizeFromShape(cotangent.shape.slice(0, -1));
    const gradients = [wasm.output([rows, columns]), wasm.output([columns])];
    const arena = new Arena();
    const struct = arena.reserve(EpilogueGradientStruct.bytes);
    const work = arena.reserve(wasm.threads * WORK_BYTES);
    const base = wasm.scratch(arena.bytes);
    EpilogueGradientStruct.write(wasm.memory, base + struct, {
      rows,
      columns,
      activation: ActivationId[activation],
      cotangent: wasm.address(cotangent),
      residual: wasm.address(residual),
      product: wasm.address(gradients[0]),
      bias: wasm.address(gradients[1]),
      work: base + work,
    });
    wasm.functions.epilogueGradient(base + struct);
    return gradients;
  },
};
