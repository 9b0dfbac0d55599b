import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { AttentionAttrs } from './attention-contract.js';
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
import {
  ActivationId,
  ATTENTION_WORK_UNITS,
  AttentionStruct,
  BlockOperand,
  RecordOffsetsStruct,
  SharedOperand,
  SlotOffsetsStruct,
  SLOTS,
  TileOffsetsStruct,
  UNIT_BYTES,
  WorkOffsetsStruct,
} from '../../wasm/structs.generated.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/**
 * A causal transformer over the positions, and an autoregressive step with the parameters made of its stream.
 *
 * Inputs: the input `[...batch, D]`, positions, value weights, scale and shift of the last norm, output weights and bias; those of each
 * block, in the order of {@link AttentionBlockArrays}, either bias of the MLP after its weights; what the context adds to the first token, if
 * anything. Outputs: the values and the log-determinant, or the parameters `[...batch, D, P]` alone; then what the gradient needs.
 */
export const attentionKernel = { name: 'CausalTransformer', wasm: runAttention };

/**
 * The gradient of {@link attentionKernel}: inputs as there, then its last output and the cotangents of the others; outputs the gradients of
 * its inputs.
 */
export const attentionGradientKernel = { name: 'CausalTransformerGradient', wasm: runGradient };

function runAttention(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const attention = attrs as unknown as AttentionAttrs;
  const { bytes } = tileOf(attention, true);
  return runSequence(wasm, inputs, attention, bytes, (call) => layOut(wasm, attention, call), wasm.functions.attention);
}

function runGradient(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const attention = attrs as unknown as AttentionAttrs;
  return runSequenceGradient(
    wasm,
    inputs,
    attention,
    (call) => layOut(wasm, attention, call),
    wasm.functions.attentionGradient,
  );
}

/** A tile's bytes, and the offsets of its parts and of a record's. */
function tileOf({ network: { order, parameterCount, width, heads }, blocks }: AttentionAttrs, hasResiduals: boolean) {
  const dim = order.length;
  const block = new Arena();
  block.units(width);
  const ofBlock = {
    queries: block.units(width),
    attended: block.units(width),
    mixed: block.units(width),
    stats: block.units(2 * heads),
  };
  const record = new Arena();
  record.reserve(blocks * block.bytes);
  const inRecord = {
    blockBytes: block.bytes,
    ...ofBlock,
    stream: record.units(width),
    parameters: record.units(parameterCount),
  };
  const tile = new Arena();
  tile.units(dim + 1);
  const cacheBytes = dim * width * UNIT_BYTES;
  const caches = tile.reserve(2 * blocks * cacheBytes);
  const recordBytes = padLines(record.bytes);
  const records = tile.reserve((hasResiduals ? dim : 1) * recordBytes);
  return { bytes: tile.bytes, inTile: { caches, cacheBytes, records, recordBytes }, inRecord };
}

/** The bytes of a thread's working memory, and the offsets of its parts and of a slot's. */
function workOf(
  { network: { order, parameterCount, width, heads, mlp }, blocks }: AttentionAttrs,
  isGradient: boolean,
) {
  const dim = order.length;
  const work = new Arena();
  work.units(ATTENTION_WORK_UNITS);
  const shared = { normalized: work.units(width), hidden: work.units(mlp), scores: work.units(dim) };
  const block = new Arena();
  block.units(width);
  const ofBlock = {
    queryAdjoints: block.units(3 * width),
    attendedAdjoints: block.units(width),
    mixedAdjoints: block.units(width),
    mlpReads: block.units(width),
    hiddenAdjoints: block.units(mlp),
    hiddenReads: block.units(mlp),
    outAdjoints: block.units(width),
  };
  const slot = new Arena();
  slot.reserve(blocks * block.bytes);
  const inSlot = {
    blockBytes: block.bytes,
    ...ofBlock,
    tokenAdjoints: slot.units(width),
    outputReads: slot.units(width),
    parameterAdjoints: slot.units(parameterCount),
  };
  const slotBytes = padLines(slot.bytes);
  const headBytes = padLines(dim * UNIT_BYTES);
  const count = isGradient ? 1 : 0;
  const coefficients = count * blocks * heads * SLOTS * headBytes;
  const inWork = {
    ...shared,
    adjoint: work.units(count * width),
    cacheAdjoints: work.units(count * 2 * blocks * dim * width),
    weights: work.reserve(coefficients),
    slopes: work.reserve(coefficients),
    headBytes,
    slots: work.reserve(count * SLOTS * slotBytes),
    slotBytes,
  };
  return { bytes: work.bytes, inWork, inSlot };
}

