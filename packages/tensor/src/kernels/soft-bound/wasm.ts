import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CustomKernel } from '../../registry/kernel-override.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** {@link softBound}: input x, attribute `bound`. */
export const softBoundKernel: CustomKernel = { name: 'SoftBound', wasm: run };

/** The gradient of {@link softBoundKernel}: inputs its output and the cotangent, attribute `bound`. */
export const softBoundGradientKernel: CustomKernel = { name: 'SoftBoundGradient', wasm: runGradient };

function run(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const [x] = Object.values(inputs) as TensorInfo[];
  const result = wasm.output(x.shape);
  wasm.functions.softBound(wasm.address(x), wasm.address(result), util.sizeFromShape(x.shape), attrs.bound as number);
  return [result];
}

function runGradient(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const [value, cotangent] = Object.values(inputs) as TensorInfo[];
  const result = wasm.output(value.shape);
  const [from, by, to] = [value, cotangent, result].map((tensor) => wasm.address(tensor));
  wasm.functions.softBoundGradient(from, by, to, util.sizeFromShape(value.shape), attrs.bound as number);
  return [result];
}
