import { activate, multiplySlopes } from '../simd/activation';
import { mixValues, backwardAttention } from './attend';
import { Attention, BlockOperand, COMMON, UPSTREAM, headBytes, keysOf, ofBlock, operand, recordAt, scaleUnits, SharedOperand, SPREAD, transposedOf } from './attention';
import { UNIT_BYTES } from '../tile/dot';
import { rowOf, scatter } from '../tile/gather';
import { normalize, normalizeGradient } from '../tile/layer-norm';
import { addOuterProducts } from '../tile/outer-product';
import { lanesOf, backwardValue, OUTER, tileOf, workOf } from './sequence';
import { addLaneSums, spreadRow, TILE } from '../tile/tile';
import { addProduct } from '../tile/tile-product';

/** Positions whose adjoints are kept at a time, until their share of the gradients of weights, and of the keys and values before them, is added. */
export const SLOTS: i32 = 8;

/** One chunk of {@link attentionGradient}. */
export function attentionGradientTask(at: usize, task: i32, thread: i32): void {
  const attention = changetype<Attention>(at);
  const work = workOf(attention, thread);
  const chunk = attention.chunks + <usize>task * attention.chunkStride;
  memory.fill(chunk, 0, attention.chunkStride);
  const end = min((task + 1) * attention.chunkTiles * TILE, attention.rows);
  for (let row = task * attention.chunkTiles * TILE; row < end; row += TILE) {
    const tile = tileOf(attention, row / TILE, thread);
    memory.fill(work + UPSTREAM, 0, UNIT_BYTES);
    memory.fill(work + attention.inWork.cacheAdjoints, 0, 2 * <usize>attention.blocks * attention.inTile.cacheBytes);
    for (let last = attention.dim; last > 0; last -= SLOTS) {
      const begin = max(0, last - SLOTS);
      for (let position = last - 1; position >= begin; position--) backwardPosition(attention, tile, position, begin, last, work, chunk, row);
      addWeightGradients(attention, tile, begin, last - begin, work, chunk);
      addCacheAdjoints(attention, tile, begin, last - begin, work);
    }
  }
}

// @ts-ignore: decorator
@inline
function gradientOf(attention: Attention, chunk: usize, index: i32): usize {
  return chunk + load<usize>(attention.gradients + (<usize>index << 2));
}

// @ts-ignore: decorator
@inline
function unitsOf(count: i32): usize {
  return <usize>count * UNIT_BYTES;
}

/** The adjoints of one position of those from `begin` up to `end`, the ones after it done. */
function backwardPosition(attention: Attention, tile: usize, position: i32, begin: i32, end: i32, work: usize, chunk: usize, row: i32): void {
  const width = attention.width;
  const record = recordAt(attention, tile, position);
  const slot = work + attention.inWork.slots + <usize>(position - begin) * attention.inWork.slotBytes;
  const fed = tile + unitsOf(position);
  const parameterAdjoints = slot + attention.inSlot.parameterAdjoints;
  const upstream = work + UPSTREAM;
  const biasGradient = gradientOf(attention, chunk, SharedOperand.OutputBias);
  backwardValue(attention, position, row, work, record + attention.inRecord.parameters, fed + UNIT_BYTES, upstream, parameterAdjoints, biasGradient);

  const adjoint = work + attention.inWork.adjoint;
  const normalized = work + attention.inWork.normalized;
  const scale = operand(attention, SharedOperand.OutputScale);
  normalize(slot + attention.inSlot.outputReads, normalized, work + SPREAD, record + attention.inRecord.stream, scale, operand(attention, SharedOperand.OutputShift), width);
  memory.fill(adjoint, 0, unitsOf(width));
  addProduct(adjoint, operand(attention, SharedOperand.OutputWeights), parameterAdjoints, width, attention.parameterCount);
  const top = slot + <usize>(attention.blocks - 1) * attention.inSlot.blockBytes + attention.inSlot.outAdjoints;
  memory.fill(top, 0, unitsOf(width));
  const ofScale = gradientOf(attention, chunk, SharedOperand.OutputScale);
  normalizeGradient(top, adjoint, normalized, work + SPREAD, scale, ofScale, gradientOf(attention, chunk, SharedOperand.OutputShift), width);

  for (let b = attention.blocks - 1; b >= 0; b--) {
    const task = slot + <usize>b * attention.inSlot.blockBytes;
    const below = b > 0 ? task - attention.inSlot.blockBytes + attention.inSlot.outAdjoints : slot + attention.inSlot.tokenAdjoints;
    const stream = record + <usize>b * attention.inRecord.blockBytes;
    backwardMlp(attention, b, stream, task, work, chunk);
    memory.copy(below, task + attention.inSlot.mixedAdjoints, unitsOf(width));
    backwardHeads(attention, b, tile, position, begin, end, stream, task, work);
    backwardQueries(attention, b, stream, task, below, work, chunk);
  }

  const token = slot + attention.inSlot.tokenAdjoints;
  addLaneSums(gradientOf(attention, chunk, SharedOperand.Positions) + (<usize>(position * width) << 2), token, width);
  memory.fill(upstream, 0, UNIT_BYTES);
  addProduct(upstream, operand(attention, SharedOperand.ValueWeights), token, 1, width);
  if (position == 0 && attention.context) scatter(rowOf(attention.contextGradient, width, row), token, width, width, 0, lanesOf(attention, row));
}