/** The operands whose weights are read by column, and the one that the gradient reads so. */
const TRANSPOSED_OF_BLOCK: readonly number[] = [
  BlockOperand.attentionWeights,
  BlockOperand.mixWeights,
  BlockOperand.innerWeights,
  BlockOperand.outerWeights,
];

function isTransposed(operand: number, isGradient: boolean): boolean {
  const ofBlock = operand - SharedOperand.count;
  if (ofBlock < 0) return !isGradient && operand === SharedOperand.outputWeights;
  const index = ofBlock % BlockOperand.count;
  return isGradient ? index === BlockOperand.innerWeights : TRANSPOSED_OF_BLOCK.includes(index);
}

/** Writes the structures of one call, and divides the scratch behind them. */
function layOut(wasm: WasmModule, attrs: AttentionAttrs, call: SequenceCall): SequenceLayout {
  const { network, blocks } = attrs;
  const { operands, gradients } = call;
  const context = SharedOperand.count + BlockOperand.count * blocks;
  const tile = tileOf(attrs, call.tiles !== undefined);
  const work = workOf(attrs, gradients !== undefined);
  const chunk = new Arena();
  const gradientOffsets = layOutGradients(chunk, operands, (operand) => operand > 0 && operand !== context);

  const scratch = new Arena();
  const struct = scratch.reserve(AttentionStruct.bytes);
  const offsets = {
    inTile: scratch.reserve(TileOffsetsStruct.bytes),
    inRecord: scratch.reserve(RecordOffsetsStruct.bytes),
    inWork: scratch.reserve(WorkOffsetsStruct.bytes),
    inSlot: scratch.reserve(SlotOffsetsStruct.bytes),
  };
  const tables = {
    operands: scratch.reserve(4 * operands.length),
    transposed: scratch.reserve(4 * operands.length),
    gradients: scratch.reserve(4 * operands.length),
  };
  const transposed = operands.map(({ shape }, operand) =>
    scratch.reserve(
      operand < context && isTransposed(operand, gradients !== undefined) ? 4 * util.sizeFromShape(shape) : 0,
    ),
  );
  const sizes = { tile: tile.bytes, work: work.bytes, chunk: chunk.bytes };
  const sequence = reserveSequence(scratch, wasm.threads, call, sizes);

  const base = wasm.scratch(scratch.bytes);
  TileOffsetsStruct.write(wasm.memory, base + offsets.inTile, tile.inTile);
  RecordOffsetsStruct.write(wasm.memory, base + offsets.inRecord, tile.inRecord);
  WorkOffsetsStruct.write(wasm.memory, base + offsets.inWork, work.inWork);
  SlotOffsetsStruct.write(wasm.memory, base + offsets.inSlot, work.inSlot);
  AttentionStruct.write(wasm.memory, base + struct, sequence.write(wasm, base), {
    width: network.width,
    heads: network.heads,
    mlp: network.mlp,
    activation: ActivationId[network.activation],
    blocks,
    operands: base + tables.operands,
    transposed: base + tables.transposed,
    gradients: base + tables.gradients,
    context: addressOf(wasm, operands[context]),
    contextGradient: addressOf(wasm, gradients?.[context]),
    inTile: base + offsets.inTile,
    inRecord: base + offsets.inRecord,
    inWork: base + offsets.inWork,
    inSlot: base + offsets.inSlot,
  });
  for (const [i, operand] of operands.entries()) {
    const address = wasm.address(operand);
    const { int32 } = wasm.memory;
    int32[(base + tables.operands) / 4 + i] = address;
    int32[(base + tables.transposed) / 4 + i] = base + transposed[i];
    int32[(base + tables.gradients) / 4 + i] = gradientOffsets.get(i) ?? 0;
  }
  return { struct: base + struct, chunks: base + sequence.chunks, stride: chunk.bytes, gradientOffsets };
}
