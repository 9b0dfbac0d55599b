import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SplineShape } from './spline.js';
import type { WasmModule } from './wasm/wasm-module.js';

/** What both kernels are told besides tensors. */
export interface SplineAttrs {
  readonly shape: SplineShape;
  readonly isInverse: boolean;
}

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
  const cornersAt = 80;
  const workAt = Math.ceil((cornersAt + 8 * bins) / 64) * 64;
  const base = wasm.scratch(workAt + wasm.threads * workBytes);
  // Before any view is taken: moving a tensor to this backend may grow its memory.
  const addresses = tensors.map((tensor) => wasm.address(tensor));
  while (addresses.length < 6) addresses.push(0);
  wasm.words(base).set([util.sizeFromShape(tensors[0].shape), bins, parameterCount, isInverse ? 1 : 0]);
  const [scaleX, scaleY] = [minWidth, minHeight].map((minimum) => 2 * bound * (1 - bins * minimum));
  wasm.floats(base + 16).set([bound, scaleX, scaleY, minDerivative, Math.log(Math.expm1(1 - minDerivative))]);
  wasm.words(base + 36).set([base + cornersAt, ...addresses, base + workAt, workBytes]);
  const corners = Array.from({ length: bins }, (_, k) => [minWidth, minHeight].map((minimum) => 2 * bound * minimum * k - bound));
  wasm.floats(base + cornersAt).set(corners.flat());
  return base;
}
