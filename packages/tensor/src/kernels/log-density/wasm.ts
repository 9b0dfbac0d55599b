import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CustomKernel } from '../../registry/kernel-override.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** {@link asLogDensity}: inputs the log-density of each event and x, output the log-density that is no NaN for numbers. */
export const logDensityKernel: CustomKernel = { name: 'LogDensity', wasm: run };

// In JavaScript, since almost always it only looks at one number an event.
function run(inputs: NamedTensorInfoMap, _: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const [logProb, x] = Object.values(inputs) as TensorInfo[];
  const result = wasm.output(logProb.shape);
  const events = util.sizeFromShape(logProb.shape);
  const size = util.sizeFromShape(x.shape) / events;
  const [from, to, numbers] = [logProb, result, x].map((tensor) => wasm.address(tensor) / 4);
  const { float32 } = wasm.memory;
  for (let event = 0; event < events; event++) {
    const first = numbers + event * size;
    if (float32[from + event] < Infinity) float32[to + event] = float32[from + event];
    else float32[to + event] = float32.subarray(first, first + size).some(Number.isNaN) ? NaN : -Infinity;
  }
  return [result];
}
