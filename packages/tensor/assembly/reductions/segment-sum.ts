/**
 * Adds every row of a matrix of float32 to the row of the result that its segment names; a row whose segment does not exist is dropped.
 *
 * @param segments one int32 a row
 * @param count numbers a row
 */
export function segmentSum(x: usize, segments: usize, result: usize, rows: i32, count: i32, segmentCount: i32): void {
  const bytes = <usize>count << 2;
  memory.fill(result, 0, bytes * segmentCount);
  for (let row: i32 = 0; row < rows; row++) {
    const segment = load<i32>(segments + (<usize>row << 2));
    if (segment >= 0 && segment < segmentCount) {
      const target = result + bytes * segment;
      let i: usize = 0;
      for (; i + 16 <= bytes; i += 16) v128.store(target + i, f32x4.add(v128.load(target + i), v128.load(x + i)));
      for (; i < bytes; i += 4) store<f32>(target + i, load<f32>(target + i) + load<f32>(x + i));
    }
    x += bytes;
  }
}
