// Functions of one number, good to a few units in the last place: a GPU's own exp, log and tanh may be off by 10⁻⁵, lose small results to
// cancellation, and do as they like with NaN and infinities. As in `assembly/simd/simd-math.ts`.

fn exactExp(x : f32) -> f32 {
  if (isnan(x)) { return x; }
  // Smaller results are below the normal range.
  if (x < -87.33654) { return 0.0; }
  if (x > 88.72284) { return uniforms.INFINITY; }
  let n = floor(x * 1.44269504 + 0.5);
  let r = (x - n * 0.693359375) + n * 2.12194440e-4;
  var sum = 1.9841270e-4;
  sum = sum * r + 1.3888889e-3;
  sum = sum * r + 8.3333333e-3;
  sum = sum * r + 4.1666667e-2;
  sum = sum * r + 1.6666667e-1;
  sum = sum * r + 0.5;
  sum = sum * r + 1.0;
  sum = sum * r + 1.0;
  // Times 2ⁿ in two factors, since 2ⁿ itself is out of range at n = 128.
  let first : i32 = i32(n) / 2;
  let second : i32 = i32(n) - first;
  return (sum * bitcast<f32>((first + 127) << 23u)) * bitcast<f32>((second + 127) << 23u);
}

fn exactTanh(x : f32) -> f32 {
  if (isnan(x)) { return x; }
  if (abs(x) < 0.3) {
    let square = x * x;
    var sum = -8.8632355e-3;
    sum = sum * square + 2.1869489e-2;
    sum = sum * square - 5.3968254e-2;
    sum = sum * square + 1.3333333e-1;
    sum = sum * square - 3.3333333e-1;
    return x + sum * square * x;
  }
  return sign(x) * (1.0 - 2.0 / (exactExp(2.0 * min(abs(x), 20.0)) + 1.0));
}

fn exactExpm1(x : f32) -> f32 {
  if (abs(x) < 1.0) {
    // = 2t / (1 − t) with t = tanh(x/2).
    let t = exactTanh(0.5 * x);
    return (t + t) / (1.0 - t);
  }
  return exactExp(x) - 1.0;
}

// log m and log(1 + f) = 2 artanh(s), s = f / (2 + f), written so that f is not rounded.
fn logSeries(f : f32) -> f32 {
  let s = f / (f + 2.0);
  let square = s * s;
  var sum = 1.5384615e-1;
  sum = sum * square + 1.8181818e-1;
  sum = sum * square + 2.2222222e-1;
  sum = sum * square + 2.8571429e-1;
  sum = sum * square + 0.4;
  sum = sum * square + 6.6666667e-1;
  return s * (f - sum * square);
}

fn exactLog(x : f32) -> f32 {
  if (isnan(x) || x < 0.0) { return uniforms.NAN; }
  if (x == uniforms.INFINITY) { return x; }
  // x = 2ⁿ m with m from √½ to √2; subnormal numbers, where there are any, are scaled first.
  var normal = x;
  var shift = 0.0;
  if (x < 1.17549435e-38) {
    normal = x * 8388608.0;
    shift = 23.0;
  }
  if (normal == 0.0) { return -uniforms.INFINITY; }
  let bits : i32 = bitcast<i32>(normal) - 0x3f3504f3;
  let n = f32(bits >> 23u) - shift;
  let f = bitcast<f32>((bits & 0x007fffff) + 0x3f3504f3) - 1.0;
  return n * 0.693359375 + (f - (n * 2.12194440e-4 + logSeries(f)));
}

fn exactLog1p(x : f32) -> f32 {
  if (x > -0.29 && x < 0.41) { return x - logSeries(x); }
  // Rounding 1 + x costs nothing that matters here but near −1, where it is exact.
  return exactLog(1.0 + x);
}

fn exactSigmoid(x : f32) -> f32 {
  // e⁻ˣ is infinite below −88.7, and a GPU may make anything of 1 / ∞.
  if (x < -88.0) { return exactExp(x); }
  return 1.0 / (1.0 + exactExp(-x));
}

fn exactSoftplus(x : f32) -> f32 {
  if (isnan(x)) { return x; }
  return max(x, 0.0) + exactLog1p(exactExp(-abs(x)));
}

fn exactSinh(x : f32) -> f32 {
  if (abs(x) < 1.0) {
    let t = exactExpm1(x);
    return 0.5 * (t + t / (t + 1.0));
  }
  // In two factors, since eˣ may be out of range where the result is not.
  let root = exactExp(0.5 * abs(x));
  return sign(x) * ((0.5 * root) * root - 0.5 / root / root);
}

fn exactCosh(x : f32) -> f32 {
  let root = exactExp(0.5 * abs(x));
  return (0.5 * root) * root + 0.5 / root / root;
}

fn exactAsinh(x : f32) -> f32 {
  if (isnan(x)) { return x; }
  let a = abs(x);
  // Where the square would be out of range, 1 is nothing beside it.
  if (a > 1e4) { return sign(x) * (exactLog(a) + 0.69314718); }
  return sign(x) * exactLog1p(a + a * a / (1.0 + sqrt(a * a + 1.0)));
}

fn exactAtanh(x : f32) -> f32 {
  let a = abs(x);
  return sign(x) * 0.5 * (exactLog1p(a) - exactLog1p(-a));
}

fn exactRelu(x : f32) -> f32 {
  if (x < 0.0) { return 0.0; }
  return x;
}

fn exactElu(x : f32) -> f32 {
  if (x > 0.0) { return x; }
  return exactExpm1(x);
}
