import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CustomKernel } from '../../registry/kernel-override.js';
import { BernoulliLogProbStruct } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** {@link bernoulliLogProb}: inputs the logits and the outcomes, whose shape is the end of theirs; output the log-probabilities. */
export const bernoulliKernel: CustomKernel = { name: 'BernoulliLogProb', wasm: run };

/** The gradient of {@link bernoulliKernel}: inputs as there, and the cotangent; output the gradient of the logits. */
export const bernoulliGradientKernel: CustomKernel = { name: 'BernoulliLogProbGradient', wasm: run };

function run(inputs: NamedTensorInfoMap, _: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const [logits, outcomes, cotangent] = Object.values(inputs) as TensorInfo[];
  const result = wasm.output(logits.shape);
  const count = util.sizeFromShape(outcomes.shape);
  const struct = wasm.scratch(BernoulliLogProbStruct.bytes);
  BernoulliLogProbStruct.write(wasm.memory, struct, {
    repetitions: count === 0 ? 0 : util.sizeFromShape(logits.shape) / count,
    count,
    logits: wasm.address(logits),
    outcomes: wasm.address(outcomes),
    cotangent: cotangent ? wasm.address(cotangent) : 0,
    result: wasm.address(result),
  });
  wasm.functions.bernoulliLogProb(struct);
  return [result];
}
