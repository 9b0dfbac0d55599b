import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { AdamConstants } from './contract.js';
import { ADAM_CHUNK, AdamSettingsStruct, AdamVariableStruct } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/**
 * One step of Adam or Adamax over all variables. Inputs: for each variable its gradient, weights, both moments and, if there is one,
 * the moving average; outputs: all but the gradient, anew. What nobody else shares is overwritten in place.
 */
export const adamKernel = { name: 'Adam', wasm: runAdam };

function runAdam(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const constants = attrs as unknown as AdamConstants;
  const operands = Object.values(inputs) as TensorInfo[];
  const each = constants.averageRate === undefined ? 4 : 5;
  const variables = operands.length / each;
  const counts = Array.from({ length: variables }, (_, i) => util.sizeFromShape(operands[each * i].shape));
  const next: TensorInfo[] = [];
  const chunks = counts.reduce((total, count) => total + Math.ceil(count / ADAM_CHUNK), 0);
  const settings = wasm.scratch(SETTINGS_BYTES + 8 * chunks + AdamVariableStruct.bytes * variables);
  const squares = settings + SETTINGS_BYTES;
  const table = squares + 8 * chunks;
  const { rule, decay1, decay2, smoothing, stepSize, shrink = 1, averageRate = 0, clipNorm = 0 } = constants;
  AdamSettingsStruct.write(wasm.memory, settings, {
    isAdamax: rule === 'adamax' ? 1 : 0,
    averages: each === 5 ? 1 : 0,
    decay1,
    decay2,
    smoothing,
    stepSize,
    shrink,
    averageRate,
    clipNorm,
    table,
    count: variables,
    squares,
  });
  for (let i = 0; i < variables; i++) {
    const [gradient, ...arrays] = operands.slice(each * i, each * (i + 1));
    const outputs = arrays.map((array) => wasm.outputInPlace(array));
    next.push(...outputs);
    const [weight, first, second, average] = arrays.map((array) => wasm.address(array));
    const [nextWeight, nextFirst, nextSecond, nextAverage] = outputs.map((output) => wasm.address(output));
    AdamVariableStruct.write(wasm.memory, table + AdamVariableStruct.bytes * i, {
      count: counts[i],
      gradient: wasm.address(gradient),
      weight,
      first,
      second,
      average: average ?? 0,
      nextWeight,
      nextFirst,
      nextSecond,
      nextAverage: nextAverage ?? 0,
    });
  }
  wasm.functions.adam(settings);
  return next;
}

/** The sums of squares that follow are of float64. */
const SETTINGS_BYTES = Math.ceil(AdamSettingsStruct.bytes / 8) * 8;
