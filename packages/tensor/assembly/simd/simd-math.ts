import { multiplyAdd } from './multiply-add';

// Four numbers at a time, to a few units in the last place. NaN gives NaN.

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** `−x`: an operation with a constant, where `f32x4.neg` makes it anew each time. */
// @ts-ignore: decorator
@inline
export function negate4(x: v128): v128 {
  return v128.xor(x, splat(-0.0));
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
  const rounded = roundedLog2(x);
  return f32x4.mul(expOfRest(restOf(x, rounded)), powerOf2(rounded, bias));
}

// x = n log 2 + r with |r| ≤ log 2 / 2.

/** n as an integer in the lowest bits: adding 1.5 · 2²³ rounds to the nearest one. */
// @ts-ignore: decorator
@inline
function roundedLog2(x: v128): v128 {
  return multiplyAdd(x, splat(1.44269504), splat(12582912));
}

/** r, which the two parts of log 2 keep exact. */
// @ts-ignore: decorator
@inline
function restOf(x: v128, rounded: v128): v128 {
  const n = f32x4.sub(rounded, splat(12582912));
  return multiplyAdd(n, splat(2.12194440e-4), multiplyAdd(n, splat(-0.693359375), x));
}

/** 2ⁿ, with a `bias` of 127. */
// @ts-ignore: decorator
@inline
function powerOf2(rounded: v128, bias: i32): v128 {
  return i32x4.shl(i32x4.add(rounded, i32x4.splat(bias)), 23);
}

// @ts-ignore: decorator
@inline
function expOfRest(r: v128): v128 {
  const square = f32x4.mul(r, r);
  return multiplyAdd(square, seriesFromSquare(r, square), f32x4.add(splat(1), r));
}

/**
 * `(eʳ − 1 − r) / r²` by the polynomial for which the largest relative error of eʳ is least, 3 · 10⁻⁹; in pairs, which wait for each other less than
 * Horner's scheme does.
 */
// @ts-ignore: decorator
@inline
function seriesFromSquare(r: v128, square: v128): v128 {
  const first = multiplyAdd(r, splat(0.16666520631720214), splat(0.4999999344778822));
  const second = multiplyAdd(r, splat(0.008368716878699002), splat(0.041668388047012235));
  return multiplyAdd(square, multiplyAdd(square, splat(0.0013814598561245712), second), first);
}

/** `eˣ` for x of at most 0, or 2e-38 where that is more. */
// @ts-ignore: decorator
@inline
export function expOfNegative4(x: v128): v128 {
  return expInside4(f32x4.pmax(x, splat(-86.9)), 127);
}

/** `1 + eˣ` for x from −86.9 to 88. */
// @ts-ignore: decorator
@inline
function onePlusExp4(x: v128): v128 {
  const rounded = roundedLog2(x);
  return multiplyAdd(expOfRest(restOf(x, rounded)), powerOf2(rounded, 127), splat(1));
}

/** `eˣ − 1` for x of at most 0, relative to itself. */
// @ts-ignore: decorator
@inline
export function expm14(x: v128): v128 {
  // = 2ⁿ (eʳ − 1) + (2ⁿ − 1); where n is not 0, the cancelled part is not small.
  const inside = f32x4.pmax(x, splat(-86.9));
  const rounded = roundedLog2(inside);
  const r = restOf(inside, rounded);
  const square = f32x4.mul(r, r);
  const power = powerOf2(rounded, 127);
  return multiplyAdd(multiplyAdd(square, seriesFromSquare(r, square), r), power, f32x4.sub(power, splat(1)));
}

// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  // tanh |x| = −e / (e + 2) with e = exp(−2 |x|) − 1. Subtracted from 0, so that 0 stays without a sign.
  const e = expm14(f32x4.mul(v128.or(x, splat(-0.0)), splat(2)));
  return v128.or(f32x4.div(f32x4.sub(splat(0), e), f32x4.add(e, splat(2))), v128.and(x, splat(-0.0)));
}

/** `log(1 + x)` for x from 0 to 1. */
// @ts-ignore: decorator
@inline
export function log1p4(x: v128): v128 {
  // = 2 artanh(s), s = x / (2 + x) ≤ 1/3.
  const s = f32x4.div(x, f32x4.add(x, splat(2)));
  const square = f32x4.mul(s, s);
  let sum = multiplyAdd(square, splat(1.0 / 15), splat(1.0 / 13));
  sum = multiplyAdd(sum, square, splat(1.0 / 11));
  sum = multiplyAdd(sum, square, splat(1.0 / 9));
  sum = multiplyAdd(sum, square, splat(1.0 / 7));
  sum = multiplyAdd(sum, square, splat(1.0 / 5));
  sum = multiplyAdd(sum, square, splat(1.0 / 3));
  sum = multiplyAdd(sum, square, splat(1));
  return f32x4.mul(f32x4.add(s, s), sum);
}

/** The natural logarithm of positive numbers of full precision; `shift` is added to the exponent. */
// @ts-ignore: decorator
@inline
export function logOfNormal4(x: v128, shift: v128 = i32x4.splat(0)): v128 {
  // x = 2ⁿ m with m from √½ to √2. The bits of √½, so that the exponent of the rest counts from there.
  const bits = i32x4.sub(x, i32x4.splat(0x3f3504f3));
  const exponent = i32x4.add(i32x4.shr_s(bits, 23), shift);
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const n = f32x4.convert_i32x4_s(exponent);
  // log m = 2 artanh(s) = f − s(f − 2 s²(1/3 + s²/5 + …)) with f = m − 1, s = f / (2 + f).
  const f = f32x4.sub(m, splat(1));
  const s = f32x4.div(f, f32x4.add(f, splat(2)));
  const square = f32x4.mul(s, s);
  let sum = multiplyAdd(square, splat(2.0 / 9), splat(2.0 / 7));
  sum = multiplyAdd(sum, square, splat(2.0 / 5));
  sum = multiplyAdd(sum, square, splat(2.0 / 3));
  sum = f32x4.mul(sum, square);
  const small = f32x4.sub(f32x4.mul(n, splat(-2.12194440e-4)), f32x4.mul(s, f32x4.sub(f, sum)));
  return multiplyAdd(n, splat(0.693359375), f32x4.add(f, small));
}

/** The natural logarithm; −infinity at 0, NaN below. */
export function log4(x: v128): v128 {
  // Subnormal numbers are scaled first.
  const isSmall = f32x4.lt(x, splat(1.17549435e-38));
  const normal = v128.bitselect(f32x4.mul(x, splat(8388608)), x, isSmall);
  const finite = logOfNormal4(normal, v128.and(isSmall, i32x4.splat(-23)));
  const result = v128.bitselect(x, finite, v128.or(f32x4.ne(x, x), f32x4.eq(x, splat(Infinity))));
  const positive = v128.bitselect(splat(-Infinity), result, f32x4.eq(x, splat(0)));
  return v128.bitselect(splat(NaN), positive, f32x4.lt(x, splat(0)));
}

/** `1 / (1 + e⁻ˣ)` */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return overOnePlusExp4(splat(1), negate4(x));
}

/** `numerator / (1 + eˣ)` */
// @ts-ignore: decorator
@inline
export function overOnePlusExp4(numerator: v128, x: v128): v128 {
  return f32x4.div(numerator, onePlusExp4(f32x4.pmin(f32x4.pmax(x, splat(-86.9)), splat(88))));
}

/** `log(1 + eˣ)` */
// @ts-ignore: decorator
@inline
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.pmax(x, splat(0)), log1p4(exp4(v128.or(x, splat(-0.0)))));
}
