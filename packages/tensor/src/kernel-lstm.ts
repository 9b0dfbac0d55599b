import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { LstmNetwork } from './lstm.js';
import type { AffineForm } from './masked-network.js';
import { STEP_BYTES, writeStep } from './step-struct.js';
import { chunksOf, Division, oddLines, TILE } from './tiles.js';
import type { WasmModule } from './wasm/wasm-module.js';

/** What both kernels are told besides tensors. */
export interface LstmAttrs {
  readonly network: LstmNetwork;
  /** What is done with the parameters; without it they are the result. */
  readonly form?: AffineForm;
  readonly sequential: boolean;
  /** Whether the context is among the inputs, and the initial states are. */
  readonly hasContext: boolean;
  readonly hasStates: boolean;
  /** Whether the gradient will be asked for. */
  readonly keep?: boolean;
}

/** Ranks whose adjoints are kept at a time; as in `assembly/lstm.ts`. */
const BLOCK_RANKS = 8;

/**
 * A long short-term memory over the ranks, and an autoregressive step with the parameters made of its states.
 *
 * Inputs: the input `[...batch, D]`, the ranks' biases, output weights and bias, each layer's weights, the biases of the layers after the
 * first, what the context adds, the initial states. Outputs: the values and the log-determinant, or the parameters `[...batch, D, P]`
 * alone; then what the gradient needs.
 */
export const lstmKernel = { name: 'Lstm', wasm: runLstm };

/** The gradient of {@link lstmKernel}: inputs as there, then its last output and the cotangents of the others; outputs the gradients of its inputs. */
export const lstmGradientKernel = { name: 'LstmGradient', wasm: runGradient };

function runLstm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const call = attrs as unknown as LstmAttrs;
  const operands = Object.values(inputs) as TensorInfo[];
  const [x] = operands;
  const { dim, parameterCount, record } = planOf(call.network);
  const batch = x.shape.slice(0, -1);
  const rows = util.sizeFromShape(batch);
  const value = wasm.output(call.form ? x.shape : [...x.shape, parameterCount]);
  const logDet = call.form && wasm.output(batch);
  const tiles = call.keep ? Math.ceil(rows / TILE) : 0;
  const records = wasm.output([(tiles * (dim + 1) * record) / 4]);
  wasm.functions.lstm(layOut(wasm, call, { rows, operands, value, logDet, records: call.keep ? records : undefined }).lstm);
  return logDet ? [value, logDet, records] : [value, records];
}

function runGradient(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const call = attrs as unknown as LstmAttrs;
  const operands = Object.values(inputs) as TensorInfo[];
  const [records, value, logDet] = call.form ? operands.splice(-3) : operands.splice(-2);
  const gradients = operands.map(({ shape }) => wasm.output(shape));
  const rows = util.sizeFromShape(operands[0].shape.slice(0, -1));
  const { lstm, chunks, chunkStride, places } = layOut(wasm, call, { rows, operands, value, logDet, records, gradients });
  const { chunks: count } = chunksOf(rows);
  wasm.functions.lstmGradient(lstm, count);
  for (const { operand, at } of places) {
    const gradient = gradients[operand];
    wasm.functions.sumChunks(wasm.address(gradient), chunks + at, chunkStride, count, util.sizeFromShape(gradient.shape));
  }
  return gradients;
}

/** What follows from a network alone: where a rank's record and its adjoints have which part, in bytes. */
interface Plan {
  readonly dim: number;
  readonly parameterCount: number;
  readonly layers: readonly { width: number; inputs: number; reads: number; gates: number; cells: number; shown: number; gateAdjoints: number }[];
  readonly record: number;
  readonly parameters: number;
  readonly rankAdjointStride: number;
  readonly parameterAdjoints: number;
}

const plans = new WeakMap<LstmNetwork, Plan>();

function planOf(network: LstmNetwork): Plan {
  let plan = plans.get(network);
  if (!plan) plans.set(network, (plan = makePlan(network)));
  return plan;
}

function makePlan({ order, parameterCount, hidden }: LstmNetwork): Plan {
  const record = new Division();
  const adjoints = new Division();
  const layers = hidden.map((width, l) => {
    const inputs = width + (l === 0 ? 1 : hidden[l - 1]);
    return {
      width,
      inputs,
      reads: record.units(inputs),
      gates: record.units(4 * width),
      cells: record.units(width),
      shown: record.units(width),
      gateAdjoints: adjoints.units(4 * width),
    };
  });
  const parameters = record.units(parameterCount);
  const parameterAdjoints = adjoints.units(parameterCount);
  return {
    dim: order.length,
    parameterCount,
    layers,
    record: oddLines(record.bytes),
    parameters,
    rankAdjointStride: oddLines(adjoints.bytes),
    parameterAdjoints,
  };
}

