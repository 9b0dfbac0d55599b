import { lanesFrom, loadLanes, storeLanes } from './lanes';
import { splat, tanh4 } from './simd-math';

// Vectors are taken in pairs, of which V8 makes 256-bit ones; what is read of both is read before anything is written.

/** `bound · tanh(x / bound)` of `count` numbers. */
export function softBound(x: usize, result: usize, count: i32, bound: f32): void {
  const bounds = splat(bound), inverse = splat(1 / bound);
  const end = <usize>count << 2;
  const pairs = end & ~31;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const first = f32x4.mul(bounds, tanh4(f32x4.mul(v128.load(x + at), inverse)));
    const second = f32x4.mul(bounds, tanh4(f32x4.mul(v128.load(x + at, 16), inverse)));
    v128.store(result + at, first);
    v128.store(result + at, second, 16);
  }
  for (; at < end; at += 16) {
    const lanes = lanesFrom(at, end);
    storeLanes(result + at, f32x4.mul(bounds, tanh4(f32x4.mul(loadLanes(x + at, lanes), inverse))), lanes);
  }
}

/** `cotangent · (1 − (value / bound)²)`, the gradient of {@link softBound} where it was `value`. */
export function softBoundGradient(value: usize, cotangent: usize, result: usize, count: i32, bound: f32): void {
  const inverse = splat(1 / bound);
  const end = <usize>count << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const lanes = lanesFrom(at, end);
    const t = f32x4.mul(loadLanes(value + at, lanes), inverse);
    storeLanes(result + at, f32x4.mul(loadLanes(cotangent + at, lanes), f32x4.sub(splat(1), f32x4.mul(t, t))), lanes);
  }
}
