import { addDot, addDotPair, addSixDots, UNIT_BYTES } from './dot';

/** Adds to each of `units` units the product of its row of weights with `count` units of a tile. */
export function addProduct(target: usize, weights: usize, reads: usize, units: i32, count: i32): void {
  const stride = <usize>count << 2;
  let u: i32 = 0;
  if (WIDE) {
    for (; u + 6 <= units; u += 6) {
      addSixDots(target, weights, weights + stride, weights + 2 * stride, weights + 3 * stride, weights + 4 * stride, weights + 5 * stride, reads, count);
      weights += 6 * stride;
      target += 6 * UNIT_BYTES;
    }
  }
  for (; u + 2 <= units; u += 2) {
    addDotPair(target, weights, weights + stride, reads, count);
    weights += 2 * stride;
    target += 2 * UNIT_BYTES;
  }
  if (u < units) addDot(target, weights, reads, count);
}