interface Tensors {
  readonly rows: number;
  /** The kernel's inputs, without those of the gradient alone. */
  readonly operands: readonly TensorInfo[];
  /** The results or their cotangents. */
  readonly value: TensorInfo;
  readonly logDet?: TensorInfo;
  /** What is kept for the gradient. */
  readonly records?: TensorInfo;
  /** One for each of the operands, in the gradient. */
  readonly gradients?: readonly TensorInfo[];
}

interface Layout {
  readonly lstm: number;
  readonly chunks: number;
  readonly chunkStride: number;
  /** Where in a chunk which operand's gradient is. */
  readonly places: readonly { operand: number; at: number }[];
}

/** Writes the structures of `assembly/lstm.ts` for one call, and divides the scratch behind them. */
function layOut(wasm: WasmModule, { network, form, sequential, hasContext, hasStates }: LstmAttrs, tensors: Tensors): Layout {
  const plan = planOf(network);
  const { dim, parameterCount, layers } = plan;
  const { rows, operands, value, logDet, records, gradients } = tensors;
  const layerCount = layers.length;
  const gates = 4 * layers[0].width;
  const context = hasContext ? 3 + 2 * layerCount : -1;
  const states = hasStates ? 3 + 2 * layerCount + (hasContext ? 1 : 0) : -1;
  const { chunks: chunkCount, chunkTiles } = chunksOf(rows);

  const chunk = new Division();
  const summed = gradients ? operands.map((_, operand) => operand).filter((operand) => operand > 0 && operand !== context && operand !== states) : [];
  const places = summed.map((operand) => ({ operand, at: chunk.reserve(4 * util.sizeFromShape(operands[operand].shape)) }));
  const placeOf = (operand: number) => places.find((place) => place.operand === operand)?.at ?? 0;

  const work = new Division();
  work.units(2);
  const ofLayers = layers.map(({ width, inputs }) => ({ readAdjoints: work.units(inputs), cellAdjoints: work.units(width) }));
  const contextUnits = hasContext ? work.units(gates) : 0;
  const rankAdjoints = work.reserve(gradients ? BLOCK_RANKS * plan.rankAdjointStride : 0);
  const stateAdjoints = work.units(Math.max(...network.hidden));

  const scratch = new Division();
  const struct = scratch.reserve(4 * 41);
  const layerStructs = scratch.reserve(4 * 14 * layerCount);
  const stepStruct = scratch.reserve(STEP_BYTES);
  const orderTable = scratch.reserve(4 * dim);
  const transposed = layers.map(({ width, inputs }) => scratch.reserve(gradients ? 0 : 16 * width * inputs));
  const outputForward = scratch.reserve(gradients ? 0 : 4 * parameterCount * layers.at(-1)!.width);
  const workAt = scratch.reserve(work.bytes);
  const recordsAt = scratch.reserve(records ? 0 : 2 * plan.record);
  const chunksAt = scratch.reserve(chunkCount * chunk.bytes);

  const base = wasm.scratch(scratch.bytes);
  const addressOf = (tensor: TensorInfo | undefined) => (tensor ? wasm.address(tensor) : 0);
  // Before any view is taken: moving a tensor to this backend may grow its memory.
  const layerWords = layers.flatMap(({ width, inputs, reads, gates, cells, shown, gateAdjoints }, l) => [
    width,
    inputs,
    addressOf(operands[4 + l]),
    base + transposed[l],
    l === 0 ? 0 : addressOf(operands[3 + layerCount + l]),
    reads,
    gates,
    cells,
    shown,
    placeOf(4 + l),
    placeOf(l === 0 ? 1 : 3 + layerCount + l),
    ofLayers[l].readAdjoints,
    ofLayers[l].cellAdjoints,
    gateAdjoints,
  ]);
  const words = [
    dim,
    parameterCount,
    rows,
    sequential ? 1 : 0,
    layerCount,
    base + layerStructs,
    base + orderTable,
    form ? base + stepStruct : 0,
    addressOf(operands[0]),
    addressOf(operands[1]),
    addressOf(operands[context]),
    addressOf(operands[states]),
    2 * network.hidden.reduce((total, width) => total + width, 0),
    addressOf(operands[2]),
    base + outputForward,
    addressOf(operands[3]),
    addressOf(value),
    addressOf(logDet),
    records ? wasm.address(records) : base + recordsAt,
    plan.record,
    (records ? dim + 1 : 2) * plan.record,
    records ? -1 : 1,
    plan.parameters,
    base + workAt,
    work.bytes,
    chunkTiles,
    base + chunksAt,
    chunk.bytes,
    placeOf(2),
    placeOf(3),
    addressOf(gradients?.[0]),
    addressOf(gradients?.[context]),
    addressOf(gradients?.[states]),
    rankAdjoints,
    plan.rankAdjointStride,
    plan.parameterAdjoints,
    contextUnits,
    stateAdjoints,
  ];
  wasm.words(base + struct).set(words);
  wasm.words(base + layerStructs).set(layerWords);
  wasm.words(base + orderTable).set(network.order);
  if (form) writeStep(wasm, base + stepStruct, form);
  return { lstm: base + struct, chunks: base + chunksAt, chunkStride: chunk.bytes, places };
}
