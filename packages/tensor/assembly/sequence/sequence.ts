import { UNIT_BYTES } from '../tile/dot';
import { OUTER_BYTES } from '../tile/outer-product';
import { gather, gatherAdjoints, scatter } from '../tile/gather';
import { applyForm, applyFormGradient, AffineForm } from '../tile/affine-form';
import { addLaneSums, addUnits, TILE } from '../tile/tile';

/** Fields that networks which go over the dimensions one by one have in common; their structures begin with them. */
@unmanaged
export class Sequence {
  dim: i32;
  parameterCount: i32;
  rows: i32;
  sequential: i32;
  /** The dimension of each position. */
  order: usize;
  form: usize;
  /** `[N, D]` */
  input: usize;
  /** With a step `[N, D]` and `[N]`, else the parameters `[N, D, P]`; in the gradient, their cotangents. */
  value: usize;
  logDet: usize;
  inputGradient: usize;
  /** The residuals of each tile, or if there is to be no gradient, memory for those of one tile for each thread. */
  tiles: usize;
  tileStride: usize;
  hasResiduals: i32;
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
/** A place for outer products. */
export const OUTER: usize = 2 * UNIT_BYTES;
export const SEQUENCE_WORK_UNITS: i32 = 2 + <i32>(OUTER_BYTES / UNIT_BYTES);
/** Where the kernel's own work space begins. */
export const AFTER_SEQUENCE: usize = OUTER + OUTER_BYTES;

// @ts-ignore: decorator
@inline
export function workOf(sequence: Sequence, thread: i32): usize {
  return sequence.work + <usize>thread * sequence.workStride;
}

// @ts-ignore: decorator
@inline
export function tileOf(sequence: Sequence, task: i32, thread: i32): usize {
  return sequence.tiles + <usize>(sequence.hasResiduals ? task : thread) * sequence.tileStride;
}

// @ts-ignore: decorator
@inline
export function lanesOf(sequence: Sequence, row: i32): i32 {
  return min(TILE, sequence.rows - row);
}

/** Bytes to the number of one position in the first event of a tile, in a matrix `[N, D]`. */
// @ts-ignore: decorator
@inline
function offsetOf(sequence: Sequence, position: i32, row: i32): usize {
  return (<usize>(sequence.dim * row) + <usize>load<i32>(sequence.order + (<usize>position << 2))) << 2;
}

/**
 * What becomes of one position's parameters: the result, or with a step the value.
 *
 * @param fed becomes what the next position is fed: the input, or in the sequential direction the value
 */
export function chooseValue(sequence: Sequence, position: i32, row: i32, work: usize, parameters: usize, fed: usize): void {
  const lanes = lanesOf(sequence, row);
  const offset = offsetOf(sequence, position, row);
  if (position == 0) memory.fill(work + TOTAL, 0, UNIT_BYTES);
  gather(fed, sequence.input + offset, sequence.dim, 1, 0, lanes);
  if (!sequence.form) {
    const count = sequence.parameterCount;
    scatter(sequence.value + offset * count, parameters, sequence.dim * count, count, 0, lanes);
    return;
  }
  const value = sequence.sequential ? fed : work + GIVEN;
  applyForm(changetype<AffineForm>(sequence.form), value, fed, parameters, work + TOTAL, 1);
  scatter(sequence.value + offset, value, sequence.dim, 1, 0, lanes);
  if (position == sequence.dim - 1) memory.copy(sequence.logDet + (<usize>row << 2), work + TOTAL, <usize>lanes << 2);
}

/**
 * The gradient of {@link chooseValue}.
 *
 * @param fed what the next position was fed
 * @param upstream the adjoint of that
 * @param parameterAdjoints of the parameters; their sums over all events are added to `biasGradient`
 */
export function backwardValue(
  sequence: Sequence,
  position: i32,
  row: i32,
  work: usize,
  parameters: usize,
  fed: usize,
  upstream: usize,
  parameterAdjoints: usize,
  biasGradient: usize,
): void {
  const lanes = lanesOf(sequence, row);
  const offset = offsetOf(sequence, position, row);
  const direct = work + GIVEN;
  const total = work + TOTAL;
  if (sequence.form) {
    const isValue = sequence.sequential != 0;
    gatherAdjoints(direct, sequence.value + offset, sequence.dim, 1, 0, lanes);
    gatherAdjoints(total, sequence.logDet + (<usize>row << 2), 1, 1, 0, lanes);
    if (isValue) addUnits(direct, upstream, 1);
    applyFormGradient(changetype<AffineForm>(sequence.form), direct, total, fed, isValue, parameters, parameterAdjoints, 1);
    if (!isValue) addUnits(direct, upstream, 1);
  } else {
    const count = sequence.parameterCount;
    gatherAdjoints(parameterAdjoints, sequence.value + offset * count, sequence.dim * count, count, 0, lanes);
    memory.copy(direct, upstream, UNIT_BYTES);
  }
  scatter(sequence.inputGradient + offset, direct, sequence.dim, 1, 0, lanes);
  addLaneSums(biasGradient, parameterAdjoints, sequence.parameterCount);
}
