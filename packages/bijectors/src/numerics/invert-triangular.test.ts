import {
  add,
  eye,
  grad,
  matMul,
  mul,
  stack,
  sum,
  type Tensor,
  tensor2d,
  type Tensor2D,
  tidy,
  unstack,
} from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { invertLowerTriangular } from './invert-triangular.js';

const lowerMask = (n: number) =>
  tensor2d(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (j < i ? 0.3 : 0))));

describe('invertLowerTriangular', () => {
  test.each([1, 2, 3, 4, 7, 8, 21])('of size %d, times the matrix, is the identity', async (n) => {
    const matrix = tidy(() => add(mul(normal(key(n), [n, n]), lowerMask(n)), mul(eye(n), 2))) as Tensor2D;
    const inverse = invertLowerTriangular(matrix);
    await expect(matMul(inverse, matrix)).toBeAllClose(eye(n));
    await expect(matMul(matrix, inverse)).toBeAllClose(eye(n));
  });

  test('does not read what stands above the diagonal', async () => {
    await expect(
      invertLowerTriangular(
        tensor2d([
          [2, 9],
          [3, 4],
        ]),
      ),
    ).toBeAllClose(
      tensor2d([
        [0.5, 0],
        [-0.375, 0.25],
      ]),
    );
  });

  test('of several matrices is the inverse of each, gradients included', async () => {
    const matrices = [0, 1, 2].map((i) =>
      tidy(() => add(mul(normal(key(i), [5, 5]), lowerMask(5)), mul(eye(5), 2 - i / 4))),
    );
    const together = stack(matrices);
    const weights = normal(key(9), [5, 5]);
    const loss = (matrix: Tensor) => sum(mul(invertLowerTriangular(matrix), weights));
    const [inverses, gradients] = [unstack(invertLowerTriangular(together)), unstack(grad(loss)(together))];
    for (const [i, matrix] of matrices.entries()) {
      await expect(inverses[i]).toBeAllClose(invertLowerTriangular(matrix));
      await expect(gradients[i]).toBeAllClose(grad(loss)(matrix));
    }
  });

  test('leaks nothing', async () => {
    const matrix = tensor2d([
      [2, 0, 0],
      [3, 4, 0],
      [1, 1, 1],
    ]);
    await expect(() => tidy(() => invertLowerTriangular(matrix))).toLeakNoTensor();
  });
});
