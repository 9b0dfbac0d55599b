import { UNIT_BYTES } from './dot';
import { place, TILE } from './masked-network';

/**
 * Rows of a matrix as a tile: column c is unit `ranks[c]`, or unit c. Missing lanes repeat the last event, so that they stay as finite as
 * it is.
 */
export function gather(tile: usize, matrix: usize, width: i32, ranks: usize, row: i32, lanes: i32): void {
  const stride = <usize>width << 2;
  const rows = matrix + stride * row;
  const done = lanes == TILE ? gatherFours(tile, rows, width, ranks) : 0;
  for (let c = done; c < width; c++) {
    const unit = tile + <usize>place(ranks, c) * UNIT_BYTES;
    let from = rows + (<usize>c << 2);
    for (let lane: i32 = 0; lane < TILE; lane++) {
      store<f32>(unit + (<usize>lane << 2), load<f32>(from));
      if (lane + 1 < lanes) from += stride;
    }
  }
}

/** {@link gather} with 0 in missing lanes: an event that is not there has no adjoint. */
export function gatherAdjoints(tile: usize, matrix: usize, width: i32, ranks: usize, row: i32, lanes: i32): void {
  gather(tile, matrix, width, ranks, row, lanes);
  if (lanes == TILE) return;
  for (let c: i32 = 0; c < width; c++) {
    for (let lane = lanes; lane < TILE; lane++) store<f32>(tile + (<usize>lane << 2), 0);
    tile += UNIT_BYTES;
  }
}

/** Four columns of four rows at a time; returns how many columns are done. */
function gatherFours(tile: usize, rows: usize, width: i32, ranks: usize): i32 {
  const stride = <usize>width << 2;
  let c: i32 = 0;
  for (; c + 4 <= width; c += 4) {
    const u0 = tile + <usize>place(ranks, c) * UNIT_BYTES;
    const u1 = tile + <usize>place(ranks, c + 1) * UNIT_BYTES;
    const u2 = tile + <usize>place(ranks, c + 2) * UNIT_BYTES;
    const u3 = tile + <usize>place(ranks, c + 3) * UNIT_BYTES;
    let from = rows + (<usize>c << 2);
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) {
      const r0 = v128.load(from);
      const r1 = v128.load(from + stride);
      const r2 = v128.load(from + 2 * stride);
      const r3 = v128.load(from + 3 * stride);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(u0 + lane, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(u1 + lane, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      v128.store(u2 + lane, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      v128.store(u3 + lane, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
      from += 4 * stride;
    }
  }
  return c;
}

/** Rows of a matrix from a tile, as {@link gather} takes them. */
export function scatter(matrix: usize, tile: usize, width: i32, ranks: usize, row: i32, lanes: i32): void {
  const stride = <usize>width << 2;
  const rows = matrix + stride * row;
  const done = lanes == TILE ? scatterFours(rows, tile, width, ranks) : 0;
  for (let c = done; c < width; c++) {
    const unit = tile + <usize>place(ranks, c) * UNIT_BYTES;
    let to = rows + (<usize>c << 2);
    for (let lane: i32 = 0; lane < lanes; lane++) {
      store<f32>(to, load<f32>(unit + (<usize>lane << 2)));
      to += stride;
    }
  }
}

function scatterFours(rows: usize, tile: usize, width: i32, ranks: usize): i32 {
  const stride = <usize>width << 2;
  let c: i32 = 0;
  for (; c + 4 <= width; c += 4) {
    const u0 = tile + <usize>place(ranks, c) * UNIT_BYTES;
    const u1 = tile + <usize>place(ranks, c + 1) * UNIT_BYTES;
    const u2 = tile + <usize>place(ranks, c + 2) * UNIT_BYTES;
    const u3 = tile + <usize>place(ranks, c + 3) * UNIT_BYTES;
    let to = rows + (<usize>c << 2);
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) {
      const c0 = v128.load(u0 + lane);
      const c1 = v128.load(u1 + lane);
      const c2 = v128.load(u2 + lane);
      const c3 = v128.load(u3 + lane);
      const low01 = v128.shuffle<f32>(c0, c1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(c2, c3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(c0, c1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(c2, c3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(to + stride, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      v128.store(to + 2 * stride, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      v128.store(to + 3 * stride, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
      to += 4 * stride;
    }
  }
  return c;
}
