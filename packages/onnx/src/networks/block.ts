/** The integers from `begin` up to, without, `end`. */
export function range(begin: number, end: number): number[] {
  return Array.from({ length: end - begin }, (_, i) => begin + i);
}

/** Some rows and columns of a matrix, row by row. */
export function takeBlock(
  matrix: Float32Array,
  width: number,
  rows: readonly number[],
  columns: readonly number[],
): Float32Array {
  const block = new Float32Array(rows.length * columns.length);
  rows.forEach((row, i) =>
    columns.forEach((column, j) => (block[i * columns.length + j] = matrix[row * width + column])),
  );
  return block;
}
