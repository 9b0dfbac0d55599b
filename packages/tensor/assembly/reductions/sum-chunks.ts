/** `target[k] = Σ source[chunk][k]` over chunks that lie `stride` bytes apart, always in the same order. */
export function sumChunks(target: usize, source: usize, stride: usize, chunks: i32, count: i32): void {
  let k: i32 = 0;
  for (; k + 4 <= count; k += 4) {
    let sum = f32x4.splat(0);
    let from = source;
    for (let chunk: i32 = 0; chunk < chunks; chunk++) {
      sum = f32x4.add(sum, v128.load(from));
      from += stride;
    }
    v128.store(target, sum);
    target += 16;
    source += 16;
  }
  for (; k < count; k++) {
    let sum: f32 = 0;
    let from = source;
    for (let chunk: i32 = 0; chunk < chunks; chunk++) {
      sum += load<f32>(from);
      from += stride;
    }
    store<f32>(target, sum);
    target += 4;
    source += 4;
  }
}