/** From the adjoints of a block's result to those of what it mixed and attended to. */
function backwardMlp(attention: Attention, b: i32, stream: usize, task: usize, work: usize, chunk: usize): void {
  const width = attention.width;
  const mlp = attention.mlp;
  const out = task + attention.inSlot.outAdjoints;
  const reads = task + attention.inSlot.mlpReads;
  const hidden = work + attention.inWork.hidden;
  const hiddenReads = task + attention.inSlot.hiddenReads;
  const hiddenAdjoints = task + attention.inSlot.hiddenAdjoints;
  const mixedAdjoints = task + attention.inSlot.mixedAdjoints;
  const attendedAdjoints = task + attention.inSlot.attendedAdjoints;
  const normalized = work + attention.inWork.normalized;
  const adjoint = work + attention.inWork.adjoint;
  const scale = operand(attention, ofBlock(b, BlockOperand.MlpScale));
  normalize(reads, normalized, work + SPREAD, stream + attention.inRecord.mixed, scale, operand(attention, ofBlock(b, BlockOperand.MlpShift)), width);
  spreadRow(hidden, operand(attention, ofBlock(b, BlockOperand.InnerBias)), mlp);
  addProduct(hidden, transposedOf(attention, ofBlock(b, BlockOperand.InnerWeights)), reads, mlp, width);
  activate(attention.activation, hidden, hiddenReads, mlp * TILE);

  memory.fill(hiddenAdjoints, 0, unitsOf(mlp));
  addProduct(hiddenAdjoints, operand(attention, ofBlock(b, BlockOperand.OuterWeights)), out, mlp, width);
  multiplySlopes(attention.activation, hidden, hiddenReads, hiddenAdjoints, mlp * TILE);
  memory.fill(adjoint, 0, unitsOf(width));
  addProduct(adjoint, operand(attention, ofBlock(b, BlockOperand.InnerWeights)), hiddenAdjoints, width, mlp);
  memory.copy(mixedAdjoints, out, unitsOf(width));
  const ofScale = gradientOf(attention, chunk, ofBlock(b, BlockOperand.MlpScale));
  const ofShift = gradientOf(attention, chunk, ofBlock(b, BlockOperand.MlpShift));
  normalizeGradient(mixedAdjoints, adjoint, normalized, work + SPREAD, scale, ofScale, ofShift, width);
  memory.fill(attendedAdjoints, 0, unitsOf(width));
  addProduct(attendedAdjoints, operand(attention, ofBlock(b, BlockOperand.MixWeights)), mixedAdjoints, width, width);
  addLaneSums(gradientOf(attention, chunk, ofBlock(b, BlockOperand.OuterBias)), out, width);
  addLaneSums(gradientOf(attention, chunk, ofBlock(b, BlockOperand.InnerBias)), hiddenAdjoints, mlp);
  addLaneSums(gradientOf(attention, chunk, ofBlock(b, BlockOperand.MixBias)), mixedAdjoints, width);
}

