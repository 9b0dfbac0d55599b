// The reference is `AttentionBlock` in packages/bijectors/src/autoregressive/attention/attention-block.ts.
import { activate } from '../simd/activation';
import { attend } from './attend';
import { UNIT_BYTES } from '../tile/dot';
import { gather, rowOf } from '../tile/gather';
import { normalize } from '../tile/layer-norm';
import { AFTER_SEQUENCE, chooseValue, lanesOf, Sequence, SEQUENCE_WORK_UNITS, tileOf, workOf } from './sequence';
import { splat } from '../simd/simd-math';
import { addRow, addUnits, spreadRow, TILE } from '../tile/tile';
import { addProduct } from '../tile/tile-product';

/** The operands of a transformer but for those of its blocks, which follow. */
export enum SharedOperand {
  Input,
  Positions,
  ValueWeights,
  OutputScale,
  OutputShift,
  OutputWeights,
  OutputBias,
  Count,
}

/** The operands of each block. */
export enum BlockOperand {
  AttentionScale,
  AttentionShift,
  AttentionWeights,
  MixWeights,
  MixBias,
  MlpScale,
  MlpShift,
  InnerWeights,
  InnerBias,
  OuterWeights,
  OuterBias,
  Count,
}

/** The layout of a tile, in bytes from its start. */
@unmanaged
export class TileOffsets {
  /** Of the keys and values, and bytes of the keys of one block. */
  caches: usize;
  cacheBytes: usize;
  /** Of the records, and bytes of one. */
  records: usize;
  recordBytes: usize;
}

/** The layout of a position's record, in bytes from its start, or from that of the block's part for a block's fields. */
@unmanaged
export class RecordOffsets {
  /** Bytes of a block's part, which begins with the stream that it is given. */
  blockBytes: usize;
  /** Of a block: its queries, times the scale of scores. */
  queries: usize;
  attended: usize;
  mixed: usize;
  /** Of a block: what `attend` leaves of each head. */
  stats: usize;
  /** The stream after all blocks. */
  stream: usize;
  parameters: usize;
}

/** The layout of a thread's work space, in bytes from its start; the fields after the scores are the gradient's alone. */
@unmanaged
export class WorkOffsets {
  normalized: usize;
  hidden: usize;
  scores: usize;
  adjoint: usize;
  /** As the caches of a tile. */
  cacheAdjoints: usize;
  /** The softmax and the adjoints of the scores: for each block, head and slot so many bytes, a unit for each key. */
  weights: usize;
  slopes: usize;
  headBytes: usize;
  /** Slots of the positions that are gone through at a time, and bytes of one. */
  slots: usize;
  slotBytes: usize;
}

/** The layout of a position's slot in the gradient, in bytes from its start, or from that of the block's part for a block's fields. */
@unmanaged
export class SlotOffsets {
  /** Bytes of a block's part, which begins with what its attention reads. */
  blockBytes: usize;
  /** Of a block, as the next six: adjoints, and what others read. */
  queryAdjoints: usize;
  attendedAdjoints: usize;
  mixedAdjoints: usize;
  mlpReads: usize;
  hiddenAdjoints: usize;
  hiddenReads: usize;
  outAdjoints: usize;
  tokenAdjoints: usize;
  outputReads: usize;
  parameterAdjoints: usize;
}

/**
 * A causal transformer over the positions. A tile has a unit for what each position is fed, the keys and values of each block, head by head, and
 * a record for each position, or one for all.
 */
@unmanaged
export class Attention extends Sequence {
  width: i32;
  heads: i32;
  mlp: i32;
  activation: i32;
  blocks: i32;
  /** By operand: its address, that of the weights by column, and bytes from the start of a chunk's gradients to its own. */
  operands: usize;
  transposed: usize;
  gradients: usize;
  /** The context's offset of the first token, `[N, W]` or 0, and its gradient. */
  context: usize;
  contextGradient: usize;
  inTile: TileOffsets;
  inRecord: RecordOffsets;
  inWork: WorkOffsets;
  inSlot: SlotOffsets;
}

// Units of a thread's work behind those of its positions.
export const SPREAD: usize = AFTER_SEQUENCE;
export const COMMON: usize = SPREAD + UNIT_BYTES;
export const UPSTREAM: usize = COMMON + UNIT_BYTES;
export const ATTENTION_WORK_UNITS: i32 = SEQUENCE_WORK_UNITS + 3;

