/**
 * Sums over the middle axis of a tensor `[outer, count, inner]` of float32, in float64.
 *
 * @param scratch 8 bytes for each of `inner`
 */
export function sum(x: usize, result: usize, outer: i32, count: i32, inner: i32, scratch: usize): void {
  for (let i: i32 = 0; i < outer; i++) {
    if (inner == 1) {
      store<f32>(result, <f32>sumRow(x, count));
    } else {
      addRows(x, count, inner, scratch);
      for (let j: i32 = 0; j < inner; j++) store<f32>(result + (<usize>j << 2), <f32>load<f64>(scratch + (<usize>j << 3)));
    }
    x += <usize>(count * inner) << 2;
    result += <usize>inner << 2;
  }
}

function sumRow(x: usize, count: i32): f64 {
  let a = f64x2.splat(0), b = a, c = a, d = a;
  let i: i32 = 0;
  for (; i + 8 <= count; i += 8) {
    a = f64x2.add(a, f64x2.promote_low_f32x4(v128.load64_zero(x)));
    b = f64x2.add(b, f64x2.promote_low_f32x4(v128.load64_zero(x, 8)));
    c = f64x2.add(c, f64x2.promote_low_f32x4(v128.load64_zero(x, 16)));
    d = f64x2.add(d, f64x2.promote_low_f32x4(v128.load64_zero(x, 24)));
    x += 32;
  }
  a = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  let total = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; i < count; i++) {
    total += <f64>load<f32>(x);
    x += 4;
  }
  return total;
}

/** Leaves the sums of the columns in `totals`. */
function addRows(x: usize, count: i32, inner: i32, totals: usize): void {
  memory.fill(totals, 0, <usize>inner << 3);
  for (let row: i32 = 0; row < count; row++) {
    let total = totals;
    let j: i32 = 0;
    for (; j + 4 <= inner; j += 4) {
      const low = f64x2.promote_low_f32x4(v128.load64_zero(x));
      const high = f64x2.promote_low_f32x4(v128.load64_zero(x, 8));
      v128.store(total, f64x2.add(v128.load(total), low));
      v128.store(total, f64x2.add(v128.load(total, 16), high), 16);
      x += 16;
      total += 32;
    }
    for (; j < inner; j++) {
      store<f64>(total, load<f64>(total) + <f64>load<f32>(x));
      x += 4;
      total += 8;
    }
  }
}
