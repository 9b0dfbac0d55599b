import { transposeFour } from '../simd/transpose';

// Packing copies a block of a matrix into panels: `width` rows (or columns) of it side by side, one depth step after another, so
// that the inner loop of the product reads both operands front to back whichever way they were stored. Panels that reach beyond
// the block are filled up with zeros; nothing outside the block is read.

/** Lanes of a v128. A panel's width is a multiple of it, or two more, or three. */
const LANES: i32 = 4;

/**
 * Packs a block whose panel direction is contiguous: element (lane, step) at `source + 4 lane + stride step`.
 *
 * @param count how many lanes the block has
 * @param depth how many steps
 * @param stride bytes from one step to the next
 */
// @ts-ignore: decorator
@inline
export function packRows(target: usize, source: usize, count: i32, depth: i32, stride: usize, width: i32): void {
  const bytes = <usize>width << 2;
  const panelBytes = bytes * depth;
  let lane: i32 = 0;
  if (width < 8) {
    // Two narrow panels at a time: each line of the cache is read in fewer pieces.
    for (; lane + 2 * width <= count; lane += 2 * width) {
      let from = source + (<usize>lane << 2);
      let second = target + panelBytes;
      for (let step: i32 = 0; step < depth; step++) {
        copyLanes(target, from, width);
        copyLanes(second, from + bytes, width);
        from += stride;
        target += bytes;
        second += bytes;
      }
      target = second;
    }
  }
  for (; lane < count; lane += width) {
    const left = min(count - lane, width);
    let from = source + (<usize>lane << 2);
    for (let step: i32 = 0; step < depth; step++) {
      if (left == width) copyLanes(target, from, width);
      else for (let i: i32 = 0; i < width; i++) store<f32>(target + (<usize>i << 2), i < left ? load<f32>(from + (<usize>i << 2)) : 0);
      from += stride;
      target += bytes;
    }
  }
}

/** Copies one step of a panel, at most 16 numbers. */
// @ts-ignore: decorator
@inline
function copyLanes(target: usize, from: usize, width: i32): void {
  if (width >= 4) v128.store(target, v128.load(from));
  if (width >= 8) v128.store(target, v128.load(from, 16), 16);
  if (width >= 12) v128.store(target, v128.load(from, 32), 32);
  if (width >= 16) v128.store(target, v128.load(from, 48), 48);
  let copied = <usize>(width & ~3) << 2;
  if (width & 2) {
    store<u64>(target + copied, load<u64>(from + copied));
    copied += 8;
  }
  if (width & 1) store<f32>(target + copied, load<f32>(from + copied));
}

/**
 * Packs a block whose depth direction is contiguous: element (lane, step) at `source + stride lane + 4 step`.
 *
 * @param count how many lanes the block has
 * @param depth how many steps
 * @param stride bytes from one lane to the next
 */
// @ts-ignore: decorator
@inline
export function packColumns(target: usize, source: usize, count: i32, depth: i32, stride: usize, width: i32): void {
  const step = <usize>width << 2;
  for (let lane: i32 = 0; lane < count; lane += width) {
    for (let group: i32 = 0; group < width; group += LANES) {
      const left = count - lane - group;
      const from = source + stride * <usize>(lane + group);
      const to = target + (<usize>group << 2);
      const lanes = min(width - group, LANES);
      if (min(lanes, left) == LANES) transposeLanes(to, from, depth, stride, step);
      else fillLanes(to, from, lanes, left, depth, stride, step);
    }
    target += step * <usize>depth;
  }
}

/** Copies four lanes. */
function transposeLanes(to: usize, from: usize, depth: i32, stride: usize, step: usize): void {
  let p0 = from;
  let p1 = p0 + stride;
  let p2 = p1 + stride;
  let p3 = p2 + stride;
  let k: i32 = 0;
  for (; k + LANES <= depth; k += LANES) {
    transposeFour(to, to + step, to + 2 * step, to + 3 * step, p0, p1, p2, p3);
    p0 += 16;
    p1 += 16;
    p2 += 16;
    p3 += 16;
    to += 4 * step;
  }
  fillLanes(to, p0, LANES, LANES, depth - k, stride, step);
}

/** Copies `lanes` numbers of each step, those from number `left` on zeros. */
function fillLanes(to: usize, from: usize, lanes: i32, left: i32, depth: i32, stride: usize, step: usize): void {
  for (let k: i32 = 0; k < depth; k++) {
    let p = from;
    for (let lane: i32 = 0; lane < lanes; lane++) {
      store<f32>(to + (<usize>lane << 2), lane < left ? load<f32>(p) : 0);
      p += stride;
    }
    from += 4;
    to += step;
  }
}
