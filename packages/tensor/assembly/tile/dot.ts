// Products of weights with a tile: 16 events side by side, one row of 64 bytes for each unit. As in `register-tile.ts`, eight accumulators are best
// without 256-bit vectors, and twelve with.

import { multiplyAdd } from '../simd/multiply-add';

/** Bytes of one unit in a tile. */
export const UNIT_BYTES: usize = 64;

/** Adds `Σₖ weights[k] reads[k]` to one unit. */
// @ts-ignore: decorator
@inline
export function addDot(target: usize, weights: usize, reads: usize, count: i32): void {
  let a0 = v128.load(target);
  let a1 = v128.load(target, 16);
  let a2 = v128.load(target, 32);
  let a3 = v128.load(target, 48);
  let b0 = f32x4.splat(0), b1 = b0, b2 = b0, b3 = b0;
  let k: i32 = 0;
  for (; k + 2 <= count; k += 2) {
    let w = v128.load32_splat(weights);
    a0 = multiplyAdd(w, v128.load(reads), a0);
    a1 = multiplyAdd(w, v128.load(reads, 16), a1);
    a2 = multiplyAdd(w, v128.load(reads, 32), a2);
    a3 = multiplyAdd(w, v128.load(reads, 48), a3);
    w = v128.load32_splat(weights, 4);
    b0 = multiplyAdd(w, v128.load(reads, 64), b0);
    b1 = multiplyAdd(w, v128.load(reads, 80), b1);
    b2 = multiplyAdd(w, v128.load(reads, 96), b2);
    b3 = multiplyAdd(w, v128.load(reads, 112), b3);
    weights += 8;
    reads += 2 * UNIT_BYTES;
  }
  if (k < count) {
    const w = v128.load32_splat(weights);
    a0 = multiplyAdd(w, v128.load(reads), a0);
    a1 = multiplyAdd(w, v128.load(reads, 16), a1);
    a2 = multiplyAdd(w, v128.load(reads, 32), a2);
    a3 = multiplyAdd(w, v128.load(reads, 48), a3);
  }
  v128.store(target, f32x4.add(a0, b0));
  v128.store(target, f32x4.add(a1, b1), 16);
  v128.store(target, f32x4.add(a2, b2), 32);
  v128.store(target, f32x4.add(a3, b3), 48);
}

/** {@link addDot} for two units that lie side by side, with the same reads. */
// @ts-ignore: decorator
@inline
export function addDotPair(target: usize, left: usize, right: usize, reads: usize, count: i32): void {
  let a0 = v128.load(target);
  let a1 = v128.load(target, 16);
  let a2 = v128.load(target, 32);
  let a3 = v128.load(target, 48);
  let b0 = v128.load(target, 64);
  let b1 = v128.load(target, 80);
  let b2 = v128.load(target, 96);
  let b3 = v128.load(target, 112);
  for (let k: i32 = 0; k < count; k++) {
    const l = v128.load32_splat(left);
    const r = v128.load32_splat(right);
    let read = v128.load(reads);
    a0 = multiplyAdd(l, read, a0);
    b0 = multiplyAdd(r, read, b0);
    read = v128.load(reads, 16);
    a1 = multiplyAdd(l, read, a1);
    b1 = multiplyAdd(r, read, b1);
    read = v128.load(reads, 32);
    a2 = multiplyAdd(l, read, a2);
    b2 = multiplyAdd(r, read, b2);
    read = v128.load(reads, 48);
    a3 = multiplyAdd(l, read, a3);
    b3 = multiplyAdd(r, read, b3);
    left += 4;
    right += 4;
    reads += UNIT_BYTES;
  }
  v128.store(target, a0);
  v128.store(target, a1, 16);
  v128.store(target, a2, 32);
  v128.store(target, a3, 48);
  v128.store(target, b0, 64);
  v128.store(target, b1, 80);
  v128.store(target, b2, 96);
  v128.store(target, b3, 112);
}

