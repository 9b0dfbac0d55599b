import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CustomKernel } from '../../registry/kernel-override.js';
import { wholeLines } from '../../wasm/arena.js';
import { BERNOULLI_WORK_BYTES, BernoulliEventsStruct, BernoulliLogProbStruct } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** {@link bernoulliLogProb}: inputs the logits and the outcomes, whose shape is the end of theirs; output the log-probabilities. */
export const bernoulliKernel: CustomKernel = { name: 'BernoulliLogProb', wasm: run };

/** The gradient of {@link bernoulliKernel}: inputs as there, and the cotangent; output the gradient of the logits. */
export const bernoulliGradientKernel: CustomKernel = { name: 'BernoulliLogProbGradient', wasm: run };

/**
 * {@link bernoulliLogProb} of events: inputs the logits and the outcomes, whose shape is the end of theirs; attribute `eventRank`; output the
 * log-probability of each event.
 */
export const bernoulliEventKernel: CustomKernel = { name: 'BernoulliEventLogProb', wasm: runEvents };

/** The gradient of {@link bernoulliEventKernel}: inputs as there, and the cotangent; output the gradient of the logits. */
export const bernoulliEventGradientKernel: CustomKernel = { name: 'BernoulliEventLogProbGradient', wasm: runEvents };

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

function runEvents(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const [logits, outcomes, cotangent] = Object.values(inputs) as TensorInfo[];
  const eventRank = attrs.eventRank as number;
  const batchRank = logits.shape.length - eventRank;
  const batch = logits.shape.slice(0, batchRank);
  const result = wasm.output(cotangent ? logits.shape : batch);
  const size = util.sizeFromShape(logits.shape.slice(batchRank));
  const structBytes = wholeLines(BernoulliEventsStruct.bytes);
  const struct = wasm.scratch(structBytes + wasm.threads * BERNOULLI_WORK_BYTES);
  BernoulliEventsStruct.write(wasm.memory, struct, {
    events: util.sizeFromShape(batch),
    size,
    eventsOfOutcomes: util.sizeFromShape(outcomes.shape.slice(0, outcomes.shape.length - eventRank)),
    logits: wasm.address(logits),
    outcomes: wasm.address(outcomes),
    cotangent: cotangent ? wasm.address(cotangent) : 0,
    result: wasm.address(result),
    work: struct + structBytes,
  });
  wasm.functions.bernoulliEventLogProb(struct);
  return [result];
}