/** From the adjoints of what a position attends to those of its query, key and value; the last two are complete with it. */
function backwardHeads(
  attention: Attention,
  b: i32,
  tile: usize,
  position: i32,
  begin: i32,
  end: i32,
  stream: usize,
  task: usize,
  work: usize,
): void {
  const size = attention.width / attention.heads;
  const bytes = headBytes(attention);
  const all = unitsOf(attention.width);
  const here = <usize>position * bytes;
  const count = end - position;
  for (let head: i32 = 0; head < attention.heads; head++) {
    const from = <usize>head * bytes;
    const keys = keysOf(attention, tile + attention.inTile.caches, b, head);
    const coefficients = coefficientsOf(attention, b, head, position - begin);
    const weights = work + attention.inWork.weights + coefficients;
    const slopes = work + attention.inWork.slopes + coefficients;
    const attended = stream + attention.inRecord.attended + from;
    const attendedAdjoints = task + attention.inSlot.attendedAdjoints + from;
    const queries = stream + attention.inRecord.queries + from;
    const queryAdjoints = task + attention.inSlot.queryAdjoints + from;
    const stats = stream + attention.inRecord.stats + unitsOf(2 * head);
    backwardAttention(
      queryAdjoints,
      stats,
      queries,
      keys,
      keys + attention.inTile.cacheBytes,
      attended,
      attendedAdjoints,
      weights,
      slopes,
      work + COMMON,
      position + 1,
      size,
    );
    // From the slots after, this one included, and from positions after all slots.
    const cached = keysOf(attention, work + attention.inWork.cacheAdjoints, b, head) + here;
    memory.copy(queryAdjoints + all, cached, bytes);
    memory.copy(queryAdjoints + 2 * all, cached + attention.inTile.cacheBytes, bytes);
    const own = unitsOf(position);
    mixValues(queryAdjoints + all, slopes + own, attention.inWork.headBytes, queries, attention.inTile.recordBytes, count, size);
    mixValues(queryAdjoints + 2 * all, weights + own, attention.inWork.headBytes, attendedAdjoints, attention.inWork.slotBytes, count, size);
  }
  scaleUnits(task + attention.inSlot.queryAdjoints, 1 / sqrt(<f32>size), attention.width);
}

/** The address of a head's weights of the keys, in one slot. */
// @ts-ignore: decorator
@inline
function coefficientsOf(attention: Attention, b: i32, head: i32, slot: i32): usize {
  return <usize>((b * attention.heads + head) * SLOTS + slot) * attention.inWork.headBytes;
}

/** From the adjoints of queries, keys and values to those of the stream. */
function backwardQueries(attention: Attention, b: i32, stream: usize, task: usize, below: usize, work: usize, chunk: usize): void {
  const width = attention.width;
  const adjoint = work + attention.inWork.adjoint;
  const normalized = work + attention.inWork.normalized;
  const scale = operand(attention, ofBlock(b, BlockOperand.AttentionScale));
  normalize(task, normalized, work + SPREAD, stream, scale, operand(attention, ofBlock(b, BlockOperand.AttentionShift)), width);
  memory.fill(adjoint, 0, unitsOf(width));
  addProduct(adjoint, operand(attention, ofBlock(b, BlockOperand.AttentionWeights)), task + attention.inSlot.queryAdjoints, width, 3 * width);
  const ofScale = gradientOf(attention, chunk, ofBlock(b, BlockOperand.AttentionScale));
  const ofShift = gradientOf(attention, chunk, ofBlock(b, BlockOperand.AttentionShift));
  normalizeGradient(below, adjoint, normalized, work + SPREAD, scale, ofScale, ofShift, width);
}

