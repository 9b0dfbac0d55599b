import { splat } from '../simd/simd-math';
import { sumOfSquares } from '../reductions/sum-of-squares';

/** Numbers of one chunk of a variable. */
export const ADAM_CHUNK: i32 = 16384;

/** Where one variable's arrays lie, old and new; they may be the same. */
@unmanaged
export class AdamVariable {
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
export class AdamSettings {
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
  /** What the gradients are multiplied by. */
  @internal factor: f32;
  table: usize;
  count: i32;
  /** A sum of squares in float64 for each chunk. */
  squares: usize;
}

// @ts-ignore: decorator
@inline
export function chunksOf(count: i32): i32 {
  return (count + ADAM_CHUNK - 1) / ADAM_CHUNK;
}

export function adamSquaresTask(at: usize, task: i32): void {
  const settings = changetype<AdamSettings>(at);
  const to = settings.squares + (<usize>task << 3);
  let v: i32 = 0;
  for (; task >= chunksOf(arraysAt(settings.table, v).count); v++) task -= chunksOf(arraysAt(settings.table, v).count);
  const arrays = arraysAt(settings.table, v);
  const begin = task * ADAM_CHUNK;
  store<f64>(to, sumOfSquares(arrays.gradient + (<usize>begin << 2), min(ADAM_CHUNK, arrays.count - begin)));
}

export function adamUpdatesTask(at: usize, task: i32): void {
  const settings = changetype<AdamSettings>(at);
  let v: i32 = 0;
  for (; task >= chunksOf(arraysAt(settings.table, v).count); v++) task -= chunksOf(arraysAt(settings.table, v).count);
  const arrays = arraysAt(settings.table, v);
  const begin = task * ADAM_CHUNK;
  update(arrays, settings, settings.factor, begin, min(begin + ADAM_CHUNK, arrays.count));
}

// @ts-ignore: decorator
@inline
export function arraysAt(table: usize, v: i32): AdamVariable {
  return changetype<AdamVariable>(table + <usize>v * offsetof<AdamVariable>());
}

function update(arrays: AdamVariable, settings: AdamSettings, factor: f32, begin: i32, end: i32): void {
  const whole = end & ~3;
  for (let i = begin; i < whole; i += 4) {
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
  for (let i = whole; i < end; i++) {
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
function first4(settings: AdamSettings, first: v128, gradient: v128, factor: f32): v128 {
  return f32x4.add(f32x4.mul(first, splat(settings.decay1)), f32x4.mul(gradient, splat(factor)));
}

// @ts-ignore: decorator
@inline
function second4(settings: AdamSettings, second: v128, gradient: v128, factor: f32): v128 {
  const decayed = f32x4.mul(second, splat(settings.decay2));
  const clipped = f32x4.mul(gradient, splat(factor));
  if (settings.isAdamax) return f32x4.max(decayed, f32x4.add(f32x4.abs(clipped), splat(settings.smoothing)));
  return f32x4.add(decayed, f32x4.mul(clipped, clipped));
}

// @ts-ignore: decorator
@inline
function weight4(settings: AdamSettings, weight: v128, first: v128, second: v128): v128 {
  const divisor = settings.isAdamax ? second : f32x4.add(f32x4.sqrt(second), splat(settings.smoothing));
  return f32x4.sub(f32x4.mul(weight, splat(settings.shrink)), f32x4.mul(f32x4.div(first, divisor), splat(settings.stepSize)));
}

// @ts-ignore: decorator
@inline
function average4(settings: AdamSettings, average: v128, weight: v128): v128 {
  return f32x4.add(average, f32x4.mul(f32x4.sub(weight, average), splat(settings.averageRate)));
}
