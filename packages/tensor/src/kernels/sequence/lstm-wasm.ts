import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo } from '@tensorflow/tfjs-core';
import type { LstmNetwork, LstmAttrs } from './lstm-contract.js';
import {
  addressOf,
  placeGradients,
  RANKS_WORDS,
  type RanksCall,
  type RanksLayout,
  reserveRanks,
  runRanks,
  runRanksGradient,
} from './sequence-struct.js';
import { Division, oddLines } from '../../wasm/arena.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

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
  const lstm = attrs as unknown as LstmAttrs;
  const bytes = tileBytes(planOf(lstm.network), true);
  return runRanks(wasm, inputs, lstm, bytes, (call) => layOut(wasm, lstm, call), wasm.functions.lstm);
}

function runGradient(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const lstm = attrs as unknown as LstmAttrs;
  return runRanksGradient(wasm, inputs, lstm, (call) => layOut(wasm, lstm, call), wasm.functions.lstmGradient);
}

/** What follows from a network alone: where a rank's record and its adjoints have which part, in bytes. */
interface Plan {
  readonly dim: number;
  readonly parameterCount: number;
  readonly layers: readonly {
    width: number;
    inputs: number;
    reads: number;
    gates: number;
    cells: number;
    shown: number;
    gateAdjoints: number;
  }[];
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

/** One record for each rank and one for what the last one leaves, or two in turn. */
function tileBytes({ dim, record }: Plan, isKept: boolean): number {
  return (isKept ? dim + 1 : 2) * record;
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

/** Writes the structures of `assembly/lstm.ts` for one call, and divides the scratch behind them. */
function layOut(wasm: WasmModule, { network, hasContext, hasStates }: LstmAttrs, call: RanksCall): RanksLayout {
  const plan = planOf(network);
  const { parameterCount, layers } = plan;
  const { operands, gradients } = call;
  const layerCount = layers.length;
  const gates = 4 * layers[0].width;
  const biasOf = (l: number) => (l === 0 ? 1 : 3 + layerCount + l);
  const context = hasContext ? 3 + 2 * layerCount : -1;
  const states = hasStates ? operands.length - 1 : -1;

  const chunk = new Division();
  const places = placeGradients(chunk, operands, (operand) => operand > 0 && operand !== context && operand !== states);
  const placeOf = (operand: number) => places.get(operand)!;

  const work = new Division();
  work.units(2);
  const ofLayers = layers.map(({ width, inputs }) => ({
    readAdjoints: work.units(inputs),
    cellAdjoints: work.units(width),
  }));
  const contextUnits = hasContext ? work.units(gates) : 0;
  const rankAdjoints = work.reserve(gradients ? BLOCK_RANKS * plan.rankAdjointStride : 0);
  const stateAdjoints = work.units(Math.max(...network.hidden));

  const scratch = new Division();
  const struct = scratch.reserve(4 * (RANKS_WORDS + 20));
  const layerStructs = scratch.reserve(4 * 14 * layerCount);
  const transposed = layers.map(({ width, inputs }) => scratch.reserve(gradients ? 0 : 16 * width * inputs));
  const outputForward = scratch.reserve(gradients ? 0 : 4 * parameterCount * layers.at(-1)!.width);
  const sizes = { tile: tileBytes(plan, call.tiles !== undefined), work: work.bytes, chunk: chunk.bytes };
  const ranks = reserveRanks(scratch, wasm.threads, call, sizes);

  const base = wasm.scratch(scratch.bytes);
  // Before any view is taken: moving a tensor to this backend may grow its memory.
  const layerWords = layers.flatMap(({ width, inputs, reads, gates, cells, shown, gateAdjoints }, l) => [
    width,
    inputs,
    wasm.address(operands[4 + l]),
    base + transposed[l],
    l === 0 ? 0 : wasm.address(operands[biasOf(l)]),
    reads,
    gates,
    cells,
    shown,
    placeOf(4 + l),
    placeOf(biasOf(l)),
    ofLayers[l].readAdjoints,
    ofLayers[l].cellAdjoints,
    gateAdjoints,
  ]);
  const words = [
    layerCount,
    base + layerStructs,
    wasm.address(operands[1]),
    addressOf(wasm, operands[context]),
    addressOf(wasm, operands[states]),
    2 * network.hidden.reduce((total, width) => total + width, 0),
    wasm.address(operands[2]),
    base + outputForward,
    wasm.address(operands[3]),
    plan.record,
    plan.parameters,
    placeOf(2),
    placeOf(3),
    addressOf(wasm, gradients?.[context]),
    addressOf(wasm, gradients?.[states]),
    rankAdjoints,
    plan.rankAdjointStride,
    plan.parameterAdjoints,
    contextUnits,
    stateAdjoints,
  ];
  const ofRanks = ranks.write(wasm, base);
  wasm.words(base + struct).set([...ofRanks, ...words]);
  wasm.words(base + layerStructs).set(layerWords);
  return { struct: base + struct, chunks: base + ranks.chunks, stride: chunk.bytes, places };
}
