// Four floats as two vectors of two float64 each, where float32 has too few digits.

// @ts-ignore: decorator
@inline
export function lowerDoubles(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

// @ts-ignore: decorator
@inline
export function upperDoubles(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3));
}

/** The four of both, rounded. */
// @ts-ignore: decorator
@inline
export function toFloats(lower: v128, upper: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(lower), f32x4.demote_f64x2_zero(upper), 0, 1, 4, 5);
}

/** `eˣ` for x of at most 0, to nine digits, or 2e-38 where that is more. */
// @ts-ignore: decorator
@inline
export function expOfNegative2(x: v128): v128 {
  // x = n log 2 + r with |r| ≤ log 2 / 2. Adding 1.5 · 2⁵² rounds to the nearest integer, and leaves it in the lowest bits.
  const inside = f64x2.pmax(x, f64x2.splat(-86.9));
  const rounded = f64x2.add(f64x2.mul(inside, f64x2.splat(1.4426950408889634)), f64x2.splat(6755399441055744));
  const r = f64x2.sub(inside, f64x2.mul(f64x2.sub(rounded, f64x2.splat(6755399441055744)), f64x2.splat(0.6931471805599453)));
  // The Taylor series to the eighth power, in pairs, which wait for each other less than Horner's scheme does.
  const square = f64x2.mul(r, r);
  const first = f64x2.add(f64x2.splat(1), r);
  const second = f64x2.add(f64x2.splat(0.5), f64x2.mul(r, f64x2.splat(1.0 / 6)));
  const third = f64x2.add(f64x2.splat(1.0 / 24), f64x2.mul(r, f64x2.splat(1.0 / 120)));
  const fourth = f64x2.add(f64x2.splat(1.0 / 720), f64x2.mul(r, f64x2.splat(1.0 / 5040)));
  const last = f64x2.add(fourth, f64x2.mul(square, f64x2.splat(1.0 / 40320)));
  const sum = f64x2.add(first, f64x2.mul(square, f64x2.add(second, f64x2.mul(square, f64x2.add(third, f64x2.mul(square, last))))));
  return f64x2.mul(sum, i64x2.shl(i64x2.add(rounded, i64x2.splat(1023)), 52));
}
