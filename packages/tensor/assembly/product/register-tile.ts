import { loadLanes, storeLanes } from '../simd/lanes';
import { multiplyAdd } from '../simd/multiply-add';
import { roundUp } from './block-size';

// A register tile is the part of a product C = A B that is summed up in registers. Without 256-bit vectors it is 4 rows by 8 columns: 8 accumulators,
// which together with the operands fit the 16 vector registers of x86-64 and hide the latency of an addition. V8 makes one 256-bit operation of two that
// are neighbours in the code and in memory; 12 of them hide the latency of a fused one, so that 6 rows by 16 columns are best.

export const TILE_ROWS: i32 = WIDE ? 6 : 4;
export const TILE_COLUMNS: i32 = WIDE ? 16 : 8;

/** Whether there is a fused multiply-add, of 128 bits. */
const IS_FUSED: bool = ASC_FEATURE_RELAXED_SIMD && !WIDE;

// The other shape of a tile with fused multiply-add: V8 loads all that a step multiplies before it does, so that 9 accumulators and 6 operands fill the 15
// registers that it has, and a ninth accumulator makes up for what delays the others.
export const FUSED_ROWS: i32 = 3;
export const FUSED_COLUMNS: i32 = 12;

/** Rows behind the last that are read where there are fewer than {@link TILE_ROWS}, at most. */
export const EXCESS_ROWS: i32 = 5;

/** Bytes of a register tile in any build. */
export const LARGEST_TILE_BYTES: usize = (6 * 16) << 2;

/** Bytes of a register tile. */
export const TILE_BYTES: usize = <usize>max(TILE_ROWS * TILE_COLUMNS, FUSED_ROWS * FUSED_COLUMNS) << 2;

/** Columns of a panel that has no more left. */
export const NARROW_COLUMNS: i32 = 8;

/** The width of the tiles that make a product of two matrices with so many columns: for each column that they reach, the wider ones take a tenth less time. */
// @ts-ignore: decorator
@inline
export function tileColumnsFor(columns: i32): i32 {
  return IS_FUSED && 10 * roundUp(columns, FUSED_COLUMNS) <= 11 * roundUp(columns, TILE_COLUMNS) ? FUSED_COLUMNS : TILE_COLUMNS;
}

/** The rows of a tile that is so wide. */
// @ts-ignore: decorator
@inline
export function tileRowsFor(width: i32): i32 {
  return IS_FUSED && width == FUSED_COLUMNS ? FUSED_ROWS : TILE_ROWS;
}

/** The width of a panel of B in which `columns` are left, for tiles that are `width` wide. */
// @ts-ignore: decorator
@inline
export function panelColumns(columns: i32, width: i32 = TILE_COLUMNS): i32 {
  return WIDE && columns <= NARROW_COLUMNS ? NARROW_COLUMNS : width;
}

/**
 * Writes a register tile of a product to C, or adds it to what is there.
 *
 * From one row of A to the next it is `row` bytes, from one column to the next `column`; after each `depth` columns another `jump` bytes are skipped, `blocks`
 * times. B is packed: its rows of `columns` numbers, {@link TILE_COLUMNS}, {@link FUSED_COLUMNS} or {@link NARROW_COLUMNS}, follow
 * each other; {@link tileRowsFor} tells the rows.
 */
// @ts-ignore: decorator
@inline
export function multiplyTile(
  a: usize,
  row: usize,
  column: usize,
  depth: i32,
  jump: usize,
  blocks: i32,
  b: usize,
  columns: i32,
  c: usize,
  stride: usize,
  accumulate: bool,
): void {
  if (IS_FUSED && columns == FUSED_COLUMNS) multiply3By12(a, row, column, depth, jump, blocks, b, c, stride, accumulate);
  else if (!WIDE) multiply4By8(a, row, column, depth, jump, blocks, b, c, stride, accumulate);
  else if (columns == NARROW_COLUMNS) multiply6By8(a, row, column, depth, jump, blocks, b, c, stride, accumulate);
  else multiply6By16(a, row, column, depth, jump, blocks, b, c, stride, accumulate);
}

