import { activate, multiplySlopes } from '../simd/activation';
import { mixValues, retreatAttention } from './attend';
import { Attention, BlockOperand, COMMON, HANDED, headBytes, keysOf, ofBlock, operand, recordAt, scaleUnits, SharedOperand, SPREAD, transposedOf } from './attention';
import { UNIT_BYTES } from '../tile/dot';
import { rowOf, scatter } from '../tile/gather';
import { normalize, normalizeGradient } from '../tile/layer-norm';
import { addOuterProducts } from '../tile/outer-product';
import { lanesOf, retreatValue, tileOf, workOf } from './sequence';
import { addLaneSums, spreadRow, TILE } from '../tile/tile';
import { addProduct } from '../tile/tile-product';

/** Positions whose adjoints are kept at a time, until their share of the gradients of weights, and of the keys and values before them, is added. */
export const SLOTS: i32 = 8;

/** One chunk of {@link attentionGradient}. */
export function attentionGradientPart(at: usize, part: i32, thread: i32): void {
  const attention = changetype<Attention>(at);
  const work = workOf(attention, thread);
  const chunk = attention.chunks + <usize>part * attention.chunkStride;
  memory.fill(chunk, 0, attention.chunkStride);
  const end = min((part + 1) * attention.chunkTiles * TILE, attention.rows);
  for (let row = part * attention.chunkTiles * TILE; row < end; row += TILE) {
    const tile = tileOf(attention, row / TILE, thread);
    memory.fill(work + HANDED, 0, UNIT_BYTES);
    memory.fill(work + attention.cacheAdjoints, 0, 2 * <usize>attention.blocks * attention.cache);
    for (let last = attention.dim; last > 0; last -= SLOTS) {
      const begin = max(0, last - SLOTS);
      for (let rank = last - 1; rank >= begin; rank--) retreat(attention, tile, rank, begin, last, work, chunk, row);
      addWeightGradients(attention, tile, begin, last - begin, work + attention.slots, chunk);
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

/** The adjoints of one rank of those from `begin` up to `end`, the ones after it done. */
function retreat(attention: Attention, tile: usize, rank: i32, begin: i32, end: i32, work: usize, chunk: usize, row: i32): void {
  const width = attention.width;
  const record = recordAt(attention, tile, rank);
  const slot = work + attention.slots + <usize>(rank - begin) * attention.slot;
  const fed = tile + unitsOf(rank);
  const parameterAdjoints = slot + attention.parameterAdjoints;
  const handed = work + HANDED;
  const biasGradient = gradientOf(attention, chunk, SharedOperand.OutputBias);
  retreatValue(attention, rank, row, work, record + attention.parameters, fed + UNIT_BYTES, handed, parameterAdjoints, biasGradient);

  const adjoint = work + attention.adjoint;
  const normalized = work + attention.normalized;
  const scale = operand(attention, SharedOperand.OutputScale);
  normalize(slot + attention.outputReads, normalized, work + SPREAD, record + attention.stream, scale, operand(attention, SharedOperand.OutputShift), width);
  memory.fill(adjoint, 0, unitsOf(width));
  addProduct(adjoint, operand(attention, SharedOperand.OutputWeights), parameterAdjoints, width, attention.parameterCount);
  const top = slot + <usize>(attention.blocks - 1) * attention.blockSlot + attention.outAdjoints;
  memory.fill(top, 0, unitsOf(width));
  const ofScale = gradientOf(attention, chunk, SharedOperand.OutputScale);
  normalizeGradient(top, adjoint, normalized, work + SPREAD, scale, ofScale, gradientOf(attention, chunk, SharedOperand.OutputShift), width);

  for (let b = attention.blocks - 1; b >= 0; b--) {
    const part = slot + <usize>b * attention.blockSlot;
    const below = b > 0 ? part - attention.blockSlot + attention.outAdjoints : slot + attention.tokenAdjoints;
    const stream = record + <usize>b * attention.blockRecord;
    retreatMlp(attention, b, stream, part, work, chunk);
    memory.copy(below, part + attention.mixedAdjoints, unitsOf(width));
    retreatHeads(attention, b, tile, rank, begin, end, stream, part, work);
    retreatQueries(attention, b, stream, part, below, work, chunk);
  }

  const token = slot + attention.tokenAdjoints;
  addLaneSums(gradientOf(attention, chunk, SharedOperand.Positions) + (<usize>(rank * width) << 2), token, width);
  memory.fill(handed, 0, UNIT_BYTES);
  addProduct(handed, operand(attention, SharedOperand.ValueWeights), token, 1, width);
  if (rank == 0 && attention.context) scatter(rowOf(attention.contextGradient, width, row), token, width, width, 0, lanesOf(attention, row));
}

/** From the adjoints of a block's result to those of what it mixed and attended to. */
function retreatMlp(attention: Attention, b: i32, stream: usize, part: usize, work: usize, chunk: usize): void {
  const width = attention.width;
  const mlp = attention.mlp;
  const out = part + attention.outAdjoints;
  const reads = part + attention.mlpReads;
  const hidden = work + attention.hidden;
  const hiddenReads = part + attention.hiddenReads;
  const hiddenAdjoints = part + attention.hiddenAdjoints;
  const mixedAdjoints = part + attention.mixedAdjoints;
  const attendedAdjoints = part + attention.attendedAdjoints;
  const normalized = work + attention.normalized;
  const adjoint = work + attention.adjoint;
  const scale = operand(attention, ofBlock(b, BlockOperand.MlpScale));
  normalize(reads, normalized, work + SPREAD, stream + attention.mixed, scale, operand(attention, ofBlock(b, BlockOperand.MlpShift)), width);
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

/** From the adjoints of what a rank attends to those of its query, key and value; the last two are complete with it. */
function retreatHeads(
  attention: Attention,
  b: i32,
  tile: usize,
  rank: i32,
  begin: i32,
  end: i32,
  stream: usize,
  part: usize,
  work: usize,
): void {
  const size = attention.width / attention.heads;
  const bytes = headBytes(attention);
  const all = unitsOf(attention.width);
  const here = <usize>rank * bytes;
  const ranks = end - rank;
  for (let head: i32 = 0; head < attention.heads; head++) {
    const from = <usize>head * bytes;
    const keys = keysOf(attention, tile + attention.caches, b, head);
    const coefficients = coefficientsOf(attention, b, head, rank - begin);
    const weights = work + attention.weights + coefficients;
    const slopes = work + attention.slopes + coefficients;
    const attended = stream + attention.attended + from;
    const attendedAdjoints = part + attention.attendedAdjoints + from;
    const queries = stream + attention.queries + from;
    const queryAdjoints = part + attention.queryAdjoints + from;
    const stats = stream + attention.stats + unitsOf(2 * head);
    retreatAttention(
      queryAdjoints,
      stats,
      queries,
      keys,
      keys + attention.cache,
      attended,
      attendedAdjoints,
      weights,
      slopes,
      work + COMMON,
      rank + 1,
      size,
    );
    // From the slots after, this one included, and from ranks after all slots.
    const cached = keysOf(attention, work + attention.cacheAdjoints, b, head) + here;
    memory.copy(queryAdjoints + all, cached, bytes);
    memory.copy(queryAdjoints + 2 * all, cached + attention.cache, bytes);
    const own = unitsOf(rank);
    mixValues(queryAdjoints + all, slopes + own, attention.headWeights, queries, attention.record, ranks, size);
    mixValues(queryAdjoints + 2 * all, weights + own, attention.headWeights, attendedAdjoints, attention.slot, ranks, size);
  }
  scaleUnits(part + attention.queryAdjoints, 1 / sqrt(<f32>size), attention.width);
}

/** Where a head's weights of the keys lie, in one slot. */
// @ts-ignore: decorator
@inline
function coefficientsOf(attention: Attention, b: i32, head: i32, slot: i32): usize {
  return <usize>((b * attention.heads + head) * SLOTS + slot) * attention.headWeights;
}

/** From the adjoints of queries, keys and values to those of the stream. */
function retreatQueries(attention: Attention, b: i32, stream: usize, part: usize, below: usize, work: usize, chunk: usize): void {
  const width = attention.width;
  const adjoint = work + attention.adjoint;
  const normalized = work + attention.normalized;
  const scale = operand(attention, ofBlock(b, BlockOperand.AttentionScale));
  normalize(part, normalized, work + SPREAD, stream, scale, operand(attention, ofBlock(b, BlockOperand.AttentionShift)), width);
  memory.fill(adjoint, 0, unitsOf(width));
  addProduct(adjoint, operand(attention, ofBlock(b, BlockOperand.AttentionWeights)), part + attention.queryAdjoints, width, 3 * width);
  const ofScale = gradientOf(attention, chunk, ofBlock(b, BlockOperand.AttentionScale));
  const ofShift = gradientOf(attention, chunk, ofBlock(b, BlockOperand.AttentionShift));
  normalizeGradient(below, adjoint, normalized, work + SPREAD, scale, ofScale, ofShift, width);
}

/** Adds the share of the ranks in the slots in the gradients of weights. */
function addWeightGradients(attention: Attention, tile: usize, begin: i32, ranks: i32, slots: usize, chunk: usize): void {
  const width = attention.width;
  const mlp = attention.mlp;
  const slot = attention.slot;
  const record = recordAt(attention, tile, begin);
  for (let b: i32 = 0; b < attention.blocks; b++) {
    const part = slots + <usize>b * attention.blockSlot;
    const attended = record + <usize>b * attention.blockRecord + attention.attended;
    const ofQueries = gradientOf(attention, chunk, ofBlock(b, BlockOperand.AttentionWeights));
    addOuterProducts(ofQueries, part, slot, width, part + attention.queryAdjoints, slot, 3 * width, ranks);
    const ofMix = gradientOf(attention, chunk, ofBlock(b, BlockOperand.MixWeights));
    addOuterProducts(ofMix, attended, attention.record, width, part + attention.mixedAdjoints, slot, width, ranks);
    const ofInner = gradientOf(attention, chunk, ofBlock(b, BlockOperand.InnerWeights));
    addOuterProducts(ofInner, part + attention.mlpReads, slot, width, part + attention.hiddenAdjoints, slot, mlp, ranks);
    const ofOuter = gradientOf(attention, chunk, ofBlock(b, BlockOperand.OuterWeights));
    addOuterProducts(ofOuter, part + attention.hiddenReads, slot, mlp, part + attention.outAdjoints, slot, width, ranks);
  }
  const ofOutput = gradientOf(attention, chunk, SharedOperand.OutputWeights);
  addOuterProducts(ofOutput, slots + attention.outputReads, slot, width, slots + attention.parameterAdjoints, slot, attention.parameterCount, ranks);
  const ofValues = gradientOf(attention, chunk, SharedOperand.ValueWeights);
  addOuterProducts(ofValues, tile + unitsOf(begin), UNIT_BYTES, 1, slots + attention.tokenAdjoints, slot, width, ranks);
}

/** Adds the share of the ranks in the slots in the adjoints of the keys and values before all of them. */
function addCacheAdjoints(attention: Attention, tile: usize, begin: i32, ranks: i32, work: usize): void {
  const size = attention.width / attention.heads;
  const bytes = headBytes(attention);
  const record = recordAt(attention, tile, begin);
  for (let b: i32 = 0; b < attention.blocks; b++) {
    for (let head: i32 = 0; head < attention.heads; head++) {
      const coefficients = coefficientsOf(attention, b, head, 0);
      const from = <usize>head * bytes;
      const queries = record + <usize>b * attention.blockRecord + attention.queries + from;
      const attendedAdjoints = work + attention.slots + <usize>b * attention.blockSlot + attention.attendedAdjoints + from;
      let weights = work + attention.weights + coefficients;
      let slopes = work + attention.slopes + coefficients;
      let keys = keysOf(attention, work + attention.cacheAdjoints, b, head);
      for (let j: i32 = 0; j < begin; j++) {
        mixValues(keys, slopes, attention.headWeights, queries, attention.record, ranks, size);
        mixValues(keys + attention.cache, weights, attention.headWeights, attendedAdjoints, attention.slot, ranks, size);
        weights += UNIT_BYTES;
        slopes += UNIT_BYTES;
        keys += bytes;
      }
    }
  }
}
