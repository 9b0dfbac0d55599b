import { transposeFour } from './transpose';

// Vectors of which only the first `count` lanes, 1 to 4, are in use.

/** The number of entries of a vector at `at` that lie before `end`. */
// @ts-ignore: decorator
@inline
export function lanesFrom(at: usize, end: usize): i32 {
  return min(<i32>((end - at) >> 2), 4);
}

/** The others are 0; what lies behind is not read. */
export function loadLanes(from: usize, count: i32): v128 {
  if (count == 4) return v128.load(from);
  let x = v128.load32_zero(from);
  if (count > 1) x = v128.load32_lane(from, x, 1, 4);
  if (count > 2) x = v128.load32_lane(from, x, 2, 8);
  return x;
}

export function storeLanes(to: usize, x: v128, count: i32): void {
  if (count == 4) {
    v128.store(to, x);
    return;
  }
  v128.store32_lane(to, x, 0);
  if (count > 1) v128.store32_lane(to, x, 1, 4);
  if (count > 2) v128.store32_lane(to, x, 2, 8);
}

/** Undoes packing by columns: lane i of each of `depth` vectors goes to a row of its own, `stride` bytes after that of lane i − 1. */
export function unpackLanes(to: usize, from: usize, count: i32, depth: i32, stride: usize): void {
  let k: i32 = 0;
  if (count == 4) {
    for (; k + 4 <= depth; k += 4) {
      const at = to + (<usize>k << 2);
      transposeFour(at, at + stride, at + 2 * stride, at + 3 * stride, from, from + 16, from + 32, from + 48);
      from += 64;
    }
  }
  for (; k < depth; k++) {
    for (let lane: i32 = 0; lane < count; lane++) {
      store<f32>(to + <usize>lane * stride + (<usize>k << 2), load<f32>(from + (<usize>lane << 2)));
    }
    from += 16;
  }
}
