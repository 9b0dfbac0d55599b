import { multiplyAdd } from '../simd/multiply-add';

const DEPTH: i32 = 64;

/**
 * Computes a tile of 3 rows by 16 columns of a product `count` times, in the 8 KiB from an address. Its 12 accumulators fit the registers whether an engine
 * makes 256-bit vectors of them or not: it takes half the time where one does, and the same where it does not.
 */
export function multiplyTiles(at: usize, count: i32): void {
  const c = at + 7168;
  for (let i: i32 = 0; i < count; i++) {
    let a = at;
    let b = at + 2048;
    let c00 = f32x4.splat(0), c01 = c00, c02 = c00, c03 = c00;
    let c10 = c00, c11 = c00, c12 = c00, c13 = c00;
    let c20 = c00, c21 = c00, c22 = c00, c23 = c00;
    for (let step: i32 = 0; step < DEPTH; step++) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      const b2 = v128.load(b, 32);
      const b3 = v128.load(b, 48);
      let x = v128.load32_splat(a);
      c00 = multiplyAdd(x, b0, c00);
      c01 = multiplyAdd(x, b1, c01);
      c02 = multiplyAdd(x, b2, c02);
      c03 = multiplyAdd(x, b3, c03);
      x = v128.load32_splat(a, 4);
      c10 = multiplyAdd(x, b0, c10);
      c11 = multiplyAdd(x, b1, c11);
      c12 = multiplyAdd(x, b2, c12);
      c13 = multiplyAdd(x, b3, c13);
      x = v128.load32_splat(a, 8);
      c20 = multiplyAdd(x, b0, c20);
      c21 = multiplyAdd(x, b1, c21);
      c22 = multiplyAdd(x, b2, c22);
      c23 = multiplyAdd(x, b3, c23);
      a += 12;
      b += 64;
    }
    v128.store(c, c00);
    v128.store(c, c01, 16);
    v128.store(c, c02, 32);
    v128.store(c, c03, 48);
    v128.store(c, c10, 64);
    v128.store(c, c11, 80);
    v128.store(c, c12, 96);
    v128.store(c, c13, 112);
    v128.store(c, c20, 128);
    v128.store(c, c21, 144);
    v128.store(c, c22, 160);
    v128.store(c, c23, 176);
  }
}
