import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import * as webgpu from './webgpu.js';
import type { MaskedNetworkAttrs } from './contract.js';
import { imageAt, LAYER, LAYER_WORDS, layoutOf, NETWORK } from './layout.js';
import { type Plan, planOf, TILE } from './plan.js';
import { type AffineForm, writeStep } from '../affine-form.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/**
 * The value of a masked network, or of an autoregressive step with its parameters.
 *
 * Inputs: the input `[...batch, D]`, the weights, the offsets. Outputs: the values and the log-determinant, or the parameters
 * `[...batch, D, P]` alone; then what the gradient needs.
 */
export const maskedNetworkKernel = { name: 'MaskedNetwork', wasm: runNetwork, webgpu: webgpu.runNetwork };

/**
 * The gradient of {@link maskedNetworkKernel}: inputs as there, then its last output and the cotangents of the others; outputs the gradients of
 * its inputs.
 */
export const maskedNetworkGradientKernel = {
  name: 'MaskedNetworkGradient',
  wasm: runGradient,
  webgpu: webgpu.runGradient,
};

function runNetwork(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const { network, form, sequential, offsets, keep } = attrs as unknown as MaskedNetworkAttrs;
  const operands = Object.values(inputs) as TensorInfo[];
  const plan = planOf(network);
  const [x] = operands;
  const batch = x.shape.slice(0, -1);
  const rows = util.sizeFromShape(batch);
  const tiles = keep ? Math.ceil(rows / TILE) : 0;
  const value = wasm.output(form ? x.shape : [...x.shape, plan.parameterCount]);
  const logDet = form && wasm.output(batch);
  const records = wasm.output([(tiles * plan.recordBytes) / 4]);

  const kept = keep ? records : undefined;
  wasm.functions.maskedNetwork(
    layOut(wasm, plan, { form, sequential, rows, offsets, operands, value, logDet, records: kept }),
  );
  return logDet ? [value, logDet, records] : [value, records];
}

function runGradient(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const { network, form, sequential, offsets } = attrs as unknown as MaskedNetworkAttrs;
  const operands = Object.values(inputs) as TensorInfo[];
  const plan = planOf(network);
  const [x] = operands;
  const [records, valueCotangent, logDetCotangent] = form ? operands.splice(-3) : operands.splice(-2);
  const gradients = operands.map(({ shape }) => wasm.output(shape));
  const rows = util.sizeFromShape(x.shape.slice(0, -1));
  const call = {
    form,
    sequential,
    rows,
    offsets,
    operands,
    gradients,
    value: valueCotangent,
    logDet: logDetCotangent,
    records,
  };
  wasm.functions.maskedNetworkGradient(layOut(wasm, plan, call));
  return gradients;
}

interface Call {
  readonly form?: AffineForm;
  readonly sequential: boolean;
  readonly rows: number;
  readonly offsets: readonly number[];
  /** The kernel's inputs, without those of the gradient alone. */
  readonly operands: readonly TensorInfo[];
  /** One for each of them, in the gradient. */
  readonly gradients?: readonly TensorInfo[];
  /** The results, or in the gradient their cotangents. */
  readonly value: TensorInfo;
  readonly logDet?: TensorInfo;
  /** What is kept for the gradient. */
  readonly records?: TensorInfo;
}

/** Writes the structures of one call; returns where they begin. */
function layOut(wasm: WasmModule, plan: Plan, call: Call): number {
  const { form, operands, gradients, records } = call;
  const layout = layoutOf(plan, {
    rows: call.rows,
    threads: wasm.threads,
    isGradient: gradients !== undefined,
    isRecorded: records !== undefined,
  });
  const base = wasm.scratch(layout.bytes);
  const addressOf = (tensor: TensorInfo | undefined) => (tensor ? wasm.address(tensor) : 0);
  const networkWords: [place: number, word: number][] = [
    [NETWORK.sequential, call.sequential ? 1 : 0],
    [NETWORK.step, form ? base + layout.step : 0],
    [NETWORK.input, addressOf(operands[0])],
    [NETWORK.value, addressOf(call.value)],
    [NETWORK.logDet, addressOf(call.logDet)],
    [NETWORK.inputGradient, addressOf(gradients?.[0])],
    [NETWORK.records, addressOf(records)],
  ];
  const layers = plan.network.layers.map((_, l) => {
    const offset = call.offsets[l];
    const isPerRow = offset >= 0 && util.sizeFromShape(operands[offset].shape) > plan.counts[l + 1];
    const addresses = [operands[1 + l], operands[offset], gradients?.[1 + l], gradients?.[offset]].map(addressOf);
    return { addresses, isPerRow };
  });
  // Only now: moving a tensor to this backend may grow its memory.
  const words = wasm.words(base);
  words.set(imageAt(layout, plan, base));
  for (const [place, word] of networkWords) words[place] = word;
  for (const [l, { addresses, isPerRow }] of layers.entries()) {
    const at = layout.layers / 4 + LAYER_WORDS * l;
    words[at + LAYER.weights] = addresses[0];
    words[at + LAYER.offset] = addresses[1];
    words[at + LAYER.offsetPerRow] = isPerRow ? 1 : 0;
    words[at + LAYER.weightGradient] = addresses[2];
    words[at + LAYER.offsetGradient] = addresses[3];
  }
  if (form) writeStep(wasm, base + layout.step, form);
  return base;
}
