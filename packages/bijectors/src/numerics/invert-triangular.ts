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
  type Tensor2D,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { customGradient } from '@pushforward/tensor';

/**
 * The inverse of a lower triangular matrix; what stands above the diagonal is not read.
 *
 * Diagonal blocks are inverted from the smallest to the largest, all of one size together: about 8 log₂ n operations and n³ / 3
 * multiplications. The gradient is that of a general inverse, `−Gᵀ·dG·Gᵀ` for the result G, so that its part above the diagonal
 * has to be masked out by whoever filled the matrix.
 *
 * **Shapes**: `[n, n]`.
 *
 * **Numerics**: the error grows with the condition number, as that of substitution does.
 */
export function invertLowerTriangular(matrix: Tensor): Tensor2D {
  const op = customGradient<Tensor2D>(([input], save) => {
    const inverse = invertBlocks(input);
    save([inverse]);
    return {
      value: inverse,
      gradFunc: (dy, [saved]) => neg(matMul(matMul(saved as Tensor2D, dy, true), saved as Tensor2D, false, true)),
    };
  });
  return op(matrix);
}

function invertBlocks(matrix: Tensor): Tensor2D {
  const n = matrix.shape[0];
  const size = 2 ** Math.ceil(Math.log2(n));
  const padded =
    size === n
      ? matrix
      : pad(matrix, [
          [0, size - n],
          [0, size - n],
        ]);
  const diagonal = sum(mul(padded, eye(size)), 1);
  // Ones where the padding has zeros.
  const fill = tensor1d(Array.from({ length: size }, (_, i) => (i < n ? 0 : -1)));
  let inverses: Tensor = reshape(reciprocal(sub(diagonal, fill)), [size, 1, 1]);
  for (let half = 1; half < size; half *= 2) {
    const count = size / (2 * half);
    const onDiagonal = reshape(eye(count), [count, 1, count, 1]);
    const blocks = sum(mul(reshape(padded, [count, 2 * half, count, 2 * half]), onDiagonal), 2);
    const below = slice(blocks, [0, half, 0], [count, half, half]);
    const [upper, lower] = split(reshape(inverses, [count, 2, half, half]), 2, 1).map((part) =>
      reshape(part, [count, half, half]),
    );
    const corner = neg(matMul(matMul(lower, below), upper));
    const top = pad(upper, [
      [0, 0],
      [0, 0],
      [0, half],
    ]);
    inverses = concat([top, concat([corner, lower], 2)], 1);
  }
  return slice(reshape(inverses, [size, size]), [0, 0], [n, n]) as Tensor2D;
}
