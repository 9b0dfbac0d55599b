// Four numbers at a time, to a few units in the last place. NaN gives NaN.

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** `eˣ`; 0 below −86.9, infinity above 88.7. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  // The pseudo-extrema are one instruction, and let NaN through. Half of it, since 2ⁿ itself is out of range at n = 128.
  const half = expInside4(f32x4.pmin(f32x4.pmax(x, splat(-86.9)), splat(88.72)), 126);
  const finite = v128.bitselect(splat(Infinity), f32x4.add(half, half), f32x4.gt(x, splat(88.72)));
  return v128.andnot(finite, f32x4.lt(x, splat(-86.9)));
}

/** `eˣ` for x from −86.9 to 88, with a `bias` of 127; of 126, half of it, up to 88.72. */
// @ts-ignore: decorator
@inline
function expInside4(x: v128, bias: i32): v128 {
  // x = n log 2 + r with |r| ≤ log 2 / 2; the two parts of log 2 keep r exact. Adding 1.5 · 2²³ rounds to the nearest integer, and leaves it
  // in the lowest bits.
  const rounded = f32x4.add(f32x4.mul(x, splat(1.44269504)), splat(12582912));
  const n = f32x4.sub(rounded, splat(12582912));
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, splat(0.693359375))), f32x4.mul(n, splat(-2.12194440e-4)));
  const square = f32x4.mul(r, r);
  const sum = f32x4.add(f32x4.add(splat(1), r), f32x4.mul(square, seriesFromSquare(r, square)));
  return f32x4.mul(sum, i32x4.shl(i32x4.add(rounded, i32x4.splat(bias)), 23));
}

/** `(eʳ − 1 − r) / r²` by the Taylor series of eʳ to the seventh power, in pairs, which wait for each other less than Horner's scheme does. */
// @ts-ignore: decorator
@inline
function seriesFromSquare(r: v128, square: v128): v128 {
  const first = f32x4.add(splat(0.5), f32x4.mul(r, splat(1.0 / 6)));
  const second = f32x4.add(splat(1.0 / 24), f32x4.mul(r, splat(1.0 / 120)));
  const third = f32x4.add(splat(1.0 / 720), f32x4.mul(r, splat(1.0 / 5040)));
  return f32x4.add(first, f32x4.mul(square, f32x4.add(second, f32x4.mul(square, third))));
}

/** `eˣ` for x of at most 0, or 2e-38 where that is more. */
// @ts-ignore: decorator
@inline
export function expOfNegative4(x: v128): v128 {
  return expInside4(f32x4.pmax(x, splat(-86.9)), 127);
}

/** `eˣ − 1` for x of at most 0, relative to itself. */
// @ts-ignore: decorator
@inline
export function expm14(x: v128): v128 {
  // = 2ⁿ (eʳ − 1) + (2ⁿ − 1), x = n log 2 + r as for the exponential; where n is not 0, the cancelled part is not small.
  const inside = f32x4.pmax(x, splat(-86.9));
  const rounded = f32x4.add(f32x4.mul(inside, splat(1.44269504)), splat(12582912));
  const n = f32x4.sub(rounded, splat(12582912));
  const r = f32x4.sub(f32x4.sub(inside, f32x4.mul(n, splat(0.693359375))), f32x4.mul(n, splat(-2.12194440e-4)));
  const square = f32x4.mul(r, r);
  const sum = f32x4.add(r, f32x4.mul(square, seriesFromSquare(r, square)));
  const power = i32x4.shl(i32x4.add(rounded, i32x4.splat(127)), 23);
  return f32x4.add(f32x4.mul(sum, power), f32x4.sub(power, splat(1)));
}

// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  // tanh |x| = −e / (e + 2) with e = exp(−2 |x|) − 1. Subtracted from 0, so that 0 stays without a sign.
  const size = f32x4.abs(x);
  const e = expm14(f32x4.mul(size, splat(-2)));
  return v128.or(f32x4.div(f32x4.sub(splat(0), e), f32x4.add(e, splat(2))), v128.and(x, splat(-0.0)));
}

/** `log(1 + x)` for x from 0 to 1. */
// @ts-ignore: decorator
@inline
export function log1p4(x: v128): v128 {
  // = 2 artanh(s), s = x / (2 + x) ≤ 1/3.
  const s = f32x4.div(x, f32x4.add(x, splat(2)));
  const square = f32x4.mul(s, s);
  let sum = splat(1.0 / 15);
  sum = f32x4.add(f32x4.mul(sum, square), splat(1.0 / 13));
  sum = f32x4.add(f32x4.mul(sum, square), splat(1.0 / 11));
  sum = f32x4.add(f32x4.mul(sum, square), splat(1.0 / 9));
  sum = f32x4.add(f32x4.mul(sum, square), splat(1.0 / 7));
  sum = f32x4.add(f32x4.mul(sum, square), splat(1.0 / 5));
  sum = f32x4.add(f32x4.mul(sum, square), splat(1.0 / 3));
  sum = f32x4.add(f32x4.mul(sum, square), splat(1));
  return f32x4.mul(f32x4.add(s, s), sum);
}

/** The natural logarithm; −infinity at 0, NaN below. */
export function log4(x: v128): v128 {
  // x = 2ⁿ m with m from √½ to √2; subnormal numbers are scaled first.
  const isSmall = f32x4.lt(x, splat(1.17549435e-38));
  const normal = v128.bitselect(f32x4.mul(x, splat(8388608)), x, isSmall);
  // The bits of √½, so that the exponent of the rest counts from there.
  const bits = i32x4.sub(normal, i32x4.splat(0x3f3504f3));
  const exponent = i32x4.sub(i32x4.shr_s(bits, 23), v128.and(isSmall, i32x4.splat(23)));
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const n = f32x4.convert_i32x4_s(exponent);
  // log m = 2 artanh(s) = f − s(f − 2 s²(1/3 + s²/5 + …)) with f = m − 1, s = f / (2 + f).
  const f = f32x4.sub(m, splat(1));
  const s = f32x4.div(f, f32x4.add(f, splat(2)));
  const square = f32x4.mul(s, s);
  let sum = splat(2.0 / 9);
  sum = f32x4.add(f32x4.mul(sum, square), splat(2.0 / 7));
  sum = f32x4.add(f32x4.mul(sum, square), splat(2.0 / 5));
  sum = f32x4.add(f32x4.mul(sum, square), splat(2.0 / 3));
  sum = f32x4.mul(sum, square);
  const small = f32x4.add(f32x4.mul(n, splat(-2.12194440e-4)), f32x4.neg(f32x4.mul(s, f32x4.sub(f, sum))));
  const finite = f32x4.add(f32x4.mul(n, splat(0.693359375)), f32x4.add(f, small));
  const result = v128.bitselect(x, finite, v128.or(f32x4.ne(x, x), f32x4.eq(x, splat(Infinity))));
  const positive = v128.bitselect(splat(-Infinity), result, f32x4.eq(x, splat(0)));
  return v128.bitselect(splat(NaN), positive, f32x4.lt(x, splat(0)));
}

/** `1 / (1 + e⁻ˣ)` */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const inside = f32x4.pmin(f32x4.pmax(f32x4.neg(x), splat(-86.9)), splat(88));
  return f32x4.div(splat(1), f32x4.add(splat(1), expInside4(inside, 127)));
}

/** `log(1 + eˣ)` */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, splat(0)), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
}
