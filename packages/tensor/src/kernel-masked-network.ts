import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { activations } from './activation.js';
import * as webgpu from './kernel-masked-network-webgpu.js';
import type { AffineForm, MaskedNetwork } from './masked-network.js';
import { BLOCK_TILES, IN_ORDER, type Plan, planOf, TILE, UNIT_BYTES } from './masked-network-plan.js';
import { STEP_BYTES, writeStep } from './step-struct.js';
import type { WasmModule } from './wasm/wasm-module.js';

/** What both kernels are told besides tensors. */
export interface MaskedNetworkAttrs {
  readonly network: MaskedNetwork;
  /** What is done with the parameters; without it they are the result. */
  readonly form?: AffineForm;
  readonly sequential: boolean;
  /** For each layer, which of the tensors after the weights is added to its products; −1 for none. */
  readonly offsets: readonly number[];
  /** Whether the gradient will be asked for. */
  readonly keep?: boolean;
}

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
export const maskedNetworkGradientKernel = { name: 'MaskedNetworkGradient', wasm: runGradient, webgpu: webgpu.runGradient };

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
  wasm.functions.maskedNetwork(layOut(wasm, plan, { form, sequential, rows, offsets, operands, value, logDet, records: kept }));
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
  const call = { form, sequential, rows, offsets, operands, gradients, value: valueCotangent, logDet: logDetCotangent, records };
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

/** Words of `Network` and `Layer` in `assembly/masked-network.ts`, those that the kernels alone use among them. */
const NETWORK_WORDS = 23;
const LAYER_WORDS = 16;
const NODE_WORDS = 4;

/** Writes the structures of one call, and divides the scratch behind them; returns where they begin. */
function layOut(wasm: WasmModule, plan: Plan, call: Call): number {
  const { network, counts } = plan;
  const { layers } = network;
  const { form, operands, gradients, records } = call;

  let bytes = 0;
  const reserve = (size: number) => {
    const at = bytes;
    bytes += Math.ceil(size / UNIT_BYTES) * UNIT_BYTES;
    return at;
  };
  const structs = {
    network: reserve(4 * NETWORK_WORDS),
    nodes: reserve(4 * NODE_WORDS * counts.length),
    layers: reserve(4 * LAYER_WORDS * layers.length),
    step: reserve(STEP_BYTES),
  };
  const tables = reserve(plan.tables.byteLength);
  // Going forward the weights are transposed; going back only those of permuted units are copied.
  const sorted = layers.map(({ from }, l) =>
    gradients && plan.layers[l].unitOrder === IN_ORDER ? undefined : reserve(4 * counts[from] * counts[l + 1]),
  );
  const adjoints = reserve(gradients ? Math.min(BLOCK_TILES, Math.ceil(call.rows / TILE)) * plan.recordBytes : 0);
  const workBytes = UNIT_BYTES * (plan.dim + 1) + (records ? 0 : plan.recordBytes);
  const work = reserve(workBytes * wasm.threads);

  const base = wasm.scratch(bytes);
  const tableAt = (words: number) => (words === IN_ORDER ? 0 : base + tables + 4 * words);
  const addressOf = (tensor: TensorInfo | undefined) => (tensor ? wasm.address(tensor) : 0);
  // Before any view is taken: moving a tensor to this backend may grow its memory.
  const layerWords = layers.flatMap(({ from, skip = -1 }, l) => {
    const { limits, firsts, inputOrder, unitOrder, unitRanks } = plan.layers[l];
    const offset = call.offsets[l];
    const offsetRows = offset < 0 ? 0 : util.sizeFromShape(operands[offset].shape) / counts[l + 1];
    const copy = sorted[l] === undefined ? 0 : base + sorted[l];
    return [
      from,
      skip,
      counts[from],
      counts[l + 1],
      tableAt(limits),
      tableAt(firsts),
      tableAt(inputOrder),
      tableAt(unitOrder),
      tableAt(unitRanks),
      addressOf(operands[1 + l]),
      addressOf(operands[offset]),
      offsetRows === 1 ? 0 : 1,
      gradients ? 0 : copy,
      gradients ? copy : 0,
      addressOf(gradients?.[1 + l]),
      addressOf(gradients?.[offset]),
    ];
  });
  const networkWords = [
    network.starts.length - 1,
    plan.dim,
    plan.parameterCount,
    call.rows,
    activations.indexOf(network.activation),
    call.sequential ? 1 : 0,
    layers.length,
    base + structs.layers,
    base + structs.nodes,
    tableAt(plan.dimensionRanks),
    form ? base + structs.step : 0,
    plan.products,
    addressOf(operands[0]),
    addressOf(call.value),
    addressOf(call.logDet),
    addressOf(gradients?.[0]),
    plan.recordBytes,
    addressOf(records),
    base + adjoints,
    base + work,
    workBytes,
  ];
  const words = wasm.words(base);
  words.set(networkWords, structs.network / 4);
  words.set(plan.nodes.flatMap(({ starts, values, reads }, node) => [counts[node], tableAt(starts), values, reads]), structs.nodes / 4);
  words.set(layerWords, structs.layers / 4);
  words.set(plan.tables, tables / 4);
  if (form) writeStep(wasm, base + structs.step, form);
  return base + structs.network;
}