// @ts-ignore: decorator
@inline
export function operand(attention: Attention, index: i32): usize {
  return load<usize>(attention.operands + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
export function ofBlock(block: i32, index: i32): i32 {
  return SharedOperand.Count + BlockOperand.Count * block + index;
}

// @ts-ignore: decorator
@inline
export function transposedOf(attention: Attention, index: i32): usize {
  return load<usize>(attention.transposed + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
export function recordAt(attention: Attention, tile: usize, position: i32): usize {
  return tile + attention.inTile.records + (attention.hasResiduals ? <usize>position * attention.inTile.recordBytes : 0);
}

/** Bytes of all that one head has of a position. */
// @ts-ignore: decorator
@inline
export function headBytes(attention: Attention): usize {
  return <usize>(attention.width / attention.heads) * UNIT_BYTES;
}

/** The keys of one head of a block, in order; its values lie `cache` bytes on. */
// @ts-ignore: decorator
@inline
export function keysOf(attention: Attention, caches: usize, block: i32, head: i32): usize {
  return caches + 2 * <usize>block * attention.inTile.cacheBytes + <usize>head * <usize>attention.dim * headBytes(attention);
}

/** One tile of {@link attention}. */
export function attentionTask(at: usize, task: i32, thread: i32): void {
  const attention = changetype<Attention>(at);
  const row = task * TILE;
  const work = workOf(attention, thread);
  const tile = tileOf(attention, task, thread);
  const width = attention.width;
  memory.fill(tile, 0, UNIT_BYTES);
  for (let position: i32 = 0; position < attention.dim; position++) {
    const record = recordAt(attention, tile, position);
    const fed = tile + <usize>position * UNIT_BYTES;
    makeToken(attention, record, position, row, work, fed);
    for (let b: i32 = 0; b < attention.blocks; b++) {
      const stream = record + <usize>b * attention.inRecord.blockBytes;
      const next = b + 1 < attention.blocks ? stream + attention.inRecord.blockBytes : record + attention.inRecord.stream;
      applyBlock(attention, b, tile, position, stream, next, work);
    }
    const normalized = work + attention.inWork.normalized;
    normalize(normalized, normalized, work + SPREAD, record + attention.inRecord.stream, operand(attention, SharedOperand.OutputScale), operand(attention, SharedOperand.OutputShift), width);
    const parameters = record + attention.inRecord.parameters;
    spreadRow(parameters, operand(attention, SharedOperand.OutputBias), attention.parameterCount);
    addProduct(parameters, transposedOf(attention, SharedOperand.OutputWeights), normalized, attention.parameterCount, width);
    chooseValue(attention, position, row, work, parameters, fed + UNIT_BYTES);
  }
}

function makeToken(attention: Attention, token: usize, position: i32, row: i32, work: usize, fed: usize): void {
  const width = attention.width;
  spreadRow(token, operand(attention, SharedOperand.Positions) + (<usize>(position * width) << 2), width);
  if (position > 0) addProduct(token, operand(attention, SharedOperand.ValueWeights), fed, width, 1);
  else if (attention.context) {
    gather(work + attention.inWork.normalized, rowOf(attention.context, width, row), width, width, 0, lanesOf(attention, row));
    addUnits(token, work + attention.inWork.normalized, width);
  }
}

/** The stream of one position after a block. */
function applyBlock(attention: Attention, b: i32, tile: usize, position: i32, stream: usize, next: usize, work: usize): void {
  const width = attention.width;
  const mlp = attention.mlp;
  const normalized = work + attention.inWork.normalized;
  const spread = work + SPREAD;
  const hidden = work + attention.inWork.hidden;
  normalize(normalized, normalized, spread, stream, operand(attention, ofBlock(b, BlockOperand.AttentionScale)), operand(attention, ofBlock(b, BlockOperand.AttentionShift)), width);
  attendTo(attention, b, tile, position, stream, work);

  const mixed = stream + attention.inRecord.mixed;
  memory.copy(mixed, stream, <usize>width * UNIT_BYTES);
  addRow(mixed, operand(attention, ofBlock(b, BlockOperand.MixBias)), width);
  addProduct(mixed, transposedOf(attention, ofBlock(b, BlockOperand.MixWeights)), stream + attention.inRecord.attended, width, width);

  normalize(normalized, normalized, spread, mixed, operand(attention, ofBlock(b, BlockOperand.MlpScale)), operand(attention, ofBlock(b, BlockOperand.MlpShift)), width);
  spreadRow(hidden, operand(attention, ofBlock(b, BlockOperand.InnerBias)), mlp);
  addProduct(hidden, transposedOf(attention, ofBlock(b, BlockOperand.InnerWeights)), normalized, mlp, width);
  activate(attention.activation, hidden, hidden, mlp * TILE);
  memory.copy(next, mixed, <usize>width * UNIT_BYTES);
  addRow(next, operand(attention, ofBlock(b, BlockOperand.OuterBias)), width);
  addProduct(next, transposedOf(attention, ofBlock(b, BlockOperand.OuterWeights)), hidden, width, mlp);
}

/** One position's query, key and value, made of what is normalised, and what it attends to: itself and those before. */
function attendTo(attention: Attention, b: i32, tile: usize, position: i32, stream: usize, work: usize): void {
  const width = attention.width;
  const reads = work + attention.inWork.normalized;
  const weights = transposedOf(attention, ofBlock(b, BlockOperand.AttentionWeights));
  const all = <usize>(width * width) << 2;
  const size = width / attention.heads;
  const bytes = headBytes(attention);
  const queries = stream + attention.inRecord.queries;
  memory.fill(queries, 0, <usize>width * UNIT_BYTES);
  addProduct(queries, weights, reads, width, width);
  scaleUnits(queries, 1 / sqrt(<f32>size), width);
  for (let head: i32 = 0; head < attention.heads; head++) {
    const keys = keysOf(attention, tile + attention.inTile.caches, b, head);
    const values = keys + attention.inTile.cacheBytes;
    const offset = <usize>position * bytes;
    const ofHead = weights + all + (<usize>(head * size * width) << 2);
    memory.fill(keys + offset, 0, bytes);
    memory.fill(values + offset, 0, bytes);
    addProduct(keys + offset, ofHead, reads, size, width);
    addProduct(values + offset, ofHead + all, reads, size, width);
    const from = <usize>head * bytes;
    const stats = stream + attention.inRecord.stats + 2 * <usize>head * UNIT_BYTES;
    attend(stream + attention.inRecord.attended + from, stats, queries + from, keys, values, position + 1, size, work + attention.inWork.scores);
  }
}

export function scaleUnits(units: usize, by: f32, count: i32): void {
  const factor = splat(by);
  for (let i: i32 = 0; i < count; i++) {
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) v128.store(units + lane, f32x4.mul(v128.load(units + lane), factor));
    units += UNIT_BYTES;
  }
}
