import { backend_util, Mean, type NamedAttrMap, type NamedTensorInfoMap, Sum, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Kernel } from './kernel.js';
import type { GpuBackend } from './shaders/backends.js';
import type { WasmModule } from './wasm/wasm-module.js';

/**
 * `tf.sum`, and with it the gradient of every bias.
 *
 * **Numerics**: added up in float64, where the stock wasm kernel has one float32 accumulator and leaves an empty sum unwritten.
 */
export const sumKernel: Kernel = { name: Sum, wasm: sumWasm, webgpu: (...args) => overNothing(0, ...args), webgl: (...args) => overNothing(0, ...args) };

/** The mean, of which only that of no numbers, NaN, is ours. */
export const meanKernel: Kernel = { name: Mean, webgpu: (...args) => overNothing(Number.NaN, ...args), webgl: (...args) => overNothing(Number.NaN, ...args) };

/** Null for other types than float32, and for axes that do not lie side by side. */
function sumWasm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo | null {
  const x = inputs.x as TensorInfo;
  const axes = util.parseAxisParam(attrs.axis as number[], x.shape).toSorted((a, b) => a - b);
  const [first, end] = axes.length === 0 ? [0, 0] : [axes[0], axes[0] + axes.length];
  if (x.dtype !== 'float32' || (axes.length > 0 && axes.at(-1) !== end - 1)) return null;

  const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  const result = wasm.output(attrs.keepDims ? backend_util.expandShapeToKeepDim(shape, axes) : shape);
  const [outer, count, inner] = [x.shape.slice(0, first), x.shape.slice(first, end), x.shape.slice(end)].map(util.sizeFromShape);
  wasm.functions.sum(wasm.address(x), wasm.address(result), outer, count, inner, wasm.scratch(8 * inner));
  return result;
}

/** Shaders of TensorFlow.js cannot add up nothing. */
function overNothing(result: number, inputs: NamedTensorInfoMap, attrs: NamedAttrMap, backend: GpuBackend): TensorInfo | null {
  const x = inputs.x as TensorInfo;
  if (util.sizeFromShape(x.shape) > 0) return null;
  const axes = util.parseAxisParam(attrs.axis as number[], x.shape);
  const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  const kept = attrs.keepDims ? backend_util.expandShapeToKeepDim(shape, axes) : shape;
  const dtype = x.dtype === 'bool' ? 'int32' : x.dtype;
  const values = util.makeZerosTypedArray(util.sizeFromShape(shape), dtype) as Float32Array;
  return backend.makeTensorInfo(kept, dtype, values.fill(result));
}
