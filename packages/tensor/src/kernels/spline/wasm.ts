import type { SplineForm } from './contract.js';
import { transformKernels } from '../transform-kernels.js';
import { wholeLines } from '../../wasm/arena.js';
import { SplinesStruct, type TransformArraysFields } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

export const [splineKernel, splineGradientKernel] = transformKernels<SplineForm>({
  name: 'RationalQuadraticSpline',
  apply: (wasm, struct) => wasm.functions.splines(struct),
  applyGradient: (wasm, struct) => wasm.functions.splinesGradient(struct),
  structBytes: SplinesStruct.bytes,
  workBytes: splineWorkBytes,
  writeStruct: writeSplines,
});

/** Bytes of a thread's work space for splines, in whole cache lines. */
export function splineWorkBytes(wasm: WasmModule, { shape }: SplineForm, parameterCount: number): number {
  return wholeLines(wasm.functions.splineWorkBytes(shape.bins, parameterCount));
}

/** Writes splines for the kernels that apply them. */
export function writeSplines(wasm: WasmModule, address: number, form: SplineForm, arrays: TransformArraysFields): void {
  const { bins, bound, minWidth, minHeight, minDerivative } = form.shape;
  // The ends are the bound as float32 has it, and knots of float64 must lead from one to the other.
  const interval = 2 * Math.fround(bound);
  SplinesStruct.write(wasm.memory, address, arrays, {
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
