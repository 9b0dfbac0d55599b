import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { AdamConstants } from './contract.js';
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
  const variables = Array.from({ length: operands.length / each }, (_, i) => operands.slice(each * i, each * (i + 1)));
  const next = variables.map((arrays) => arrays.slice(1).map((array) => wasm.successor(array)));

  const partSize = wasm.functions.adamPart.value as number;
  const parts = variables.reduce(
    (count, [gradient]) => count + Math.ceil(util.sizeFromShape(gradient.shape) / partSize),
    0,
  );
  const settings = wasm.scratch(SETTINGS_BYTES + 8 * parts + 40 * variables.length);
  const squares = settings + SETTINGS_BYTES;
  const table = squares + 8 * parts;
  const addresses: number[] = [];
  for (const [i, arrays] of variables.entries()) {
    addresses.push(util.sizeFromShape(arrays[0].shape));
    // Without an average there is none anew either.
    for (const list of [arrays, next[i]]) {
      for (const tensor of list) addresses.push(wasm.address(tensor));
      if (each === 4) addresses.push(0);
    }
  }
  const { decay1, decay2, smoothing, stepSize, shrink = 1, averageRate = 0, clipNorm = 0 } = constants;
  const words = wasm.words(settings);
  words.set([constants.rule === 'adamax' ? 1 : 0, each === 5 ? 1 : 0]);
  words.set([table, variables.length, squares], 10);
  words.set(addresses, (table - settings) / 4);
  wasm.floats(settings + 8).set([decay1, decay2, smoothing, stepSize, shrink, averageRate, clipNorm]);
  wasm.functions.adam(settings);
  return next.flat();
}

/** At least the bytes of `Settings` in `assembly/adam.ts`, whose table follows `factor`, the kernel's own, in word 9. */
const SETTINGS_BYTES = 64;
