// Two numbers at a time, in float64, by the operations of src/random/box-muller.ts in their order: the same numbers to the bit. The formulas and
// their errors are explained there.

// @ts-ignore: decorator
@inline
function splat(x: f64): v128 {
  return f64x2.splat(x);
}

// @ts-ignore: decorator
@inline
function horner(sum: v128, x: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.mul(sum, x), splat(coefficient));
}

/** `log u` of positive numbers in the normal range. */
// @ts-ignore: decorator
@inline
function logarithms(u: v128): v128 {
  const shifted = i32x4.add(u, i32x4(0, 0x95f62, 0, 0x95f62));
  const exponents = i32x4.sub(i32x4.shr_u(shifted, 20), i32x4.splat(1023));
  const k = f64x2.convert_low_i32x4_s(v128.shuffle<i32>(exponents, exponents, 1, 3, 1, 3));
  const mantissa = v128.and(shifted, i32x4(-1, 0xfffff, -1, 0xfffff));
  const m = i32x4.add(mantissa, i32x4(0, 0x3fe6a09e, 0, 0x3fe6a09e));
  const s = f64x2.div(f64x2.sub(m, splat(1)), f64x2.add(m, splat(1)));
  const z = f64x2.mul(s, s);
  let sum = splat(1.0 / 21);
  sum = horner(sum, z, 1.0 / 19);
  sum = horner(sum, z, 1.0 / 17);
  sum = horner(sum, z, 1.0 / 15);
  sum = horner(sum, z, 1.0 / 13);
  sum = horner(sum, z, 1.0 / 11);
  sum = horner(sum, z, 1.0 / 9);
  sum = horner(sum, z, 1.0 / 7);
  sum = horner(sum, z, 1.0 / 5);
  sum = horner(sum, z, 1.0 / 3);
  const twice = f64x2.add(s, s);
  return f64x2.add(f64x2.mul(k, splat(0.6931471805599453)), f64x2.add(twice, f64x2.mul(twice, f64x2.mul(z, sum))));
}

/** The numbers of the blocks in the two lower lanes, as float32: `r cos θ` and `r sin θ` of each. */
// @ts-ignore: decorator
@inline
export function boxMuller(high: v128, low: v128): v128 {
  const upper = f64x2.mul(f64x2.convert_low_i32x4_u(high), splat(64));
  const numerator = f64x2.add(f64x2.add(upper, f64x2.convert_low_i32x4_u(i32x4.shr_u(low, 26))), splat(0.5));
  const radius = f64x2.sqrt(f64x2.mul(splat(-2), logarithms(f64x2.mul(numerator, splat(1.0 / 274877906944)))));

  const turn = v128.and(low, i32x4.splat(0x3ffffff));
  const quadrant = i32x4.shr_u(i32x4.add(turn, i32x4.splat(0x800000)), 24);
  const quarters = f64x2.mul(f64x2.add(f64x2.convert_low_i32x4_u(turn), splat(0.5)), splat(1.0 / 16777216));
  const x = f64x2.mul(f64x2.sub(quarters, f64x2.convert_low_i32x4_u(quadrant)), splat(1.5707963267948966));
  const z = f64x2.mul(x, x);
  let sum = splat(1.0 / 355687428096000);
  sum = horner(sum, z, -1.0 / 1307674368000);
  sum = horner(sum, z, 1.0 / 6227020800);
  sum = horner(sum, z, -1.0 / 39916800);
  sum = horner(sum, z, 1.0 / 362880);
  sum = horner(sum, z, -1.0 / 5040);
  sum = horner(sum, z, 1.0 / 120);
  sum = horner(sum, z, -1.0 / 6);
  const sine = f64x2.add(x, f64x2.mul(x, f64x2.mul(z, sum)));
  sum = splat(1.0 / 20922789888000);
  sum = horner(sum, z, -1.0 / 87178291200);
  sum = horner(sum, z, 1.0 / 479001600);
  sum = horner(sum, z, -1.0 / 3628800);
  sum = horner(sum, z, 1.0 / 40320);
  sum = horner(sum, z, -1.0 / 720);
  sum = horner(sum, z, 1.0 / 24);
  sum = horner(sum, z, -0.5);
  const cosine = f64x2.add(splat(1), f64x2.mul(z, sum));

  // Each quadrant's 32 bits stand in both halves of a number of 64; its sign is the highest of them.
  const quadrants = v128.shuffle<i32>(quadrant, quadrant, 0, 0, 1, 1);
  const isOdd = i32x4.neg(v128.and(quadrants, i32x4.splat(1)));
  const highBits = i64x2.splat(i64.MIN_VALUE);
  const cosineSign = v128.and(i32x4.shl(i32x4.add(quadrants, i32x4.splat(1)), 30), highBits);
  const sineSign = v128.and(i32x4.shl(quadrants, 30), highBits);
  const cosines = f32x4.demote_f64x2_zero(f64x2.mul(radius, v128.xor(v128.bitselect(sine, cosine, isOdd), cosineSign)));
  const sines = f32x4.demote_f64x2_zero(f64x2.mul(radius, v128.xor(v128.bitselect(cosine, sine, isOdd), sineSign)));
  return v128.shuffle<i32>(cosines, sines, 0, 4, 1, 5);
}
