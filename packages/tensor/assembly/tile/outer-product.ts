import { UNIT_BYTES } from './dot';
import { laneSums } from './tile';

/**
 * Two units by four: the sums of their products over all events and over `tiles` tiles. Eight accumulators, as in `dot.ts`, whose lanes are summed
 * at the end.
 *
 * @param sums 32 bytes that take the four sums of the first unit, then those of the second
 * @param reads the two units
 * @param readStride bytes from one tile to the next
 * @param adjoints the four units
 * @param adjointStride likewise
 */
// @ts-ignore: decorator
@inline
export function multiplyPair(sums: usize, reads: usize, readStride: usize, adjoints: usize, adjointStride: usize, tiles: i32): void {
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
  v128.store(sums, laneSums(a0, a1, a2, a3));
  v128.store(sums, laneSums(b0, b1, b2, b3), 16);
}

/**
 * Adds `Σ reads[i] adjoints[j]`, over all events and over `tiles` tiles, to entry (i, j) of a matrix.
 *
 * @param work 32 bytes to work in
 * @param readStride bytes from one tile to the next
 * @param adjointStride likewise
 */
export function addOuterProducts(
  work: usize,
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
      multiplyPair(work, reads + <usize>i * UNIT_BYTES, readStride, right, adjointStride, tiles);
      v128.store(to, f32x4.add(v128.load(to), v128.load(work)));
      to += stride;
      v128.store(to, f32x4.add(v128.load(to), v128.load(work, 16)));
      to += stride;
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

function addInner(target: usize, reads: usize, readStride: usize, adjoints: usize, adjointStride: usize, tiles: i32): void {
  let sum = f32x4.splat(0);
  for (let tile: i32 = 0; tile < tiles; tile++) {
    for (let lane: usize = 0; lane < UNIT_BYTES; lane += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(reads + lane), v128.load(adjoints + lane)));
    reads += readStride;
    adjoints += adjointStride;
  }
  store<f32>(target, load<f32>(target) + f32x4.extract_lane(laneSums(sum, sum, sum, sum), 0));
}