// @ts-ignore: decorator
@inline
function multiply4By8(
  a: usize,
  row: usize,
  column: usize,
  depth: i32,
  jump: usize,
  blocks: i32,
  b: usize,
  c: usize,
  stride: usize,
  accumulate: bool,
): void {
  let c00 = f32x4.splat(0), c01 = c00;
  let c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00;
  for (let block: i32 = 0; block < blocks; block++) {
    for (let step: i32 = 0; step < depth; step++) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      let at = a;
      let x = v128.load32_splat(at);
      c00 = multiplyAdd(x, b0, c00);
      c01 = multiplyAdd(x, b1, c01);
      at += row;
      x = v128.load32_splat(at);
      c10 = multiplyAdd(x, b0, c10);
      c11 = multiplyAdd(x, b1, c11);
      at += row;
      x = v128.load32_splat(at);
      c20 = multiplyAdd(x, b0, c20);
      c21 = multiplyAdd(x, b1, c21);
      at += row;
      x = v128.load32_splat(at);
      c30 = multiplyAdd(x, b0, c30);
      c31 = multiplyAdd(x, b1, c31);
      a += column;
      b += 32;
    }
    a += jump;
  }
  putTwo(c, c00, c01, accumulate);
  c += stride;
  putTwo(c, c10, c11, accumulate);
  c += stride;
  putTwo(c, c20, c21, accumulate);
  c += stride;
  putTwo(c, c30, c31, accumulate);
}

// @ts-ignore: decorator
@inline
function multiply3By12(
  a: usize,
  row: usize,
  column: usize,
  depth: i32,
  jump: usize,
  blocks: i32,
  b: usize,
  c: usize,
  stride: usize,
  accumulate: bool,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00;
  let c10 = c00, c11 = c00, c12 = c00;
  let c20 = c00, c21 = c00, c22 = c00;
  for (let block: i32 = 0; block < blocks; block++) {
    for (let step: i32 = 0; step < depth; step++) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      const b2 = v128.load(b, 32);
      let at = a;
      let x = v128.load32_splat(at);
      c00 = multiplyAdd(x, b0, c00);
      c01 = multiplyAdd(x, b1, c01);
      c02 = multiplyAdd(x, b2, c02);
      at += row;
      x = v128.load32_splat(at);
      c10 = multiplyAdd(x, b0, c10);
      c11 = multiplyAdd(x, b1, c11);
      c12 = multiplyAdd(x, b2, c12);
      at += row;
      x = v128.load32_splat(at);
      c20 = multiplyAdd(x, b0, c20);
      c21 = multiplyAdd(x, b1, c21);
      c22 = multiplyAdd(x, b2, c22);
      a += column;
      b += 48;
    }
    a += jump;
  }
  putThree(c, c00, c01, c02, accumulate);
  c += stride;
  putThree(c, c10, c11, c12, accumulate);
  c += stride;
  putThree(c, c20, c21, c22, accumulate);
}

// @ts-ignore: decorator
@inline
function multiply6By8(
  a: usize,
  row: usize,
  column: usize,
  depth: i32,
  jump: usize,
  blocks: i32,
  b: usize,
  c: usize,
  stride: usize,
  accumulate: bool,
): void {
  let c00 = f32x4.splat(0), c01 = c00;
  let c10 = c00, c11 = c00;
  let c20 = c00, c21 = c00;
  let c30 = c00, c31 = c00;
  let c40 = c00, c41 = c00;
  let c50 = c00, c51 = c00;
  for (let block: i32 = 0; block < blocks; block++) {
    for (let step: i32 = 0; step < depth; step++) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      let at = a;
      let x = v128.load32_splat(at);
      c00 = multiplyAdd(x, b0, c00);
      c01 = multiplyAdd(x, b1, c01);
      at += row;
      x = v128.load32_splat(at);
      c10 = multiplyAdd(x, b0, c10);
      c11 = multiplyAdd(x, b1, c11);
      at += row;
      x = v128.load32_splat(at);
      c20 = multiplyAdd(x, b0, c20);
      c21 = multiplyAdd(x, b1, c21);
      at += row;
      x = v128.load32_splat(at);
      c30 = multiplyAdd(x, b0, c30);
      c31 = multiplyAdd(x, b1, c31);
      at += row;
      x = v128.load32_splat(at);
      c40 = multiplyAdd(x, b0, c40);
      c41 = multiplyAdd(x, b1, c41);
      at += row;
      x = v128.load32_splat(at);
      c50 = multiplyAdd(x, b0, c50);
      c51 = multiplyAdd(x, b1, c51);
      a += column;
      b += 32;
    }
    a += jump;
  }
  putTwo(c, c00, c01, accumulate);
  c += stride;
  putTwo(c, c10, c11, accumulate);
  c += stride;
  putTwo(c, c20, c21, accumulate);
  c += stride;
  putTwo(c, c30, c31, accumulate);
  c += stride;
  putTwo(c, c40, c41, accumulate);
  c += stride;
  putTwo(c, c50, c51, accumulate);
}

