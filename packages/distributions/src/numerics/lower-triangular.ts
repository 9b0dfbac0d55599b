import {
  concat,
  div,
  equal,
  expandDims,
  greaterEqual,
  mul,
  range,
  reshape,
  scalar,
  slice,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { where } from '@pushforward/tensor';

/** The rows and columns of an n × n matrix by their numbers: `[n, 1]` and `[n]`. */
function places(n: number): { rows: Tensor; columns: Tensor } {
  const columns = range(0, n);
  return { rows: expandDims(columns, 1), columns };
}

/** A matrix `[..., n, n]` with zeros above the diagonal, whatever stands there, for use under `tf.tidy`. */
export function lowerTriangle(matrix: Tensor): Tensor {
  const { rows, columns } = places(matrix.shape.at(-1) as number);
  return where(greaterEqual(rows, columns), matrix, scalar(0));
}

/** The diagonal `[..., n]` of matrices `[..., n, n]`, for use under `tf.tidy`. */
export function diagonalOf(matrix: Tensor): Tensor {
  const { rows, columns } = places(matrix.shape.at(-1) as number);
  return sum(where(equal(rows, columns), matrix, scalar(0)), -1);
}

/**
 * The y with `L y = b`, by forward substitution: n steps, each for all systems at once. What stands above the diagonal of L is not read.
 *
 * **Shapes**: L `[...batch, n, n]`, b `[...batch, n]` or with leading axes before these; result that of b.
 *
 * **Numerics**: backward stable: the error grows with the condition number of L, not with its square as by an inverse of `L Lᵀ`.
 */
export function solveLowerTriangular(matrix: Tensor, b: Tensor): Tensor {
  const n = b.shape.at(-1) as number;
  return tidy(() => {
    const solution: Tensor[] = [];
    let rest = b;
    for (let i = 0; i < n; i++) {
      // Column i from the diagonal down, [...batch, n − i]; `rest` has the equations from i on.
      const column = columnFrom(matrix, i);
      const y = div(part(rest, 0, 1), part(column, 0, 1));
      solution.push(y);
      if (i < n - 1) rest = sub(part(rest, 1, n - 1 - i), mul(y, part(column, 1, n - 1 - i)));
    }
    return concat(solution, b.rank - 1);
  });
}

function columnFrom(matrix: Tensor, i: number): Tensor {
  const batch = matrix.shape.slice(0, -2);
  const size = (matrix.shape.at(-1) as number) - i;
  const column = slice(matrix, [...batch.map(() => 0), i, i], [...batch, size, 1]);
  return reshape(column, [...batch, size]);
}

/** Some numbers of the last axis. */
function part(x: Tensor, begin: number, size: number): Tensor {
  const batch = x.shape.slice(0, -1);
  return slice(x, [...batch.map(() => 0), begin], [...batch, size]);
}
