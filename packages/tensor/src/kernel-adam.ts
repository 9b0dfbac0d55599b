import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { AdamConstants } from './adam.js';
import type { WasmModule } from './wasm/wasm-module.js';

/**
 * One step of Adam or Adamax over all variables. Inputs: for each variable its gradient, weights, both moments and, if there is one,
 * the moving average; outputs: all but the gradient, anew. What nobody else shares is overwritten in place.
 */
export const adamKernel = { name: 'Adam', wasm: runAdam };

function runAdam(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const constants = attrs as unknown as AdamConstants;
  const operands = Object.values(inputs) as TensorInfo[];
  const each = constants.averageRate === undefined ? 4 : 5;
  const variables = Array.from({ length: operands.length / each }, (_, i) => operands.slice(each * i, each * (i + 1)));
  const next = variables.map((arrays) => arrays.slice(1).map((array) => wasm.successor(array)));

  const table = wasm.scratch(40 * variables.length + 48);
  const settings = table + 40 * variables.length;
  const words = variables.flatMap((arrays, i) => {
    const addresses = [...arrays, ...next[i]].map((tensor) => wasm.address(tensor));
    const [old, anew] = [addresses.slice(0, each), addresses.slice(each)];
    if (each === 4) for (const list of [old, anew]) list.push(0);
    return [util.sizeFromShape(arrays[0].shape), ...old, ...anew];
  });
  wasm.words(table).set(words);
  wasm.words(settings).set([constants.rule === 'adamax' ? 1 : 0, each === 5 ? 1 : 0]);
  const { decay1, decay2, smoothing, stepSize, shrink = 1, averageRate = 0, clipNorm = 0 } = constants;
  wasm.floats(settings + 8).set([decay1, decay2, smoothing, stepSize, shrink, averageRate, clipNorm]);
  wasm.functions.adam(table, variables.length, settings);
  return next.flat();
}