/** Adds the share of the positions in the slots in the gradients of weights. */
function addWeightGradients(attention: Attention, tile: usize, begin: i32, count: i32, work: usize, chunk: usize): void {
  const slots = work + attention.inWork.slots;
  const width = attention.width;
  const mlp = attention.mlp;
  const slot = attention.inWork.slotBytes;
  const record = recordAt(attention, tile, begin);
  for (let b: i32 = 0; b < attention.blocks; b++) {
    const blockSlot = slots + <usize>b * attention.inSlot.blockBytes;
    const attended = record + <usize>b * attention.inRecord.blockBytes + attention.inRecord.attended;
    const ofQueries = gradientOf(attention, chunk, ofBlock(b, BlockOperand.AttentionWeights));
    addOuterProducts(work + OUTER, ofQueries, blockSlot, slot, width, blockSlot + attention.inSlot.queryAdjoints, slot, 3 * width, count);
    const ofMix = gradientOf(attention, chunk, ofBlock(b, BlockOperand.MixWeights));
    addOuterProducts(work + OUTER, ofMix, attended, attention.inTile.recordBytes, width, blockSlot + attention.inSlot.mixedAdjoints, slot, width, count);
    const ofInner = gradientOf(attention, chunk, ofBlock(b, BlockOperand.InnerWeights));
    addOuterProducts(work + OUTER, ofInner, blockSlot + attention.inSlot.mlpReads, slot, width, blockSlot + attention.inSlot.hiddenAdjoints, slot, mlp, count);
    const ofOuter = gradientOf(attention, chunk, ofBlock(b, BlockOperand.OuterWeights));
    addOuterProducts(work + OUTER, ofOuter, blockSlot + attention.inSlot.hiddenReads, slot, mlp, blockSlot + attention.inSlot.outAdjoints, slot, width, count);
  }
  const ofOutput = gradientOf(attention, chunk, SharedOperand.OutputWeights);
  addOuterProducts(work + OUTER, ofOutput, slots + attention.inSlot.outputReads, slot, width, slots + attention.inSlot.parameterAdjoints, slot, attention.parameterCount, count);
  const ofValues = gradientOf(attention, chunk, SharedOperand.ValueWeights);
  addOuterProducts(work + OUTER, ofValues, tile + unitsOf(begin), UNIT_BYTES, 1, slots + attention.inSlot.tokenAdjoints, slot, width, count);
}

/** Adds the share of the positions in the slots in the adjoints of the keys and values before all of them. */
function addCacheAdjoints(attention: Attention, tile: usize, begin: i32, count: i32, work: usize): void {
  const size = attention.width / attention.heads;
  const bytes = headBytes(attention);
  const record = recordAt(attention, tile, begin);
  for (let b: i32 = 0; b < attention.blocks; b++) {
    for (let head: i32 = 0; head < attention.heads; head++) {
      const coefficients = coefficientsOf(attention, b, head, 0);
      const from = <usize>head * bytes;
      const queries = record + <usize>b * attention.inRecord.blockBytes + attention.inRecord.queries + from;
      const attendedAdjoints = work + attention.inWork.slots + <usize>b * attention.inSlot.blockBytes + attention.inSlot.attendedAdjoints + from;
      let weights = work + attention.inWork.weights + coefficients;
      let slopes = work + attention.inWork.slopes + coefficients;
      let keys = keysOf(attention, work + attention.inWork.cacheAdjoints, b, head);
      for (let j: i32 = 0; j < begin; j++) {
        mixValues(keys, slopes, attention.inWork.headBytes, queries, attention.inTile.recordBytes, count, size);
        mixValues(keys + attention.inTile.cacheBytes, weights, attention.inWork.headBytes, attendedAdjoints, attention.inWork.slotBytes, count, size);
        weights += UNIT_BYTES;
        slopes += UNIT_BYTES;
        keys += bytes;
      }
    }
  }
}
