import { splat } from './simd-math';

/** Where one variable's arrays lie, old and new; they may be the same. */
@unmanaged
class Arrays {
  count: i32;
  gradient: usize;
  weight: usize;
  first: usize;
  second: usize;
  average: usize;
  nextWeight: usize;
  nextFirst: usize;
  nextSecond: usize;
  nextAverage: usize;
}

/** The constants of a step. */
@unmanaged
class Settings {
  isAdamax: i32;
  /** Whether there is a moving average. */
  averages: i32;
  decay1: f32;
  decay2: f32;
  smoothing: f32;
  stepSize: f32;
  shrink: f32;
  averageRate: f32;
  /** The largest norm of all gradients together; 0 for none. */
  clipNorm: f32;
}

/** One step of Adam or Adamax over `count` variables. */
export function adam(table: usize, count: i32, at: usize): void {
  const settings = changetype<Settings>(at);
  let factor: f32 = 1;
  if (settings.clipNorm > 0) {
    let squares: f64 = 0;
    for (let v: i32 = 0; v < count; v++) {
      const arrays = arraysAt(table, v);
      squares += sumOfSquares(arrays.gradient, arrays.count);
    }
    factor = settings.clipNorm / max<f32>(settings.clipNorm, <f32>Math.sqrt(squares));
  }
  for (let v: i32 = 0; v < count; v++) update(arraysAt(table, v), settings, factor);
}

// @ts-ignore: decorator
@inline
function arraysAt(table: usize, v: i32): Arrays {
  return changetype<Arrays>(table + <usize>v * offsetof<Arrays>());
}

function sumOfSquares(x: usize, count: i32): f64 {
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

function update(arrays: Arrays, settings: Settings, factor: f32): void {
  const whole = arrays.count & ~3;
  for (let i: i32 = 0; i < whole; i += 4) {
    const at = <usize>i << 2;
    const w = v128.load(arrays.weight + at);
    const g = v128.load(arrays.gradient + at);
    const m = v128.load(arrays.first + at);
    const v = v128.load(arrays.second + at);
    const first = first4(settings, m, g, factor);
    const second = second4(settings, v, g, factor);
    const weight = weight4(settings, w, first, second);
    v128.store(arrays.nextFirst + at, first);
    v128.store(arrays.nextSecond + at, second);
    v128.store(arrays.nextWeight + at, weight);
    if (settings.averages) v128.store(arrays.nextAverage + at, average4(settings, v128.load(arrays.average + at), weight));
  }
  for (let i = whole; i < arrays.count; i++) {
    const at = <usize>i << 2;
    const g = v128.load32_splat(arrays.gradient + at);
    const first = first4(settings, v128.load32_splat(arrays.first + at), g, factor);
    const second = second4(settings, v128.load32_splat(arrays.second + at), g, factor);
    const weight = weight4(settings, v128.load32_splat(arrays.weight + at), first, second);
    v128.store32_lane(arrays.nextFirst + at, first, 0);
    v128.store32_lane(arrays.nextSecond + at, second, 0);
    v128.store32_lane(arrays.nextWeight + at, weight, 0);
    if (settings.averages) {
      v128.store32_lane(arrays.nextAverage + at, average4(settings, v128.load32_splat(arrays.average + at), weight), 0);
    }
  }
}

// @ts-ignore: decorator
@inline
function first4(settings: Settings, first: v128, gradient: v128, factor: f32): v128 {
  return f32x4.add(f32x4.mul(first, splat(settings.decay1)), f32x4.mul(gradient, splat(factor)));
}

// @ts-ignore: decorator
@inline
function second4(settings: Settings, second: v128, gradient: v128, factor: f32): v128 {
  const decayed = f32x4.mul(second, splat(settings.decay2));
  const clipped = f32x4.mul(gradient, splat(factor));
  if (settings.isAdamax) return f32x4.max(decayed, f32x4.add(f32x4.abs(clipped), splat(settings.smoothing)));
  return f32x4.add(decayed, f32x4.mul(clipped, clipped));
}

// @ts-ignore: decorator
@inline
function weight4(settings: Settings, weight: v128, first: v128, second: v128): v128 {
  const divisor = settings.isAdamax ? second : f32x4.add(f32x4.sqrt(second), splat(settings.smoothing));
  return f32x4.sub(f32x4.mul(weight, splat(settings.shrink)), f32x4.mul(f32x4.div(first, divisor), splat(settings.stepSize)));
}

// @ts-ignore: decorator
@inline
function average4(settings: Settings, average: v128, weight: v128): v128 {
  return f32x4.add(average, f32x4.mul(f32x4.sub(weight, average), splat(settings.averageRate)));
}
