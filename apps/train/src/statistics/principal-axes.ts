import { columnMeans, covariance, type Matrix } from './statistics.js';

const ITERATIONS = 300;

/** The rows along the two directions in which they vary most, `rows × 2`: a principal component analysis by power iteration. */
export function projectOnPrincipalAxes(data: Matrix): Matrix {
  const { values, rows, columns } = data;
  const matrix = covariance(data);
  const axes: Float64Array[] = [];
  for (let axis = 0; axis < 2; axis++) {
    // Not along a coordinate, so that no axis can be at a right angle to the start by construction.
    let direction = Float64Array.from({ length: columns }, (_, i) => 1 + ((7 * i + axis) % 11) / 11);
    for (let iteration = 0; iteration < ITERATIONS; iteration++) {
      const next = new Float64Array(columns);
      for (let i = 0; i < columns; i++) next[i] = dot(matrix.subarray(i * columns, (i + 1) * columns), direction);
      for (const found of axes) {
        const along = dot(next, found);
        for (let i = 0; i < columns; i++) next[i] -= along * found[i];
      }
      const length = Math.sqrt(dot(next, next));
      if (length === 0) break;
      direction = next.map((value) => value / length);
    }
    axes.push(direction);
  }
  const means = columnMeans(data);
  const projected = new Float64Array(rows * 2);
  for (let row = 0; row < rows; row++) {
    const centred = values.subarray(row * columns, (row + 1) * columns).map((value, i) => value - means[i]);
    projected[2 * row] = dot(centred, axes[0]);
    projected[2 * row + 1] = dot(centred, axes[1]);
  }
  return { values: projected, rows, columns: 2 };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
