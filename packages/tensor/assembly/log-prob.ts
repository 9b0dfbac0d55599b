/** log √(2π) */
const HALF_LOG_TWO_PI: f64 = 0.9189385332046727;

/** `−½ Σ x² − size·log √(2π)` for each row of `size` numbers, added up in float64. */
export function standardNormalLogProb(x: usize, result: usize, rows: i32, size: i32): void {
  const constant = <f64>size * HALF_LOG_TWO_PI;
  for (let row: i32 = 0; row < rows; row++) {
    let low = f64x2.splat(0), high = low;
    let k: i32 = 0;
    for (; k + 4 <= size; k += 4) {
      const left = f64x2.promote_low_f32x4(v128.load64_zero(x));
      const right = f64x2.promote_low_f32x4(v128.load64_zero(x, 8));
      low = f64x2.add(low, f64x2.mul(left, left));
      high = f64x2.add(high, f64x2.mul(right, right));
      x += 16;
    }
    low = f64x2.add(low, high);
    let squares = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
    for (; k < size; k++) {
      const number = <f64>load<f32>(x);
      squares += number * number;
      x += 4;
    }
    store<f32>(result, <f32>(-0.5 * squares - constant));
    result += 4;
  }
}

/** `−x · cotangent`, that of its row. */
export function standardNormalLogProbGradient(x: usize, cotangent: usize, result: usize, rows: i32, size: i32): void {
  for (let row: i32 = 0; row < rows; row++) {
    const factor = -load<f32>(cotangent);
    const factors = f32x4.splat(factor);
    let k: i32 = 0;
    for (; k + 4 <= size; k += 4) {
      v128.store(result, f32x4.mul(v128.load(x), factors));
      x += 16;
      result += 16;
    }
    for (; k < size; k++) {
      store<f32>(result, load<f32>(x) * factor);
      x += 4;
      result += 4;
    }
    cotangent += 4;
  }
}
