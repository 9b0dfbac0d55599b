// The reference is `standardNormalLogProb` in src/kernels/standard-normal/log-prob.ts.
import { sumOfSquares } from './sum-of-squares';

/** log √(2π) */
export const HALF_LOG_TWO_PI: f64 = 0.9189385332046727;

/** `−½ Σ x² − size·log √(2π)` for each row of `size` numbers, added up in float64. */
export function standardNormalLogProb(x: usize, result: usize, rows: i32, size: i32): void {
  const constant = <f64>size * HALF_LOG_TWO_PI;
  for (let row: i32 = 0; row < rows; row++) {
    store<f32>(result, <f32>(-0.5 * sumOfSquares(x, size) - constant));
    x += <usize>size << 2;
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
