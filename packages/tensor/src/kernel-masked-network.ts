import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { activations } from './activation.js';
import type { AffineForm, MaskedNetwork } from './masked-network.js';
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

/** A tile of 16 events, and the rows of blocks in which gradients of weights are summed; as in `assembly/`. */
const TILE = 16;
const UNIT_BYTES = 4 * TILE;
const BLOCK_TILES = 16;
const BLOCK_INPUTS = 128;
const [TILE_ROWS, TILE_COLUMNS] = [4, 8];

/**
 * The value of a masked network, or of an autoregressive step with its parameters.
 *
 * Inputs: the input `[...batch, D]`, the weights, the offsets. Outputs: the values and the log-determinant, or the parameters
 * `[...batch, D, P]` alone; then what the gradient needs.
 */
export const maskedNetworkKernel = { name: 'MaskedNetwork', wasm: runNetwork };

/**
 * The gradient of {@link maskedNetworkKernel}: inputs as there, then its last output and the cotangents of the others; outputs the gradients of
 * its inputs.
 */
export const maskedNetworkGradientKernel = { name: 'MaskedNetworkGradient', wasm: runGradient };

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

  const memory = layOut(wasm, plan, { form, sequential, rows, offsets, operands, workBytes: keep ? 0 : plan.recordBytes });
  wasm.functions.maskedNetwork(
    memory.network,
    wasm.address(x),
    wasm.address(value),
    logDet ? wasm.address(logDet) : 0,
    keep ? wasm.address(records) : memory.work,
    keep ? plan.recordBytes : 0,
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
  const blockTiles = Math.min(BLOCK_TILES, Math.ceil(rows / TILE));
  const memory = layOut(wasm, plan, { form, sequential, rows, offsets, operands, gradients, workBytes: blockTiles * plan.recordBytes });
  wasm.functions.maskedNetworkGradient(
    memory.network,
    wasm.address(valueCotangent),
    logDetCotangent ? wasm.address(logDetCotangent) : 0,
    wasm.address(records),
    wasm.address(gradients[0]),
  );
  return gradients;
}

/** What follows from a network alone: where each of the kernel's tables begins, in words, and how large its working memory is. */
interface Plan {
  readonly network: MaskedNetwork;
  readonly dim: number;
  readonly parameterCount: number;
  /** Units of each node. */
  readonly counts: readonly number[];
  readonly tables: Int32Array;
  readonly order: number;
  readonly nodes: readonly { starts: number; values: number; reads: number }[];
  readonly layers: readonly { limits: number; firsts: number; inputOrder: number; unitOrder: number }[];
  readonly recordBytes: number;
}

const plans = new WeakMap<MaskedNetwork, Plan>();

function planOf(network: MaskedNetwork): Plan {
  let plan = plans.get(network);
  if (!plan) plans.set(network, (plan = makePlan(network)));
  return plan;
}

/** No table: units lie in order. */
const IN_ORDER = -1;

function makePlan(network: MaskedNetwork): Plan {
  const { order, layers } = network;
  const dim = order.length;
  const nodeStarts = [network.starts, ...layers.map(({ starts }) => starts)];
  const counts = nodeStarts.map((starts) => starts.at(-1)!);
  const parameterCount = counts.at(-1)! / dim;
  const words: number[] = [];
  const table = (entries: readonly number[]): number => {
    const at = words.length;
    for (const entry of entries) words.push(entry);
    return at;
  };
  const isNatural = order.every((dimension, i) => dimension === i);
  const orderAt = table(order);
  const outputOrderAt = isNatural
    ? IN_ORDER
    : table(order.flatMap((dimension) => Array.from({ length: parameterCount }, (_, p) => dimension * parameterCount + p)));

  let recordBytes = 0;
  const reserve = (units: number) => {
    const at = recordBytes;
    recordBytes += units * UNIT_BYTES;
    return at;
  };
  const nodes = nodeStarts.map((starts, node) => {
    const values = reserve(counts[node]);
    const isHidden = node > 0 && layers.some(({ from }) => from === node);
    return { starts: table(starts), values, reads: isHidden ? reserve(counts[node]) : values };
  });
  return {
    network,
    dim,
    parameterCount,
    counts,
    order: orderAt,
    nodes,
    layers: layers.map(({ from, isOutput, starts }) => {
      // Values of one rank decide units of higher ones, hidden units those of their own rank too.
      const visible = nodeStarts[from].slice(from === 0 ? 0 : 1);
      const limits = starts.slice(1).flatMap((end, rank) => Array.from({ length: end - starts[rank] }, () => visible[rank]));
      const firsts: number[] = [];
      for (let input = 0, unit = 0; input < counts[from]; input++) {
        while (unit < limits.length && limits[unit] <= input) unit++;
        firsts.push(unit);
      }
      return {
        limits: table(limits),
        firsts: table(firsts),
        inputOrder: from === 0 && !isNatural ? orderAt : IN_ORDER,
        unitOrder: isOutput ? outputOrderAt : IN_ORDER,
      };
    }),
    tables: Int32Array.from(words),
    recordBytes,
  };
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
  /** Bytes of the block that is called `work`. */
  readonly workBytes: number;
}

