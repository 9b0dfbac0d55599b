/**
 * L with `L Lᵀ = matrix`, `size × size` with zeros above the diagonal.
 *
 * @returns null where a row follows from those before it to 11 digits
 */
export function cholesky(matrix: Float64Array, size: number): Float64Array | null {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j];
      for (let k = 0; k < j; k++) rest -= factor[i * size + k] * factor[j * size + k];
      if (i === j && !(rest > 1e-11 * matrix[i * size + i])) return null;
      factor[i * size + j] = i === j ? Math.sqrt(rest) : rest / factor[j * size + j];
    }
  }
  return factor;
}

/** x with `L x = b`. */
export function solveLower(factor: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  const x = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let rest = b[i];
    for (let k = 0; k < i; k++) rest -= factor[i * size + k] * x[k];
    x[i] = rest / factor[i * size + i];
  }
  return x;
}

/** x with `Lᵀ x = b`. */
export function solveUpper(factor: Float64Array, b: Float64Array): Float64Array {
  const size = b.length;
  const x = Float64Array.from(b);
  for (let i = size - 1; i >= 0; i--) {
    for (let k = i + 1; k < size; k++) x[i] -= factor[k * size + i] * x[k];
    x[i] /= factor[i * size + i];
  }
  return x;
}