// @ts-ignore: decorator
@inline
function multiply6By16(
  a: usize,
  row: usize,
  column: usize,
  depth: i32,
  jump: usize,
  blocks: i32,
  b: usize,
  c: usize,
  stride: usize,
  accumulate: bool,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00;
  let c10 = c00, c11 = c00, c12 = c00, c13 = c00;
  let c20 = c00, c21 = c00, c22 = c00, c23 = c00;
  let c30 = c00, c31 = c00, c32 = c00, c33 = c00;
  let c40 = c00, c41 = c00, c42 = c00, c43 = c00;
  let c50 = c00, c51 = c00, c52 = c00, c53 = c00;
  for (let block: i32 = 0; block < blocks; block++) {
    for (let step: i32 = 0; step < depth; step++) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      const b2 = v128.load(b, 32);
      const b3 = v128.load(b, 48);
      let at = a;
      let x = v128.load32_splat(at);
      c00 = multiplyAdd(x, b0, c00);
      c01 = multiplyAdd(x, b1, c01);
      c02 = multiplyAdd(x, b2, c02);
      c03 = multiplyAdd(x, b3, c03);
      at += row;
      x = v128.load32_splat(at);
      c10 = multiplyAdd(x, b0, c10);
      c11 = multiplyAdd(x, b1, c11);
      c12 = multiplyAdd(x, b2, c12);
      c13 = multiplyAdd(x, b3, c13);
      at += row;
      x = v128.load32_splat(at);
      c20 = multiplyAdd(x, b0, c20);
      c21 = multiplyAdd(x, b1, c21);
      c22 = multiplyAdd(x, b2, c22);
      c23 = multiplyAdd(x, b3, c23);
      at += row;
      x = v128.load32_splat(at);
      c30 = multiplyAdd(x, b0, c30);
      c31 = multiplyAdd(x, b1, c31);
      c32 = multiplyAdd(x, b2, c32);
      c33 = multiplyAdd(x, b3, c33);
      at += row;
      x = v128.load32_splat(at);
      c40 = multiplyAdd(x, b0, c40);
      c41 = multiplyAdd(x, b1, c41);
      c42 = multiplyAdd(x, b2, c42);
      c43 = multiplyAdd(x, b3, c43);
      at += row;
      x = v128.load32_splat(at);
      c50 = multiplyAdd(x, b0, c50);
      c51 = multiplyAdd(x, b1, c51);
      c52 = multiplyAdd(x, b2, c52);
      c53 = multiplyAdd(x, b3, c53);
      a += column;
      b += 64;
    }
    a += jump;
  }
  putFour(c, c00, c01, c02, c03, accumulate);
  c += stride;
  putFour(c, c10, c11, c12, c13, accumulate);
  c += stride;
  putFour(c, c20, c21, c22, c23, accumulate);
  c += stride;
  putFour(c, c30, c31, c32, c33, accumulate);
  c += stride;
  putFour(c, c40, c41, c42, c43, accumulate);
  c += stride;
  putFour(c, c50, c51, c52, c53, accumulate);
}

// @ts-ignore: decorator
@inline
function putTwo(c: usize, c0: v128, c1: v128, accumulate: bool): void {
  if (accumulate) {
    c0 = f32x4.add(c0, v128.load(c));
    c1 = f32x4.add(c1, v128.load(c, 16));
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
}

// @ts-ignore: decorator
@inline
function putThree(c: usize, c0: v128, c1: v128, c2: v128, accumulate: bool): void {
  if (accumulate) {
    c0 = f32x4.add(c0, v128.load(c));
    c1 = f32x4.add(c1, v128.load(c, 16));
    c2 = f32x4.add(c2, v128.load(c, 32));
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
}

// @ts-ignore: decorator
@inline
function putFour(c: usize, c0: v128, c1: v128, c2: v128, c3: v128, accumulate: bool): void {
  if (accumulate) {
    c0 = f32x4.add(c0, v128.load(c));
    c1 = f32x4.add(c1, v128.load(c, 16));
    c2 = f32x4.add(c2, v128.load(c, 32));
    c3 = f32x4.add(c3, v128.load(c, 48));
  }
  v128.store(c, c0);
  v128.store(c, c1, 16);
  v128.store(c, c2, 32);
  v128.store(c, c3, 48);
}

/** Copies the part of a register tile, its rows `from` bytes apart, that lies inside C, or adds it to C. */
export function copyTile(tile: usize, from: usize, c: usize, stride: usize, rows: i32, columns: i32, accumulate: bool): void {
  for (let row: i32 = 0; row < rows; row++) {
    for (let column: i32 = 0; column < columns; column += 4) {
      const count = min(columns - column, 4);
      const at = <usize>column << 2;
      const x = v128.load(tile + at);
      storeLanes(c + at, accumulate ? f32x4.add(x, loadLanes(c + at, count)) : x, count);
    }
    tile += from;
    c += stride;
  }
}
