import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo } from '@tensorflow/tfjs-core';
import type { LstmNetwork, LstmAttrs } from './lstm-contract.js';
import {
  addressOf,
  layOutGradients,
  type SequenceCall,
  type SequenceLayout,
  reserveSequence,
  runSequence,
  runSequenceGradient,
} from './sequence-struct.js';
import { Arena, padLines } from '../../wasm/arena.js';
import { BLOCK_POSITIONS, LstmLayerStruct, LstmStruct, SEQUENCE_WORK_UNITS } from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/**
 * A long short-term memory over the positions, and an autoregressive step with the parameters made of its states.
 *
 * Inputs: the input `[...batch, D]`, the positions' biases, output weights and bias, each layer's weights, the biases of the layers after the
 * first, what the context adds, the initial states. Outputs: the values and the log-determinant, or the parameters `[...batch, D, P]`
 * alone; then what the gradient needs.
 */
export const lstmKernel = { name: 'Lstm', wasm: runLstm };

/** The gradient of {@link lstmKernel}: inputs as there, then its last output and the cotangents of the others; outputs the gradients of its inputs. */
export const lstmGradientKernel = { name: 'LstmGradient', wasm: runGradient };

function runLstm(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const lstm = attrs as unknown as LstmAttrs;
  const bytes = tileBytes(planOf(lstm.network), true);
  return runSequence(wasm, inputs, lstm, bytes, (call) => layOut(wasm, lstm, call), wasm.functions.lstm);
}

function runGradient(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const lstm = attrs as unknown as LstmAttrs;
  return runSequenceGradient(wasm, inputs, lstm, (call) => layOut(wasm, lstm, call), wasm.functions.lstmGradient);
}

/** Byte offsets within a position's record and its adjoints, which follow from the network alone. */
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
  readonly positionAdjointStride: number;
  readonly parameterAdjoints: number;
}

const plans = new WeakMap<LstmNetwork, Plan>();

function planOf(network: LstmNetwork): Plan {
  let plan = plans.get(network);
  if (!plan) plans.set(network, (plan = makePlan(network)));
  return plan;
}

/** One record for each position and one for what the last one leaves, or two in turn. */
function tileBytes({ dim, record }: Plan, hasResiduals: boolean): number {
  return (hasResiduals ? dim + 1 : 2) * record;
}

function makePlan({ order, parameterCount, hidden }: LstmNetwork): Plan {
  const record = new Arena();
  const adjoints = new Arena();
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
    record: padLines(record.bytes),
    parameters,
    positionAdjointStride: padLines(adjoints.bytes),
    parameterAdjoints,
  };
}

/** Writes the structures of `assembly/sequence/lstm.ts` for one call, and divides the scratch behind them. */
function layOut(wasm: WasmModule, { network, hasContext, hasStates }: LstmAttrs, call: SequenceCall): SequenceLayout {
  const plan = planOf(network);
  const { parameterCount, layers } = plan;
  const { operands, gradients } = call;
  const layerCount = layers.length;
  const gates = 4 * layers[0].width;
  const biasOf = (l: number) => (l === 0 ? 1 : 3 + layerCount + l);
  const context = hasContext ? 3 + 2 * layerCount : -1;
  const states = hasStates ? operands.length - 1 : -1;

  const chunk = new Arena();
  const gradientOffsets = layOutGradients(
    chunk,
    operands,
    (operand) => operand > 0 && operand !== context && operand !== states,
  );
  const gradientOffset = (operand: number) => gradientOffsets.get(operand)!;

  const work = new Arena();
  work.units(SEQUENCE_WORK_UNITS);
  const ofLayers = layers.map(({ width, inputs }) => ({
    readAdjoints: work.units(inputs),
    cellAdjoints: work.units(width),
  }));
  const contextUnits = hasContext ? work.units(gates) : 0;
  const positionAdjoints = work.reserve(gradients ? BLOCK_POSITIONS * plan.positionAdjointStride : 0);
  const stateAdjoints = work.units(Math.max(...network.hidden));

  const scratch = new Arena();
  const struct = scratch.reserve(LstmStruct.bytes);
  const layerStructs = scratch.reserve(LstmLayerStruct.bytes * layerCount);
  const transposed = layers.map(({ width, inputs }) => scratch.reserve(gradients ? 0 : 16 * width * inputs));
  const outputForward = scratch.reserve(gradients ? 0 : 4 * parameterCount * layers.at(-1)!.width);
  const sizes = { tile: tileBytes(plan, call.tiles !== undefined), work: work.bytes, chunk: chunk.bytes };
  const sequence = reserveSequence(scratch, wasm.threads, call, sizes);

  const base = wasm.scratch(scratch.bytes);
  for (const [l, { width, inputs, reads, gates, cells, shown, gateAdjoints }] of layers.entries()) {
    LstmLayerStruct.write(wasm.memory, base + layerStructs + LstmLayerStruct.bytes * l, {
      width,
      inputs,
      weights: wasm.address(operands[4 + l]),
      forward: base + transposed[l],
      bias: l === 0 ? 0 : wasm.address(operands[biasOf(l)]),
      reads,
      gates,
      cells,
      shown,
      weightGradient: gradientOffset(4 + l),
      biasGradient: gradientOffset(biasOf(l)),
      readAdjoints: ofLayers[l].readAdjoints,
      cellAdjoints: ofLayers[l].cellAdjoints,
      gateAdjoints,
    });
  }
  LstmStruct.write(wasm.memory, base + struct, sequence.write(wasm, base), {
    layerCount,
    layers: base + layerStructs,
    offsets: wasm.address(operands[1]),
    context: addressOf(wasm, operands[context]),
    states: addressOf(wasm, operands[states]),
    stateCount: 2 * network.hidden.reduce((total, width) => total + width, 0),
    outputWeights: wasm.address(operands[2]),
    outputForward: base + outputForward,
    outputBias: wasm.address(operands[3]),
    record: plan.record,
    parameters: plan.parameters,
    outputWeightGradient: gradientOffset(2),
    outputBiasGradient: gradientOffset(3),
    contextGradient: addressOf(wasm, gradients?.[context]),
    stateGradient: addressOf(wasm, gradients?.[states]),
    positionAdjoints,
    positionAdjointStride: plan.positionAdjointStride,
    parameterAdjoints: plan.parameterAdjoints,
    contextUnits,
    stateAdjoints,
  });
  return { struct: base + struct, chunks: base + sequence.chunks, stride: chunk.bytes, gradientOffsets };
}
