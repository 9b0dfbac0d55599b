import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CustomKernel } from '../../registry/kernel-override.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** {@link standardNormalLogProb}: input x, attribute `eventRank`, output the log-density of each event. */
export const logProbKernel: CustomKernel = { name: 'StandardNormalLogProb', wasm: runLogProb };

/** The gradient of {@link logProbKernel}: inputs x and the cotangent, output the gradient of x. */
export const logProbGradientKernel: CustomKernel = { name: 'StandardNormalLogProbGradient', wasm: runGradient };

function runLogProb(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const [x] = Object.values(inputs) as TensorInfo[];
  const result = wasm.output(x.shape.slice(0, x.shape.length - (attrs.eventRank as number)));
  const rows = util.sizeFromShape(result.shape);
  wasm.functions.standardNormalLogProb(wasm.address(x), wasm.address(result), rows, util.sizeFromShape(x.shape) / rows);
  return [result];
}

function runGradient(inputs: NamedTensorInfoMap, _: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const [x, cotangent] = Object.values(inputs) as TensorInfo[];
  const result = wasm.output(x.shape);
  const rows = util.sizeFromShape(cotangent.shape);
  const [from, by, to] = [x, cotangent, result].map((tensor) => wasm.address(tensor));
  wasm.functions.standardNormalLogProbGradient(from, by, to, rows, util.sizeFromShape(x.shape) / rows);
  return [result];
}
