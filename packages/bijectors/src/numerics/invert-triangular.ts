import {
  concat,
  eye,
  matMul,
  mul,
  neg,
  pad,
  reciprocal,
  reshape,
  slice,
  split,
  sub,
  sum,
  type Tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { customGradient, sizeOf } from '@pushforward/tensor';

/**
 * The inverse of lower triangular matrices; what stands above their diagonals is not read.
 *
 * Diagonal blocks are inverted from the smallest to the largest, all of one size together: about 8 log₂ n operations and n³ / 3
 * multiplications. The gradient is that of a general inverse, `−Gᵀ·dG·Gᵀ` for the result G, so that its part above the diagonal
 * has to be masked out by whoever filled the matrix.
 *
 * **Shapes**: `[..., n, n]`.
 *
 * **Numerics**: the error grows with the condition number, as that of substitution does.
 */
export function invertLowerTriangular(matrix: Tensor): Tensor {
  const n = matrix.shape.at(-1)!;
  const op = customGradient(([input], save) => {
    const inverse = invertBlocks(input);
    save([inverse]);
    return {
      value: inverse,
      gradFunc: (dy, [saved]) => neg(matMul(matMul(saved, dy, true), saved, false, true)),
    };
  });
  return reshape(op(reshape(matrix, [sizeOf(matrix.shape.slice(0, -2)), n, n])), matrix.shape);
}

/** Of matrices `[count, n, n]`. */
function invertBlocks(matrix: Tensor): Tensor {
  const [count, n] = matrix.shape;
  const size = 2 ** Math.ceil(Math.log2(n));
  const padded =
    size === n
      ? matrix
      : pad(matrix, [
          [0, 0],
          [0, size - n],
          [0, size - n],
        ]);
  const diagonal = sum(mul(padded, eye(size)), 2);
  // Ones where the padding has zeros.
  const fill = tensor1d(Array.from({ length: size }, (_, i) => (i < n ? 0 : -1)));
  let inverses: Tensor = reshape(reciprocal(sub(diagonal, fill)), [count * size, 1, 1]);
  for (let half = 1; half < size; half *= 2) {
    const blocks = size / (2 * half);
    const onDiagonal = reshape(eye(blocks), [1, blocks, 1, blocks, 1]);
    const cut = reshape(padded, [count, blocks, 2 * half, blocks, 2 * half]);
    const all = count * blocks;
    const along = reshape(sum(mul(cut, onDiagonal), 3), [all, 2 * half, 2 * half]);
    const below = slice(along, [0, half, 0], [all, half, half]);
    const [upper, lower] = split(reshape(inverses, [all, 2, half, half]), 2, 1).map((part) =>
      reshape(part, [all, half, half]),
    );
    const corner = neg(matMul(matMul(lower, below), upper));
    const top = pad(upper, [
      [0, 0],
      [0, 0],
      [0, half],
    ]);
    inverses = concat([top, concat([corner, lower], 2)], 1);
  }
  return slice(reshape(inverses, [count, size, size]), [0, 0, 0], [count, n, n]);
}
