import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { MixtureForm } from './contract.js';
import { Arena } from '../../wasm/arena.js';
import { MixturesStruct, UNIT_BYTES } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** Inputs: the numbers `[N]` and their raw parameters `[N, P]`. Outputs: the values and log-derivatives, `[N]`. */
export const mixtureKernel = {
  name: 'MixtureQuantile',
  wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const [x, parameters] = Object.values(inputs) as TensorInfo[];
    const results = [wasm.output(x.shape), wasm.output(x.shape)];
    wasm.functions.mixtures(layOut(wasm, attrs as unknown as MixtureForm, [x, parameters, ...results]));
    return results;
  },
};

/**
 * Inputs: the numbers on the side of the mixtures, which the inverse has found, their parameters, and the cotangents of the outputs of
 * {@link mixtureKernel}. Outputs: the gradients of its inputs.
 */
export const mixtureGradientKernel = {
  name: 'MixtureQuantileGradient',
  wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const operands = Object.values(inputs) as TensorInfo[];
    const gradients = operands.slice(0, 2).map(({ shape }) => wasm.output(shape));
    wasm.functions.mixturesGradient(layOut(wasm, attrs as unknown as MixtureForm, [...operands, ...gradients]));
    return gradients;
  },
};

/** Writes the structure of one call; the threads' own memory follows it. */
function layOut(
  wasm: WasmModule,
  { shape, isInverse }: MixtureForm,
  [input, parameters, value, logDet, inputGradient, parameterGradient]: readonly TensorInfo[],
): number {
  const parameterCount = parameters.shape[1];
  const arena = new Arena();
  const struct = arena.reserve(MixturesStruct.bytes);
  // On cache lines of each thread's own.
  const workBytes =
    Math.ceil(wasm.functions.mixtureWorkBytes(shape.components, parameterCount) / UNIT_BYTES) * UNIT_BYTES;
  const work = arena.reserve(wasm.threads * workBytes);
  const base = wasm.scratch(arena.bytes);
  MixturesStruct.write(wasm.memory, base + struct, {
    rows: util.sizeFromShape(input.shape),
    components: shape.components,
    parameterCount,
    isGaussian: shape.family === 'gaussian' ? 1 : 0,
    isInverse: isInverse ? 1 : 0,
    logScaleBound: shape.logScaleBound,
    affineBound: shape.affineBound,
    flattest: shape.flattest,
    input: wasm.address(input),
    parameters: wasm.address(parameters),
    value: wasm.address(value),
    logDet: wasm.address(logDet),
    inputGradient: inputGradient ? wasm.address(inputGradient) : 0,
    parameterGradient: parameterGradient ? wasm.address(parameterGradient) : 0,
    work: base + work,
    workBytes,
  });
  return base + struct;
}
