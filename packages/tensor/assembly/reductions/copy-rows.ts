/**
 * Copies a matrix of 4-byte numbers between buffers that do not overlap.
 *
 * @param targetStride bytes from one row of the target to the next
 * @param sourceStride bytes from one row of the source to the next
 * @param rows how many rows
 * @param count how many numbers each row has
 */
export function copyRows(target: usize, targetStride: usize, source: usize, sourceStride: usize, rows: i32, count: i32): void {
  const bytes = <usize>count << 2;
  if (rows == 1 || (targetStride == bytes && sourceStride == bytes)) {
    memory.copy(target, source, <usize>rows * bytes);
    return;
  }
  for (let row: i32 = 0; row < rows; row++) {
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) v128.store(target + i, v128.load(source + i));
    for (; i < bytes; i += 4) store<u32>(target + i, load<u32>(source + i));
    target += targetStride;
    source += sourceStride;
  }
}
