import { UNIT_BYTES } from '../tile/dot';
import { gather, gatherAdjoints, scatter } from '../tile/gather';
import { applyStep, applyStepGradient, AffineForm } from '../tile/affine-form';
import { addLaneSums, addUnits, TILE } from '../tile/tile';

/** What networks that go over the dimensions one by one have in common; the structures of theirs begin with it. */
@unmanaged
export class Sequence {
  dim: i32;
  parameterCount: i32;
  rows: i32;
  sequential: i32;
  /** The dimension of each rank. */
  order: usize;
  form: usize;
  /** `[N, D]` */
  input: usize;
  /** With a step `[N, D]` and `[N]`, else the parameters `[N, D, P]`; in the gradient, their cotangents. */
  value: usize;
  logDet: usize;
  inputGradient: usize;
  /** What is kept of each tile, or if nothing is, place for one of each thread. */
  tiles: usize;
  tileStride: usize;
  isKept: i32;
  /** Place for each thread to work in. */
  work: usize;
  workStride: usize;
  /** Tiles of one chunk, whose gradients of weights are summed, and place for these. */
  chunkTiles: i32;
  chunks: usize;
  chunkStride: usize;
}

// The first units of a thread's work: an input or a cotangent, the log-determinant or its cotangent.
const GIVEN: usize = 0;
const TOTAL: usize = UNIT_BYTES;
export const SEQUENCE_WORK_UNITS: i32 = 2;

// @ts-ignore: decorator
@inline
export function workOf(ranks: Sequence, thread: i32): usize {
  return ranks.work + <usize>thread * ranks.workStride;
}

// @ts-ignore: decorator
@inline
export function tileOf(ranks: Sequence, part: i32, thread: i32): usize {
  return ranks.tiles + <usize>(ranks.isKept ? part : thread) * ranks.tileStride;
}

// @ts-ignore: decorator
@inline
export function lanesOf(ranks: Sequence, row: i32): i32 {
  return min(TILE, ranks.rows - row);
}

/** Bytes to the number of one rank in the first event of a tile, in a matrix `[N, D]`. */
// @ts-ignore: decorator
@inline
function placeOf(ranks: Sequence, rank: i32, row: i32): usize {
  return (<usize>(ranks.dim * row) + <usize>load<i32>(ranks.order + (<usize>rank << 2))) << 2;
}

/**
 * What becomes of one rank's parameters: the result, or with a step the value.
 *
 * @param fed becomes what the next rank is fed: the input, or in the sequential direction the value
 */
export function chooseValue(ranks: Sequence, rank: i32, row: i32, work: usize, parameters: usize, fed: usize): void {
  const lanes = lanesOf(ranks, row);
  const place = placeOf(ranks, rank, row);
  if (rank == 0) memory.fill(work + TOTAL, 0, UNIT_BYTES);
  gather(fed, ranks.input + place, ranks.dim, 1, 0, lanes);
  if (!ranks.form) {
    const count = ranks.parameterCount;
    scatter(ranks.value + place * count, parameters, ranks.dim * count, count, 0, lanes);
    return;
  }
  const value = ranks.sequential ? fed : work + GIVEN;
  applyStep(changetype<AffineForm>(ranks.form), value, fed, parameters, work + TOTAL, 1);
  scatter(ranks.value + place, value, ranks.dim, 1, 0, lanes);
  if (rank == ranks.dim - 1) memory.copy(ranks.logDet + (<usize>row << 2), work + TOTAL, <usize>lanes << 2);
}

/**
 * The gradient of {@link chooseValue}.
 *
 * @param fed what the next rank was fed
 * @param handed the adjoint of that
 * @param parameterAdjoints of the parameters; their sums over all events are added to `biasGradient`
 */
export function retreatValue(
  ranks: Sequence,
  rank: i32,
  row: i32,
  work: usize,
  parameters: usize,
  fed: usize,
  handed: usize,
  parameterAdjoints: usize,
  biasGradient: usize,
): void {
  const lanes = lanesOf(ranks, row);
  const place = placeOf(ranks, rank, row);
  const direct = work + GIVEN;
  const total = work + TOTAL;
  if (ranks.form) {
    const isValue = ranks.sequential != 0;
    gatherAdjoints(direct, ranks.value + place, ranks.dim, 1, 0, lanes);
    gatherAdjoints(total, ranks.logDet + (<usize>row << 2), 1, 1, 0, lanes);
    if (isValue) addUnits(direct, handed, 1);
    applyStepGradient(changetype<AffineForm>(ranks.form), direct, total, fed, isValue, parameters, parameterAdjoints, 1);
    if (!isValue) addUnits(direct, handed, 1);
  } else {
    const count = ranks.parameterCount;
    gatherAdjoints(parameterAdjoints, ranks.value + place * count, ranks.dim * count, count, 0, lanes);
    memory.copy(direct, handed, UNIT_BYTES);
  }
  scatter(ranks.inputGradient + place, direct, ranks.dim, 1, 0, lanes);
  addLaneSums(biasGradient, parameterAdjoints, ranks.parameterCount);
}
