import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SplineAttrs } from './contract.js';
import { Arena } from '../../wasm/arena.js';
import { SplinesStruct, UNIT_BYTES } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** Inputs: the numbers `[N]` and their raw parameters `[N, P]`. Outputs: the values and log-derivatives, `[N]`. */
export const splineKernel = {
  name: 'RationalQuadraticSpline',
  wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const [x, parameters] = Object.values(inputs) as TensorInfo[];
    const results = [wasm.output(x.shape), wasm.output(x.shape)];
    wasm.functions.splines(layOut(wasm, attrs as unknown as SplineAttrs, [x, parameters, ...results]));
    return results;
  },
};

/** Inputs: those of {@link splineKernel} and the cotangents of its outputs. Outputs: the gradients of its inputs. */
export const splineGradientKernel = {
  name: 'RationalQuadraticSplineGradient',
  wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const operands = Object.values(inputs) as TensorInfo[];
    const gradients = operands.slice(0, 2).map(({ shape }) => wasm.output(shape));
    wasm.functions.splinesGradient(layOut(wasm, attrs as unknown as SplineAttrs, [...operands, ...gradients]));
    return gradients;
  },
};

/** Writes the structure of one call; the threads' own memory follows it. */
function layOut(
  wasm: WasmModule,
  { shape, isInverse }: SplineAttrs,
  [input, parameters, value, logDet, inputGradient, parameterGradient]: readonly TensorInfo[],
): number {
  const { bins, bound, minWidth, minHeight, minDerivative } = shape;
  const parameterCount = parameters.shape[1];
  // Each thread's on cache lines of its own.
  const arena = new Arena();
  const struct = arena.reserve(SplinesStruct.bytes);
  const workBytes = Math.ceil(wasm.functions.splineWorkBytes(bins, parameterCount) / UNIT_BYTES) * UNIT_BYTES;
  const work = arena.reserve(wasm.threads * workBytes);
  const base = wasm.scratch(arena.bytes);
  // The ends are the bound as float32 has it, and knots of float64 must lead from one to the other.
  const interval = 2 * Math.fround(bound);
  SplinesStruct.write(wasm.memory, base + struct, {
    rows: util.sizeFromShape(input.shape),
    bins,
    parameterCount,
    isInverse: isInverse ? 1 : 0,
    bound,
    minDerivative,
    shift: Math.log(Math.expm1(1 - minDerivative)),
    freeX: interval * (1 - bins * minWidth),
    freeY: interval * (1 - bins * minHeight),
    minX: interval * minWidth,
    minY: interval * minHeight,
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
