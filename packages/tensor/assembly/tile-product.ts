import { addDot, addDotPair, UNIT_BYTES } from './dot';
import { laneSums } from './tile';

/** `target[column, row] = source[row, column]` */
export function transposeMatrix(target: usize, source: usize, rows: i32, columns: i32): void {
  for (let column: i32 = 0; column < columns; column++) {
    let from = source + (<usize>column << 2);
    for (let row: i32 = 0; row < rows; row++) {
      store<f32>(target, load<f32>(from));
      target += 4;
      from += <usize>columns << 2;
    }
  }
}

/** Adds to each of `units` units the product of its row of weights with `count` units of a tile. */
export function addProduct(target: usize, weights: usize, reads: usize, units: i32, count: i32): void {
  const stride = <usize>count << 2;
  let u: i32 = 0;
  for (; u + 2 <= units; u += 2) {
    addDotPair(target, weights, weights + stride, reads, count);
    weights += 2 * stride;
    target += 2 * UNIT_BYTES;
  }
  if (u < units) addDot(target, weights, reads, count);
}

/**
 * Adds `Σ reads[i] adjoints[j]`, over all events and over `tiles` tiles, to entry (i, j) of a matrix.
 *
 * @param readStride bytes from one tile to the next
 * @param adjointStride likewise
 */
export function addOuterProducts(
  matrix: usize,
  reads: usize,
  readStride: usize,
  rows: i32,
  adjoints: usize,
  adjointStride: usize,
  columns: i32,
  tiles: i32,
): void {
  const stride = <usize>columns << 2;
  let j: i32 = 0;
  for (; j + 4 <= columns; j += 4) {
    const right = adjoints + <usize>j * UNIT_BYTES;
    let to = matrix + (<usize>j << 2);
    let i: i32 = 0;
    for (; i + 2 <= rows; i += 2) {
      addOuterBlock(to, to + stride, reads + <usize>i * UNIT_BYTES, readStride, right, adjointStride, tiles);
      to += 2 * stride;
    }
    if (i < rows) {
      for (let k: usize = 0; k < 4; k++) addInner(to + (k << 2), reads + <usize>i * UNIT_BYTES, readStride, right + k * UNIT_BYTES, adjointStride, tiles);
    }
  }
  for (; j < columns; j++) {
    const right = adjoints + <usize>j * UNIT_BYTES;
    let to = matrix + (<usize>j << 2);
    for (let i: i32 = 0; i < rows; i++) {
      addInner(to, reads + <usize>i * UNIT_BYTES, readStride, right, adjointStride, tiles);
      to += stride;
    }
  }
}

/** Two rows by four columns: eight accumulators, as in `dot.ts`, each with its lanes summed at the end. */
function addOuterBlock(upper: usize, lower: usize, reads: usize, readStride: usize, adjoints: usize, adjointStride: usize, tiles: i32): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  let b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  for (let tile: i32 = 0; tile < tiles; tile++) {
    let left = reads;
    let right = adjoints;
    for (let lane: i32 = 0; lane < 4; lane++) {
      const a = v128.load(left);
      const b = v128.load(left, 64);
      let adjoint = v128.load(right);
      a0 = f32x4.add(a0, f32x4.mul(a, adjoint));
      b0 = f32x4.add(b0, f32x4.mul(b, adjoint));
      adjoint = v128.load(right, 64);
      a1 = f32x4.add(a1, f32x4.mul(a, adjoint));
      b1 = f32x4.add(b1, f32x4.mul(b, adjoint));
      adjoint = v128.load(right, 128);
      a2 = f32x4.add(a2, f32x4.mul(a, adjoint));
      b2 = f32x4.add(b2, f32x4.mul(b, adjoint));
      adjoint = v128.load(right, 192);
      a3 = f32x4.add(a3, f32x4.mul(a, adjoint));
      b3 = f32x4.add(b3, f32x4.mul(b, adjoint));
      left += 16;
      right += 16;
    }
    reads += readStride;
    adjoints += adjointStride;
  }
  v128.store(upper, f32x4.add(v128.load(upper), laneSums(a0, a1, a2, a3)));
  v128.store(lower, f32x4.add(v128.load(lower), laneSums(b0, b1, b2, b3)));
}

function addInner(target: usize, reads: usize, readStride: usize, adjoints: usize, adjointStride: usize, tiles: i32): void {
  let sum = f32x4.splat(0);
  for (let tile: i32 = 0; tile < tiles; tile++) {
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(reads + lane), v128.load(adjoints + lane)));
    reads += readStride;
    adjoints += adjointStride;
  }
  store<f32>(target, load<f32>(target) + f32x4.extract_lane(laneSums(sum, sum, sum, sum), 0));
}
