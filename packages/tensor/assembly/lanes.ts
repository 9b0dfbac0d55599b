// Vectors of which only the first `count` lanes, 1 to 4, are in use.

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
    const to2 = to + 2 * stride;
    for (; k + 4 <= depth; k += 4) {
      const c0 = v128.load(from);
      const c1 = v128.load(from, 16);
      const c2 = v128.load(from, 32);
      const c3 = v128.load(from, 48);
      const low01 = v128.shuffle<f32>(c0, c1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(c2, c3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(c0, c1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(c2, c3, 2, 6, 3, 7);
      const at = <usize>k << 2;
      v128.store(to + at, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
      v128.store(to + stride + at, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
      v128.store(to2 + at, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
      v128.store(to2 + stride + at, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
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
