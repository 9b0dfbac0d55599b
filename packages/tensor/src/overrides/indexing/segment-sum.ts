import {
  type NamedAttrMap,
  type NamedTensorInfoMap,
  type TensorInfo,
  UnsortedSegmentSum,
  util,
} from '@tensorflow/tfjs-core';
import type { KernelOverride, CustomKernel } from '../../registry/kernel-override.js';
import type { GpuBackend } from '../../gpu/backends.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** `tf.unsortedSegmentSum`, the gradient of `tf.gather`, which TensorFlow.js lacks on wasm. */
export const segmentSumKernel: CustomKernel = { name: UnsortedSegmentSum, wasm: segmentSumWasm };

function segmentSumWasm(inputs: NamedTensorInfoMap, { numSegments }: NamedAttrMap, wasm: WasmModule): TensorInfo {
  const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
  if (x.dtype !== 'float32') throw new Error(`unsortedSegmentSum: on wasm x must be float32, got ${x.dtype}`);
  if (segmentIds.dtype !== 'int32')
    throw new Error(`unsortedSegmentSum: segmentIds must be int32, got ${segmentIds.dtype}`);
  const [rows, ...shape] = x.shape;
  const result = wasm.output([numSegments as number, ...shape]);
  const count = util.sizeFromShape(shape);
  wasm.functions.segmentSum(
    wasm.address(x),
    wasm.address(segmentIds),
    wasm.address(result),
    rows,
    count,
    numSegments as number,
  );
  return result;
}

/** On GPUs the stock kernel fails where there is nothing to add. */
export const emptySegmentSumKernel: KernelOverride = {
  name: UnsortedSegmentSum,
  webgpu: emptySegmentSum,
  webgl: emptySegmentSum,
};

function emptySegmentSum(
  inputs: NamedTensorInfoMap,
  { numSegments }: NamedAttrMap,
  backend: GpuBackend,
): TensorInfo | null {
  const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
  if (util.sizeFromShape(x.shape) > 0) return null;
  const shape = [numSegments as number, ...x.shape.slice(segmentIds.shape.length)];
  return backend.makeTensorInfo(shape, x.dtype, new Float32Array(util.sizeFromShape(shape)));
}
