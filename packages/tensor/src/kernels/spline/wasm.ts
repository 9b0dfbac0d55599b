import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SplineAttrs } from './contract.js';
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

/** Writes the structure of `assembly/spline.ts`, with what stands behind it. */
function layOut(wasm: WasmModule, { shape, isInverse }: SplineAttrs, tensors: readonly TensorInfo[]): number {
  const { bins, bound, minWidth, minHeight, minDerivative } = shape;
  const parameterCount = tensors[1].shape[1];
  // Each thread's on cache lines of its own.
  const workBytes = Math.ceil(wasm.functions.splineWorkBytes(bins, parameterCount) / 64) * 64;
  const workAt = 128;
  const base = wasm.scratch(workAt + wasm.threads * workBytes);
  // Before any view is taken: moving a tensor to this backend may grow its memory.
  const addresses = tensors.map((tensor) => wasm.address(tensor));
  while (addresses.length < 6) addresses.push(0);
  wasm.words(base).set([util.sizeFromShape(tensors[0].shape), bins, parameterCount, isInverse ? 1 : 0]);
  wasm.floats(base + 16).set([bound, minDerivative, Math.log(Math.expm1(1 - minDerivative))]);
  // The ends are the bound as float32 has it, and knots of float64 must lead from one to the other.
  const interval = 2 * Math.fround(bound);
  const minimums = [minWidth, minHeight];
  wasm
    .doubles(base + 32)
    .set([
      ...minimums.map((minimum) => interval * (1 - bins * minimum)),
      ...minimums.map((minimum) => interval * minimum),
    ]);
  wasm.words(base + 64).set([...addresses, base + workAt, workBytes]);
  return base;
}
