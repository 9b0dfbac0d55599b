import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { NewKernel } from '../../registry/kernel-override.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** {@link asLogDensity}: inputs the log-density of each event and x, output the log-density that is no NaN for numbers. */
export const logDensityKernel: NewKernel = { name: 'LogDensity', wasm: run };

// In JavaScript, since almost always it only looks at one number an event.
function run(inputs: NamedTensorInfoMap, _: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const [logProb, x] = Object.values(inputs) as TensorInfo[];
  const result = wasm.output(logProb.shape);
  const events = util.sizeFromShape(logProb.shape);
  const size = util.sizeFromShape(x.shape) / events;
  const [from, to] = [logProb, result].map((tensor) => wasm.floats(wasm.address(tensor)));
  const numbers = wasm.floats(wasm.address(x));
  for (let event = 0; event < events; event++) {
    if (from[event] < Infinity) to[event] = from[event];
    else to[event] = numbers.subarray(event * size, (event + 1) * size).some(Number.isNaN) ? NaN : -Infinity;
  }
  return [result];
}
