import { matMul, type Tensor } from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import { at, build, type Float64, spread } from '../testing/operations/float64.js';
import { checkOperation } from '../testing/operations/check-operation.js';

/** The triple loop, over batch axes that broadcast. */
function product(a: Float64, b: Float64, transposeA: boolean, transposeB: boolean): Float64 {
  const left = transposeA ? swapLast(a) : a;
  const right = transposeB ? swapLast(b) : b;
  const [rows, depth] = left.shape.slice(-2);
  const columns = right.shape.at(-1)!;
  const batches = [left, right].map(({ shape }) => shape.slice(0, -2));
  const rank = Math.max(...batches.map((batch) => batch.length));
  const batch = Array.from({ length: rank }, (_, i) => {
    const sizes = batches.map((own) => own[i - (rank - own.length)] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
  const own = (x: Float64, index: number[]) =>
    x.shape.slice(0, -2).map((size, i) => (size === 1 ? 0 : index[i + rank - (x.shape.length - 2)]));
  return build([...batch, rows, columns], (index) => {
    let sum = 0;
    for (let k = 0; k < depth; k++)
      sum += at(left, [...own(left, index), index[rank], k]) * at(right, [...own(right, index), k, index[rank + 1]]);
    return sum;
  });
}

function swapLast(x: Float64): Float64 {
  const [rows, columns] = x.shape.slice(-2);
  return build([...x.shape.slice(0, -2), columns, rows], (index) =>
    at(x, [...index.slice(0, -2), index.at(-1)!, index.at(-2)!]),
  );
}

describe.each([
  [false, false],
  [false, true],
  [true, false],
  [true, true],
])('matMul, transposed %j and %j', (transposeA, transposeB) => {
  test.each([
    [[], 1, 1, 1, []],
    [[], 3, 4, 5, []],
    [[], 1, 7, 2, []],
    [[], 2, 7, 1, []],
    [[], 0, 3, 2, []],
    [[], 2, 0, 3, []],
    [[], 2, 3, 0, []],
    [[2], 3, 4, 2, [2]],
    [[2], 3, 4, 2, [1]],
    [[3], 2, 2, 2, []],
    [[2, 1], 2, 3, 2, [1, 3]],
    [[0], 2, 3, 2, [0]],
    [[], 33, 9, 21, []],
  ])('batch %j of %d × %d × %d, batch %j: value and gradients', async (batchA, rows, depth, columns, batchB) => {
    const shapeA = transposeA ? [depth, rows] : [rows, depth];
    const shapeB = transposeB ? [columns, depth] : [depth, columns];
    await checkOperation({
      operation: (a: Tensor, b: Tensor) => matMul(a, b, transposeA, transposeB),
      reference: (a, b) => product(a, b, transposeA, transposeB),
      inputs: [spread([...batchA, ...shapeA], -1, 1), spread([...batchB, ...shapeB], -1, 1, 7)],
      tolerance: { rtol: 1e-5, atol: 1e-5 },
    });
  });
});
