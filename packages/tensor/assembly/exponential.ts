import { splat } from './simd-math';

/** `eˣ` for x between −87 and 87, and the value at the nearer end beyond, in the place of a call. */
// @ts-ignore: decorator
@inline
export function exponential(x: v128): v128 {
  // The p in their names: NaN stays, and each is one instruction.
  const inside = f32x4.pmin(f32x4.pmax(x, splat(-87)), splat(87));
  // Added to a small number, 1.5 · 2²³ leaves the nearest integer n in the lowest bits.
  const shifted = f32x4.add(f32x4.mul(inside, splat(1.44269504)), splat(12582912));
  const n = f32x4.sub(shifted, splat(12582912));
  const r = f32x4.sub(f32x4.sub(inside, f32x4.mul(n, splat(0.693359375))), f32x4.mul(n, splat(-2.12194440e-4)));
  let sum = splat(1.0 / 720);
  sum = f32x4.add(f32x4.mul(sum, r), splat(1.0 / 120));
  sum = f32x4.add(f32x4.mul(sum, r), splat(1.0 / 24));
  sum = f32x4.add(f32x4.mul(sum, r), splat(1.0 / 6));
  sum = f32x4.add(f32x4.mul(sum, r), splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, r), splat(1));
  sum = f32x4.add(f32x4.mul(sum, r), splat(1));
  return f32x4.mul(sum, i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23));
}
