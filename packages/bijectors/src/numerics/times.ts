import { expandDims, mul, reshape, sum, type Tensor, transpose } from '@tensorflow/tfjs-core';
import { linear } from '@pushforward/tensor';

/** Row vectors `[..., n]` times a matrix `[n, m]`, or each times one of its own, `[..., n, m]`. */
export function times(vectors: Tensor, matrix: Tensor): Tensor {
  return matrix.rank === 2 ? linear(vectors, matrix) : sum(mul(expandDims(vectors, -1), matrix), -2);
}

/** Matrices `[..., n, m]` as `[..., m, n]`. */
export function transposed(matrix: Tensor): Tensor {
  const { rank, shape } = matrix;
  // The wasm backend divides by the sizes.
  if (matrix.size === 0) return reshape(matrix, [...shape.slice(0, -2), shape[rank - 1], shape[rank - 2]]);
  const lead = Array.from({ length: rank - 2 }, (_, axis) => axis);
  return transpose(matrix, [...lead, rank - 1, rank - 2]);
}
