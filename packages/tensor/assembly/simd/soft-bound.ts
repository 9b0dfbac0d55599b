// The reference is `softBound` in src/kernels/soft-bound/soft-bound.ts.
import { lanesFrom, loadLanes, storeLanes } from './lanes';
import { splat, tanh4 } from './simd-math';

/** `bound · tanh(x / bound)`; bound and `inverse`, 1 / bound, are spread over the lanes. */
// @ts-ignore: decorator
@inline
export function softBound4(x: v128, bound: v128, inverse: v128): v128 {
  return f32x4.mul(bound, tanh4(f32x4.mul(x, inverse)));
}

/** The derivative of {@link softBound4} where it is y. */
// @ts-ignore: decorator
@inline
export function softBoundSlope4(y: v128, inverse: v128): v128 {
  const share = f32x4.mul(y, inverse);
  return f32x4.sub(splat(1), f32x4.mul(share, share));
}

// Vectors are taken in pairs, of which V8 makes 256-bit ones; both are read before anything is written.

/** `bound · tanh(x / bound)` of `count` numbers. */
export function softBound(x: usize, result: usize, count: i32, bound: f32): void {
  const bounds = splat(bound), inverse = splat(1 / bound);
  const end = <usize>count << 2;
  const pairs = end & ~31;
  let at: usize = 0;
  for (; at < pairs; at += 32) {
    const first = softBound4(v128.load(x + at), bounds, inverse);
    const second = softBound4(v128.load(x + at, 16), bounds, inverse);
    v128.store(result + at, first);
    v128.store(result + at, second, 16);
  }
  for (; at < end; at += 16) {
    const lanes = lanesFrom(at, end);
    storeLanes(result + at, softBound4(loadLanes(x + at, lanes), bounds, inverse), lanes);
  }
}

/** `cotangent · (1 − (value / bound)²)`, the gradient of {@link softBound} where it was `value`. */
export function softBoundGradient(value: usize, cotangent: usize, result: usize, count: i32, bound: f32): void {
  const inverse = splat(1 / bound);
  const end = <usize>count << 2;
  for (let at: usize = 0; at < end; at += 16) {
    const lanes = lanesFrom(at, end);
    storeLanes(result + at, f32x4.mul(loadLanes(cotangent + at, lanes), softBoundSlope4(loadLanes(value + at, lanes), inverse)), lanes);
  }
}
