import type { SplineForm } from './contract.js';
import { type TransformArrays, transformKernels } from '../transform-kernels.js';
import { wholeLines } from '../../wasm/arena.js';
import { SplinesStruct } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

export const [splineKernel, splineGradientKernel] = transformKernels<SplineForm>({
  name: 'RationalQuadraticSpline',
  apply: (wasm, struct) => wasm.functions.splines(struct),
  applyGradient: (wasm, struct) => wasm.functions.splinesGradient(struct),
  structBytes: SplinesStruct.bytes,
  workBytes: splineWorkBytes,
  writeStruct: writeSplines,
});

/** What a thread needs for its splines, on cache lines of its own. */
export function splineWorkBytes(wasm: WasmModule, { shape }: SplineForm, parameterCount: number): number {
  return wholeLines(wasm.functions.splineWorkBytes(shape.bins, parameterCount));
}

/** What a kernel takes through splines; one that has the numbers in tiles of its own says nothing of where they are. */
type SplineArrays = Pick<TransformArrays, 'parameterCount' | 'work'> & Partial<TransformArrays>;

/** Writes splines for the kernels that apply them. */
export function writeSplines(wasm: WasmModule, address: number, form: SplineForm, arrays: SplineArrays): void {
  const { bins, bound, minWidth, minHeight, minDerivative } = form.shape;
  // The ends are the bound as float32 has it, and knots of float64 must lead from one to the other.
  const interval = 2 * Math.fround(bound);
  const {
    rows = 0,
    input = 0,
    parameters = 0,
    value = 0,
    logDet = 0,
    inputGradient = 0,
    parameterGradient = 0,
  } = arrays;
  SplinesStruct.write(wasm.memory, address, {
    rows,
    parameterCount: arrays.parameterCount,
    input,
    parameters,
    value,
    logDet,
    inputGradient,
    parameterGradient,
    work: arrays.work,
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
