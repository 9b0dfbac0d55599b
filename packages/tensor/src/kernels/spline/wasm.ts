import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SplineForm } from './contract.js';
import { Arena } from '../../wasm/arena.js';
import { SplinesStruct, UNIT_BYTES } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** Inputs: the numbers `[N]` and their raw parameters `[N, P]`. Outputs: the values and log-derivatives, `[N]`. */
export const splineKernel = {
  name: 'RationalQuadraticSpline',
  wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const [x, parameters] = Object.values(inputs) as TensorInfo[];
    const results = [wasm.output(x.shape), wasm.output(x.shape)];
    wasm.functions.splines(layOut(wasm, attrs as unknown as SplineForm, [x, parameters, ...results]));
    return results;
  },
};

/** Inputs: those of {@link splineKernel} and the cotangents of its outputs. Outputs: the gradients of its inputs. */
export const splineGradientKernel = {
  name: 'RationalQuadraticSplineGradient',
  wasm: (inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] => {
    const operands = Object.values(inputs) as TensorInfo[];
    const gradients = operands.slice(0, 2).map(({ shape }) => wasm.output(shape));
    wasm.functions.splinesGradient(layOut(wasm, attrs as unknown as SplineForm, [...operands, ...gradients]));
    return gradients;
  },
};

/** Writes the structure of one call; the threads' own memory follows it. */
function layOut(
  wasm: WasmModule,
  form: SplineForm,
  [input, parameters, value, logDet, inputGradient, parameterGradient]: readonly TensorInfo[],
): number {
  const parameterCount = parameters.shape[1];
  const arena = new Arena();
  const struct = arena.reserve(SplinesStruct.bytes);
  const work = arena.reserve(wasm.threads * splineWorkBytes(wasm, form, parameterCount));
  const base = wasm.scratch(arena.bytes);
  writeSplines(wasm, base + struct, form, {
    parameterCount,
    work: base + work,
    rows: util.sizeFromShape(input.shape),
    input: wasm.address(input),
    parameters: wasm.address(parameters),
    value: wasm.address(value),
    logDet: wasm.address(logDet),
    inputGradient: inputGradient ? wasm.address(inputGradient) : 0,
    parameterGradient: parameterGradient ? wasm.address(parameterGradient) : 0,
  });
  return base + struct;
}

/** What a thread needs for its splines, on cache lines of its own. */
export function splineWorkBytes(wasm: WasmModule, { shape }: SplineForm, parameterCount: number): number {
  return Math.ceil(wasm.functions.splineWorkBytes(shape.bins, parameterCount) / UNIT_BYTES) * UNIT_BYTES;
}

/** What a kernel takes through splines; one that has the numbers in tiles of its own says nothing of where they are. */
interface SplineArrays {
  readonly parameterCount: number;
  /** Where all threads have their working memory. */
  readonly work: number;
  readonly rows?: number;
  readonly input?: number;
  readonly parameters?: number;
  readonly value?: number;
  readonly logDet?: number;
  readonly inputGradient?: number;
  readonly parameterGradient?: number;
}

/** Writes splines for the kernels that apply them. */
export function writeSplines(wasm: WasmModule, address: number, form: SplineForm, arrays: SplineArrays): void {
  const { bins, bound, minWidth, minHeight, minDerivative } = form.shape;
  // The ends are the bound as float32 has it, and knots of float64 must lead from one to the other.
  const interval = 2 * Math.fround(bound);
  const nowhere = { rows: 0, input: 0, parameters: 0, value: 0, logDet: 0, inputGradient: 0, parameterGradient: 0 };
  SplinesStruct.write(wasm.memory, address, {
    ...nowhere,
    ...arrays,
    bins,
    isInverse: form.isInverse ? 1 : 0,
    bound,
    minDerivative,
    shift: Math.log(Math.expm1(1 - minDerivative)),
    freeX: interval * (1 - bins * minWidth),
    freeY: interval * (1 - bins * minHeight),
    minX: interval * minWidth,
    minY: interval * minHeight,
    workBytes: splineWorkBytes(wasm, form, arrays.parameterCount),
  });
}
