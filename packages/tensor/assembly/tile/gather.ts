import { UNIT_BYTES } from './dot';
import { transposeFour } from '../simd/transpose';
import { lookup, TILE } from './tile';

/** The address of a row of a matrix. */
// @ts-ignore: decorator
@inline
export function rowOf(matrix: usize, width: i32, row: i32): usize {
  return matrix + (<usize>(width * row) << 2);
}

/**
 * `count` columns of some rows of a matrix as a tile: column c is unit `order[c]`, or unit c. Missing lanes repeat the last event, so that
 * they stay as finite as it is.
 *
 * @param rows the first column in the first row
 * @param width how many numbers the matrix has in a row
 */
export function gather(tile: usize, rows: usize, width: i32, count: i32, order: usize, lanes: i32): void {
  const stride = <usize>width << 2;
  const done = lanes == TILE ? gatherFours(tile, rows, stride, count, order) : 0;
  for (let c = done; c < count; c++) {
    const unit = unitOf(tile, order, c);
    let from = rows + (<usize>c << 2);
    for (let lane: i32 = 0; lane < TILE; lane++) {
      store<f32>(unit + (<usize>lane << 2), load<f32>(from));
      if (lane + 1 < lanes) from += stride;
    }
  }
}

/** {@link gather} with 0 in missing lanes: an event that is not there has no adjoint. */
export function gatherAdjoints(tile: usize, rows: usize, width: i32, count: i32, order: usize, lanes: i32): void {
  gather(tile, rows, width, count, order, lanes);
  if (lanes == TILE) return;
  for (let c: i32 = 0; c < count; c++) {
    for (let lane = lanes; lane < TILE; lane++) store<f32>(tile + (<usize>lane << 2), 0);
    tile += UNIT_BYTES;
  }
}

/** Four columns of four rows at a time; returns how many columns are done. */
function gatherFours(tile: usize, rows: usize, stride: usize, count: i32, order: usize): i32 {
  let c: i32 = 0;
  for (; c + 4 <= count; c += 4) {
    const u0 = unitOf(tile, order, c);
    const u1 = unitOf(tile, order, c + 1);
    const u2 = unitOf(tile, order, c + 2);
    const u3 = unitOf(tile, order, c + 3);
    let from = rows + (<usize>c << 2);
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) {
      transposeFour(u0 + lane, u1 + lane, u2 + lane, u3 + lane, from, from + stride, from + 2 * stride, from + 3 * stride);
      from += 4 * stride;
    }
  }
  return c;
}

/** Some rows' columns from a tile, as {@link gather} takes them. */
export function scatter(rows: usize, tile: usize, width: i32, count: i32, order: usize, lanes: i32): void {
  const stride = <usize>width << 2;
  const done = lanes == TILE ? scatterFours(rows, tile, stride, count, order) : 0;
  for (let c = done; c < count; c++) {
    const unit = unitOf(tile, order, c);
    let to = rows + (<usize>c << 2);
    for (let lane: i32 = 0; lane < lanes; lane++) {
      store<f32>(to, load<f32>(unit + (<usize>lane << 2)));
      to += stride;
    }
  }
}

function scatterFours(rows: usize, tile: usize, stride: usize, count: i32, order: usize): i32 {
  let c: i32 = 0;
  for (; c + 4 <= count; c += 4) {
    const u0 = unitOf(tile, order, c);
    const u1 = unitOf(tile, order, c + 1);
    const u2 = unitOf(tile, order, c + 2);
    const u3 = unitOf(tile, order, c + 3);
    let to = rows + (<usize>c << 2);
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) {
      transposeFour(to, to + stride, to + 2 * stride, to + 3 * stride, u0 + lane, u1 + lane, u2 + lane, u3 + lane);
      to += 4 * stride;
    }
  }
  return c;
}

// @ts-ignore: decorator
@inline
function unitOf(tile: usize, order: usize, column: i32): usize {
  return tile + <usize>lookup(order, column) * UNIT_BYTES;
}
