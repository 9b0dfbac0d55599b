// The reference is `update` in packages/training/src/optimizer/adam-update.ts.
import { lanesFrom, loadLanes, storeLanes } from '../simd/lanes';
import { splat } from '../simd/simd-math';
import { sumOfSquares } from '../reductions/sum-of-squares';

/** Numbers of one chunk of a variable. */
export const ADAM_CHUNK: i32 = 16384;

/** The addresses of one variable's arrays, old and new; they may be the same. */
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
  /** Factor of the gradients. */
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
  const end = min(begin + ADAM_CHUNK, arrays.count);
  if (settings.isAdamax) update<Adamax>(arrays, settings, begin, end);
  else update<Adam>(arrays, settings, begin, end);
}

// @ts-ignore: decorator
@inline
export function arraysAt(table: usize, v: i32): AdamVariable {
  return changetype<AdamVariable>(table + <usize>v * offsetof<AdamVariable>());
}

@unmanaged
class Adam {
  @inline second(decayed: v128, gradient: v128, smoothing: v128): v128 {
    return f32x4.add(decayed, f32x4.mul(gradient, gradient));
  }
  @inline divisor(second: v128, smoothing: v128): v128 {
    return f32x4.add(f32x4.sqrt(second), smoothing);
  }
}

@unmanaged
class Adamax {
  @inline second(decayed: v128, gradient: v128, smoothing: v128): v128 {
    return f32x4.max(decayed, f32x4.add(f32x4.abs(gradient), smoothing));
  }
  @inline divisor(second: v128, smoothing: v128): v128 {
    return second;
  }
}

/**
 * Everything that stays the same is a variable: the stores could change what is read from memory, which would be read anew for each number. Vectors are taken
 * in pairs, of which V8 makes 256-bit ones; both are read before anything is written.
 */
function update<Rule>(arrays: AdamVariable, settings: AdamSettings, begin: i32, end: i32): void {
  const rule = changetype<Rule>(settings);
  const from = <usize>begin << 2;
  const gradient = arrays.gradient + from, weight = arrays.weight + from, first = arrays.first + from, second = arrays.second + from;
  const nextWeight = arrays.nextWeight + from, nextFirst = arrays.nextFirst + from, nextSecond = arrays.nextSecond + from;
  const factor = splat(settings.factor), decay1 = splat(settings.decay1), decay2 = splat(settings.decay2);
  const smoothing = splat(settings.smoothing), stepSize = splat(settings.stepSize), shrink = splat(settings.shrink);
  const bytes = <usize>(end - begin) << 2;
  const pairs = bytes & ~31;
  let i: usize = 0;
  for (; i < pairs; i += 32) {
    const g0 = f32x4.mul(v128.load(gradient + i), factor), g1 = f32x4.mul(v128.load(gradient + i, 16), factor);
    const m0 = f32x4.add(f32x4.mul(v128.load(first + i), decay1), g0), m1 = f32x4.add(f32x4.mul(v128.load(first + i, 16), decay1), g1);
    const v0 = rule.second(f32x4.mul(v128.load(second + i), decay2), g0, smoothing);
    const v1 = rule.second(f32x4.mul(v128.load(second + i, 16), decay2), g1, smoothing);
    const w0 = f32x4.sub(f32x4.mul(v128.load(weight + i), shrink), f32x4.mul(f32x4.div(m0, rule.divisor(v0, smoothing)), stepSize));
    const w1 = f32x4.sub(f32x4.mul(v128.load(weight + i, 16), shrink), f32x4.mul(f32x4.div(m1, rule.divisor(v1, smoothing)), stepSize));
    v128.store(nextFirst + i, m0);
    v128.store(nextFirst + i, m1, 16);
    v128.store(nextSecond + i, v0);
    v128.store(nextSecond + i, v1, 16);
    v128.store(nextWeight + i, w0);
    v128.store(nextWeight + i, w1, 16);
  }
  for (; i < bytes; i += 16) {
    const rest = lanesFrom(i, bytes);
    const g = f32x4.mul(loadLanes(gradient + i, rest), factor);
    const m = f32x4.add(f32x4.mul(loadLanes(first + i, rest), decay1), g);
    const v = rule.second(f32x4.mul(loadLanes(second + i, rest), decay2), g, smoothing);
    const w = f32x4.sub(f32x4.mul(loadLanes(weight + i, rest), shrink), f32x4.mul(f32x4.div(m, rule.divisor(v, smoothing)), stepSize));
    storeLanes(nextFirst + i, m, rest);
    storeLanes(nextSecond + i, v, rest);
    storeLanes(nextWeight + i, w, rest);
  }
  if (settings.averages) updateAverage(arrays, splat(settings.averageRate), begin, end);
}

function updateAverage(arrays: AdamVariable, rate: v128, begin: i32, end: i32): void {
  const from = <usize>begin << 2;
  const weight = arrays.nextWeight + from, average = arrays.average + from, nextAverage = arrays.nextAverage + from;
  const whole = <usize>((end - begin) & ~3) << 2;
  const rest = (end - begin) & 3;
  for (let i: usize = 0; i < whole; i += 16) v128.store(nextAverage + i, averaged(v128.load(average + i), v128.load(weight + i), rate));
  if (rest) storeLanes(nextAverage + whole, averaged(loadLanes(average + whole, rest), loadLanes(weight + whole, rest), rate), rest);
}

// @ts-ignore: decorator
@inline
function averaged(average: v128, weight: v128, rate: v128): v128 {
  return f32x4.add(average, f32x4.mul(f32x4.sub(weight, average), rate));
}
