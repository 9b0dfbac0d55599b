/** `Σ x²` of `count` float32 numbers, in float64. */
export function sumOfSquares(x: usize, count: i32): f64 {
  let low = f64x2.splat(0), high = low;
  let i: i32 = 0;
  for (; i + 4 <= count; i += 4) {
    const left = f64x2.promote_low_f32x4(v128.load64_zero(x));
    const right = f64x2.promote_low_f32x4(v128.load64_zero(x, 8));
    low = f64x2.add(low, f64x2.mul(left, left));
    high = f64x2.add(high, f64x2.mul(right, right));
    x += 16;
  }
  low = f64x2.add(low, high);
  let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
  for (; i < count; i++) {
    const number = <f64>load<f32>(x);
    sum += number * number;
    x += 4;
  }
  return sum;
}