/** Writes the structures of `assembly/masked-network.ts` for one call, and divides the scratch behind them. */
function layOut(wasm: WasmModule, plan: Plan, call: Call): { network: number; work: number } {
  const { network, counts } = plan;
  const { layers } = network;
  const { form, operands, gradients } = call;
  const weightBytes = layers.map(({ from }, l) => 4 * counts[from] * counts[l + 1]);
  const widest = Math.max(...counts.slice(1));
  const depth = Math.min(call.rows, BLOCK_TILES * TILE) + TILE;
  const panelBytes = gradients ? 4 * (depth * (BLOCK_INPUTS + widest + TILE_COLUMNS) + TILE_ROWS * TILE_COLUMNS) : 0;

  let bytes = 0;
  const reserve = (size: number) => {
    const at = bytes;
    bytes += Math.ceil(size / 16) * 16;
    return at;
  };
  const structs = {
    network: reserve(4 * 15),
    nodes: reserve(4 * 4 * counts.length),
    layers: reserve(4 * 15 * layers.length),
    step: reserve(STEP_BYTES),
  };
  const tables = reserve(plan.tables.byteLength);
  const step = reserve(UNIT_BYTES * (plan.dim + 1));
  const panels = reserve(panelBytes);
  // Going forward the weights are transposed; going back only those of permuted units are copied.
  const sorted = layers.map((_, l) => (gradients && plan.layers[l].unitOrder === IN_ORDER ? 0 : reserve(weightBytes[l])));
  const work = reserve(call.workBytes);

  const base = wasm.scratch(bytes);
  const tableAt = (words: number) => (words === IN_ORDER ? 0 : base + tables + 4 * words);
  const addressOf = (tensor: TensorInfo | undefined) => (tensor ? wasm.address(tensor) : 0);
  // Before any view is taken: moving a tensor to this backend may grow its memory.
  const layerWords = layers.flatMap(({ from, skip = -1 }, l) => {
    const { limits, firsts, inputOrder, unitOrder } = plan.layers[l];
    const offset = call.offsets[l];
    const offsetRows = offset < 0 ? 0 : util.sizeFromShape(operands[offset].shape) / counts[l + 1];
    return [
      from,
      skip,
      counts[from],
      counts[l + 1],
      ...[limits, firsts, inputOrder, unitOrder].map(tableAt),
      addressOf(operands[1 + l]),
      addressOf(operands[offset]),
      offsetRows === 1 ? 0 : 1,
      base + sorted[l],
      base + sorted[l],
      addressOf(gradients?.[1 + l]),
      addressOf(gradients?.[offset]),
    ];
  });
  wasm.words(base + structs.network).set([
    network.starts.length - 1,
    plan.dim,
    plan.parameterCount,
    call.rows,
    activations.indexOf(network.activation),
    call.sequential ? 1 : 0,
    layers.length,
    base + structs.layers,
    base + structs.nodes,
    tableAt(plan.order),
    plan.recordBytes,
    base + work,
    base + step,
    base + panels,
    form ? base + structs.step : 0,
  ]);
  wasm.words(base + structs.nodes).set(plan.nodes.flatMap(({ starts, values, reads }, node) => [counts[node], tableAt(starts), values, reads]));
  wasm.words(base + structs.layers).set(layerWords);
  wasm.words(base + tables).set(plan.tables);
  if (form) writeStep(wasm, base + structs.step, form);
  return { network: base + structs.network, work: base + work };
}
