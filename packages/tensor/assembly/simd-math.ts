// Four numbers at a time, to a few units in the last place. NaN gives NaN.

// @ts-ignore: decorator
@inline
export function splat(x: f32): v128 {
  return f32x4.splat(x);
}

/** `eˣ`; 0 below −87.3, infinity above 88.7. */
export function exp4(x: v128): v128 {
  // x = n log 2 + r with |r| ≤ log 2 / 2; the two parts of log 2 keep r exact.
  const inside = f32x4.min(f32x4.max(x, splat(-87.33)), splat(88.72));
  const n = f32x4.nearest(f32x4.mul(inside, splat(1.44269504)));
  const r = f32x4.sub(f32x4.sub(inside, f32x4.mul(n, splat(0.693359375))), f32x4.mul(n, splat(-2.12194440e-4)));
  let sum = splat(1.0 / 5040);
  sum = f32x4.add(f32x4.mul(sum, r), splat(1.0 / 720));
  sum = f32x4.add(f32x4.mul(sum, r), splat(1.0 / 120));
  sum = f32x4.add(f32x4.mul(sum, r), splat(1.0 / 24));
  sum = f32x4.add(f32x4.mul(sum, r), splat(1.0 / 6));
  sum = f32x4.add(f32x4.mul(sum, r), splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, r), splat(1));
  sum = f32x4.add(f32x4.mul(sum, r), splat(1));
  // In two factors, since 2ⁿ itself is out of range at n = 128.
  const exponent = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(exponent, 1);
  const result = f32x4.mul(f32x4.mul(sum, powerOfTwo(half)), powerOfTwo(i32x4.sub(exponent, half)));
  const finite = v128.bitselect(splat(Infinity), result, f32x4.gt(x, splat(88.72)));
  return v128.bitselect(splat(0), finite, f32x4.lt(x, splat(-87.33)));
}

// @ts-ignore: decorator
@inline
function powerOfTwo(n: v128): v128 {
  return i32x4.shl(i32x4.add(n, i32x4.splat(127)), 23);
}

export function tanh4(x: v128): v128 {
  // Near 0 by the Taylor series, elsewhere by the exponential, which would cancel there.
  const square = f32x4.mul(x, x);
  let sum = splat(-1382.0 / 155925);
  sum = f32x4.add(f32x4.mul(sum, square), splat(62.0 / 2835));
  sum = f32x4.add(f32x4.mul(sum, square), splat(-17.0 / 315));
  sum = f32x4.add(f32x4.mul(sum, square), splat(2.0 / 15));
  sum = f32x4.add(f32x4.mul(sum, square), splat(-1.0 / 3));
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(sum, square), x));
  const far = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(exp4(f32x4.add(x, x)), splat(1))));
  return v128.bitselect(near, far, f32x4.lt(f32x4.abs(x), splat(0.3)));
}

/** `log(1 + x)` for x from 0 to 1. */
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

/** `1 / (1 + e⁻ˣ)` */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(splat(1), f32x4.add(splat(1), exp4(f32x4.neg(x))));
}

/** `log(1 + eˣ)` */
export function softplus4(x: v128): v128 {
  return f32x4.add(f32x4.max(x, splat(0)), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
}
