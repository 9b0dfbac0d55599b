// Products of weights with a tile: 16 events side by side, one row of 64 bytes for each unit. Eight accumulators hide the latency of an
// addition, and with their operands fit the 16 vector registers of x86-64.

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
    a0 = f32x4.add(a0, f32x4.mul(w, v128.load(reads)));
    a1 = f32x4.add(a1, f32x4.mul(w, v128.load(reads, 16)));
    a2 = f32x4.add(a2, f32x4.mul(w, v128.load(reads, 32)));
    a3 = f32x4.add(a3, f32x4.mul(w, v128.load(reads, 48)));
    w = v128.load32_splat(weights, 4);
    b0 = f32x4.add(b0, f32x4.mul(w, v128.load(reads, 64)));
    b1 = f32x4.add(b1, f32x4.mul(w, v128.load(reads, 80)));
    b2 = f32x4.add(b2, f32x4.mul(w, v128.load(reads, 96)));
    b3 = f32x4.add(b3, f32x4.mul(w, v128.load(reads, 112)));
    weights += 8;
    reads += 2 * UNIT_BYTES;
  }
  if (k < count) {
    const w = v128.load32_splat(weights);
    a0 = f32x4.add(a0, f32x4.mul(w, v128.load(reads)));
    a1 = f32x4.add(a1, f32x4.mul(w, v128.load(reads, 16)));
    a2 = f32x4.add(a2, f32x4.mul(w, v128.load(reads, 32)));
    a3 = f32x4.add(a3, f32x4.mul(w, v128.load(reads, 48)));
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
    a0 = f32x4.add(a0, f32x4.mul(l, read));
    b0 = f32x4.add(b0, f32x4.mul(r, read));
    read = v128.load(reads, 16);
    a1 = f32x4.add(a1, f32x4.mul(l, read));
    b1 = f32x4.add(b1, f32x4.mul(r, read));
    read = v128.load(reads, 32);
    a2 = f32x4.add(a2, f32x4.mul(l, read));
    b2 = f32x4.add(b2, f32x4.mul(r, read));
    read = v128.load(reads, 48);
    a3 = f32x4.add(a3, f32x4.mul(l, read));
    b3 = f32x4.add(b3, f32x4.mul(r, read));
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
