import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, UnsortedSegmentSum, util } from '@tensorflow/tfjs-core';
import type { NewKernel } from './kernel.js';
import type { WasmModule } from './wasm/wasm-module.js';

/** `tf.unsortedSegmentSum`, the gradient of `tf.gather`, which TensorFlow.js lacks on wasm. */
export const segmentSumKernel: NewKernel = { name: UnsortedSegmentSum, wasm: segmentSumWasm };

function segmentSumWasm(inputs: NamedTensorInfoMap, { numSegments }: NamedAttrMap, wasm: WasmModule): TensorInfo {
  const { x, segmentIds } = inputs as { x: TensorInfo; segmentIds: TensorInfo };
  if (x.dtype !== 'float32') throw new Error(`unsortedSegmentSum: on wasm x must be float32, got ${x.dtype}`);
  const [rows, ...shape] = x.shape;
  const result = wasm.output([numSegments as number, ...shape]);
  const count = util.sizeFromShape(shape);
  wasm.functions.segmentSum(wasm.address(x), wasm.address(segmentIds), wasm.address(result), rows, count, numSegments as number);
  return result;
}
