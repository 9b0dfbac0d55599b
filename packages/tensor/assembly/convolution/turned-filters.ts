import { transposeMatrix } from '../simd/transpose';

/**
 * The filters by which a transposed convolution is a convolution: of `[height, width, outputs, inputs]` every `stride`-th pixel from (top, left) on, turned
 * by 180 degrees, as a matrix `[rows × columns × inputs, outputs]`, where `rows` × `columns` are the pixels taken.
 */
export function turnFilters(
  target: usize,
  filters: usize,
  width: i32,
  outputs: i32,
  inputs: i32,
  stride: i32,
  top: i32,
  left: i32,
  rows: i32,
  columns: i32,
): void {
  const bytes = <usize>(outputs * inputs) << 2;
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const pixel = (top + stride * row) * width + left + stride * column;
      transposeMatrix(target, filters + <usize>pixel * bytes, outputs, inputs);
      target += bytes;
    }
  }
}