/** {@link addDot} for six units that lie side by side, with the same reads. */
export function addSixDots(target: usize, w0: usize, w1: usize, w2: usize, w3: usize, w4: usize, w5: usize, reads: usize, count: i32): void {
  // Loads and stores keep constant offsets from one address: through a helper that is given `target + 64 u`, V8 fuses fewer of them, and a MAF's step
  // at 63/512² takes 53 to 75 ms in place of 32 (Node 24).
  let c00 = v128.load(target);
  let c01 = v128.load(target, 16);
  let c02 = v128.load(target, 32);
  let c03 = v128.load(target, 48);
  let c10 = v128.load(target, 64);
  let c11 = v128.load(target, 80);
  let c12 = v128.load(target, 96);
  let c13 = v128.load(target, 112);
  let c20 = v128.load(target, 128);
  let c21 = v128.load(target, 144);
  let c22 = v128.load(target, 160);
  let c23 = v128.load(target, 176);
  let c30 = v128.load(target, 192);
  let c31 = v128.load(target, 208);
  let c32 = v128.load(target, 224);
  let c33 = v128.load(target, 240);
  let c40 = v128.load(target, 256);
  let c41 = v128.load(target, 272);
  let c42 = v128.load(target, 288);
  let c43 = v128.load(target, 304);
  let c50 = v128.load(target, 320);
  let c51 = v128.load(target, 336);
  let c52 = v128.load(target, 352);
  let c53 = v128.load(target, 368);
  for (let k: i32 = 0; k < count; k++) {
    const r0 = v128.load(reads);
    const r1 = v128.load(reads, 16);
    const r2 = v128.load(reads, 32);
    const r3 = v128.load(reads, 48);
    let w = v128.load32_splat(w0);
    c00 = multiplyAdd(w, r0, c00);
    c01 = multiplyAdd(w, r1, c01);
    c02 = multiplyAdd(w, r2, c02);
    c03 = multiplyAdd(w, r3, c03);
    w = v128.load32_splat(w1);
    c10 = multiplyAdd(w, r0, c10);
    c11 = multiplyAdd(w, r1, c11);
    c12 = multiplyAdd(w, r2, c12);
    c13 = multiplyAdd(w, r3, c13);
    w = v128.load32_splat(w2);
    c20 = multiplyAdd(w, r0, c20);
    c21 = multiplyAdd(w, r1, c21);
    c22 = multiplyAdd(w, r2, c22);
    c23 = multiplyAdd(w, r3, c23);
    w = v128.load32_splat(w3);
    c30 = multiplyAdd(w, r0, c30);
    c31 = multiplyAdd(w, r1, c31);
    c32 = multiplyAdd(w, r2, c32);
    c33 = multiplyAdd(w, r3, c33);
    w = v128.load32_splat(w4);
    c40 = multiplyAdd(w, r0, c40);
    c41 = multiplyAdd(w, r1, c41);
    c42 = multiplyAdd(w, r2, c42);
    c43 = multiplyAdd(w, r3, c43);
    w = v128.load32_splat(w5);
    c50 = multiplyAdd(w, r0, c50);
    c51 = multiplyAdd(w, r1, c51);
    c52 = multiplyAdd(w, r2, c52);
    c53 = multiplyAdd(w, r3, c53);
    w0 += 4;
    w1 += 4;
    w2 += 4;
    w3 += 4;
    w4 += 4;
    w5 += 4;
    reads += UNIT_BYTES;
  }
  v128.store(target, c00);
  v128.store(target, c01, 16);
  v128.store(target, c02, 32);
  v128.store(target, c03, 48);
  v128.store(target, c10, 64);
  v128.store(target, c11, 80);
  v128.store(target, c12, 96);
  v128.store(target, c13, 112);
  v128.store(target, c20, 128);
  v128.store(target, c21, 144);
  v128.store(target, c22, 160);
  v128.store(target, c23, 176);
  v128.store(target, c30, 192);
  v128.store(target, c31, 208);
  v128.store(target, c32, 224);
  v128.store(target, c33, 240);
  v128.store(target, c40, 256);
  v128.store(target, c41, 272);
  v128.store(target, c42, 288);
  v128.store(target, c43, 304);
  v128.store(target, c50, 320);
  v128.store(target, c51, 336);
  v128.store(target, c52, 352);
  v128.store(target, c53, 368);
}
