import { type NamedAttrMap, type NamedTensorInfoMap, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { activations } from '../activation.js';
import type { AttentionAttrs } from './attention-contract.js';
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
import { Division, oddLines, UNIT_BYTES } from '../../wasm/arena.js';
import type { WasmModule } from '../../wasm/wasm-module.js';

/** As in `assembly/attention.ts` and `assembly/attention-gradient.ts`. */
const [FIRST_BLOCK, PER_BLOCK, SLOTS] = [7, 11, 8];
const OUTPUT_WEIGHTS = 5;
/** Which of a block's operands are matrices, and the one that its gradient computes with again. */
const MATRICES = [2, 3, 7, 9];
const INNER_WEIGHTS = 7;

/**
 * A causal transformer over the ranks, and an autoregressive step with the parameters made of its stream.
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
  return runRanks(wasm, inputs, attention, bytes, (call) => layOut(wasm, attention, call), wasm.functions.attention);
}

function runGradient(inputs: NamedTensorInfoMap, attrs: NamedAttrMap, wasm: WasmModule): TensorInfo[] {
  const attention = attrs as unknown as AttentionAttrs;
  return runRanksGradient(
    wasm,
    inputs,
    attention,
    (call) => layOut(wasm, attention, call),
    wasm.functions.attentionGradient,
  );
}

/** Where a tile has what, in bytes. */
function tileOf({ network: { order, parameterCount, width, heads }, blocks }: AttentionAttrs, isKept: boolean) {
  const dim = order.length;
  const block = new Division();
  block.units(width);
  const ofBlock = {
    queries: block.units(width),
    attended: block.units(width),
    mixed: block.units(width),
    stats: block.units(2 * heads),
  };
  const record = new Division();
  record.reserve(blocks * block.bytes);
  const ofRecord = { stream: record.units(width), parameters: record.units(parameterCount) };
  const tile = new Division();
  tile.units(dim + 1);
  const cacheBytes = dim * width * UNIT_BYTES;
  const caches = tile.reserve(2 * blocks * cacheBytes);
  const recordBytes = oddLines(record.bytes);
  const records = tile.reserve((isKept ? dim : 1) * recordBytes);
  return {
    ...ofBlock,
    ...ofRecord,
    caches,
    cacheBytes,
    records,
    recordBytes,
    blockBytes: block.bytes,
    bytes: tile.bytes,
  };
}

/** Where a thread's work has what, in bytes. */
function workOf(
  { network: { order, parameterCount, width, heads, mlp }, blocks }: AttentionAttrs,
  isGradient: boolean,
) {
  const dim = order.length;
  const work = new Division();
  work.units(5);
  const shared = { normalized: work.units(width), hidden: work.units(mlp), scores: work.units(dim) };
  const block = new Division();
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
  const slot = new Division();
  slot.reserve(blocks * block.bytes);
  const ofSlot = {
    tokenAdjoints: slot.units(width),
    outputReads: slot.units(width),
    parameterAdjoints: slot.units(parameterCount),
  };
  const slotBytes = oddLines(slot.bytes);
  const headBytes = oddLines(dim * UNIT_BYTES);
  const count = isGradient ? 1 : 0;
  const coefficients = count * blocks * heads * SLOTS * headBytes;
  const ofGradient = {
    adjoint: work.units(count * width),
    cacheAdjoints: work.units(count * 2 * blocks * dim * width),
    weights: work.reserve(coefficients),
    slopes: work.reserve(coefficients),
    slots: work.reserve(count * SLOTS * slotBytes),
  };
  return {
    ...shared,
    ...ofBlock,
    ...ofSlot,
    ...ofGradient,
    headBytes,
    slotBytes,
    blockBytes: block.bytes,
    bytes: work.bytes,
  };
}

/** Writes the structures of `assembly/attention.ts` for one call, and divides the scratch behind them. */
function layOut(wasm: WasmModule, attrs: AttentionAttrs, call: RanksCall): RanksLayout {
  const { network, blocks } = attrs;
  const { operands, gradients } = call;
  const context = FIRST_BLOCK + PER_BLOCK * blocks;
  const tile = tileOf(attrs, call.tiles !== undefined);
  const work = workOf(attrs, gradients !== undefined);
  const chunk = new Division();
  const places = placeGradients(chunk, operands, (operand) => operand > 0 && operand !== context);

  const scratch = new Division();
  const struct = scratch.reserve(4 * (RANKS_WORDS + 43));
  const tables = [0, 1, 2].map(() => scratch.reserve(4 * operands.length));
  const isTransposed = (operand: number) => {
    if (operand < FIRST_BLOCK || operand >= context) return !gradients && operand === OUTPUT_WEIGHTS;
    return (gradients ? [INNER_WEIGHTS] : MATRICES).includes((operand - FIRST_BLOCK) % PER_BLOCK);
  };
  const transposed = operands.map(({ shape }, operand) =>
    scratch.reserve(isTransposed(operand) ? 4 * util.sizeFromShape(shape) : 0),
  );
  const ranks = reserveRanks(scratch, wasm.threads, call, { tile: tile.bytes, work: work.bytes, chunk: chunk.bytes });

  const base = wasm.scratch(scratch.bytes);
  // Before any view is taken: moving a tensor to this backend may grow its memory.
  const addresses = operands.map((operand) => wasm.address(operand));
  const words = [
    network.width,
    network.heads,
    network.mlp,
    activations.indexOf(network.activation),
    blocks,
    ...tables.map((table) => base + table),
    addressOf(wasm, operands[context]),
    addressOf(wasm, gradients?.[context]),
    tile.caches,
    tile.cacheBytes,
    tile.records,
    tile.recordBytes,
    tile.blockBytes,
    tile.queries,
    tile.attended,
    tile.mixed,
    tile.stats,
    tile.stream,
    tile.parameters,
    work.normalized,
    work.hidden,
    work.scores,
    work.adjoint,
    work.cacheAdjoints,
    work.weights,
    work.slopes,
    work.headBytes,
    work.slots,
    work.slotBytes,
    work.blockBytes,
    work.queryAdjoints,
    work.attendedAdjoints,
    work.mixedAdjoints,
    work.mlpReads,
    work.hiddenAdjoints,
    work.hiddenReads,
    work.outAdjoints,
    work.tokenAdjoints,
    work.outputReads,
    work.parameterAdjoints,
  ];
  const ofRanks = ranks.write(wasm, base);
  wasm.words(base + struct).set([...ofRanks, ...words]);
  wasm.words(base + tables[0]).set(addresses);
  wasm.words(base + tables[1]).set(transposed.map((at) => base + at));
  wasm.words(base + tables[2]).set(operands.map((_, operand) => places.get(operand) ?? 0));
  return { struct: base + struct, chunks: base + ranks.chunks, stride: chunk.bytes, places };
}
