import { exp, grads, log, matMul, mul, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { repetitions } from '../../testing/repetitions.js';

/** A dense array of float64. */
interface Dense {
  shape: number[];
  values: number[];
}

const sizeOf = (shape: number[]) => shape.reduce((product, size) => product * size, 1);

/** Small pseudo-random numbers of both signs, exact in float32. */
const dense = (shape: number[], seed: number): Dense => ({
  shape,
  values: Array.from({ length: sizeOf(shape) }, (_, i) => Math.fround(Math.sin(1 + seed * 7.13 + i * 1.7))),
});

const toTensor = ({ values, shape }: Dense): Tensor => tensor(values, shape);

/** Offset of entry `index` of `batch` in an array whose own batch shape broadcasts to it. */
function batchOffset(index: number, batch: number[], own: number[]): number {
  let offset = 0;
  batch.forEach((size, axis) => {
    const coordinate = Math.floor(index / sizeOf(batch.slice(axis + 1))) % size;
    const ownAxis = axis - (batch.length - own.length);
    if (ownAxis >= 0 && own[ownAxis] !== 1) offset += coordinate * sizeOf(own.slice(ownAxis + 1));
  });
  return offset;
}

/** The triple loop, and for each element the sum of the absolute terms, to which rounding is relative. */
function product(a: Dense, b: Dense, transposeA: boolean, transposeB: boolean): Dense & { magnitudes: number[] } {
  const matrix = ({ shape }: Dense, transposed: boolean) => {
    const [rows, columns] = shape.slice(-2);
    return transposed
      ? { rows: columns, columns: rows, row: 1, column: columns }
      : { rows, columns, row: columns, column: 1 };
  };
  const left = matrix(a, transposeA);
  const right = matrix(b, transposeB);
  const [batchA, batchB] = [a.shape.slice(0, -2), b.shape.slice(0, -2)];
  const rank = Math.max(batchA.length, batchB.length);
  const batch = Array.from({ length: rank }, (_, axis) => {
    const sizes = [batchA[axis - rank + batchA.length] ?? 1, batchB[axis - rank + batchB.length] ?? 1];
    return sizes[0] === 1 ? sizes[1] : sizes[0];
  });
  const values: number[] = [];
  const magnitudes: number[] = [];
  for (let entry = 0; entry < sizeOf(batch); entry++) {
    const startA = batchOffset(entry, batch, batchA) * left.rows * left.columns;
    const startB = batchOffset(entry, batch, batchB) * right.rows * right.columns;
    for (let i = 0; i < left.rows; i++) {
      for (let j = 0; j < right.columns; j++) {
        let total = 0;
        let magnitude = 0;
        for (let k = 0; k < left.columns; k++) {
          const term =
            a.values[startA + i * left.row + k * left.column] * b.values[startB + k * right.row + j * right.column];
          total += term;
          magnitude += Math.abs(term);
        }
        values.push(total);
        magnitudes.push(magnitude);
      }
    }
  }
  return { shape: [...batch, left.rows, right.columns], values, magnitudes };
}

// A float32 sum of n terms in blocks of 256 or less is good to about √n · 6e-8 of the sum of the absolute terms.
const TOLERANCE = 2e-6;

async function expectProduct(a: Dense, b: Dense, transposeA: boolean, transposeB: boolean): Promise<void> {
  const expected = product(a, b, transposeA, transposeB);
  const [x, y] = [toTensor(a), toTensor(b)];
  const actual = matMul(x, y, transposeA, transposeB);
  expect(actual.shape).toEqual(expected.shape);
  const values = await actual.data();
  expected.values.forEach((value, i) => {
    const error = Math.abs(values[i] - value);
    if (!(error <= TOLERANCE * expected.magnitudes[i])) {
      throw new Error(
        `element ${i} of ${a.shape} · ${b.shape} (${transposeA}, ${transposeB}): expected ${value}, got ${values[i]}`,
      );
    }
  });
  for (const each of [x, y, actual]) each.dispose();
}

const transpositions = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
];

const matrices = (
  rows: number,
  depth: number,
  columns: number,
  transposeA: boolean,
  transposeB: boolean,
  batchA: number[] = [],
  batchB: number[] = [],
) =>
  [
    dense([...batchA, ...(transposeA ? [depth, rows] : [rows, depth])], 1),
    dense([...batchB, ...(transposeB ? [columns, depth] : [depth, columns])], 2),
  ] as const;

describe.each(transpositions)('matMul, transposeA %s, transposeB %s', (transposeA, transposeB) => {
  test('random sizes, 0 and 1 among them', async () => {
    const size = fc.oneof(fc.constantFrom(0, 1, 4, 8), fc.integer({ min: 0, max: 40 }));
    await fc.assert(
      fc.asyncProperty(size, size, size, (rows, depth, columns) =>
        expectProduct(...matrices(rows, depth, columns, transposeA, transposeB), transposeA, transposeB),
      ),
      { seed: 1, numRuns: repetitions(80) },
    );
  });

  test.each([
    [1, 600, 1],
    [131, 5, 9],
    [5, 257, 9],
    [3, 2, 1030],
    [130, 258, 17],
  ])('%i × %i × %i, across the edges of the cache blocks', (rows, depth, columns) =>
    expectProduct(...matrices(rows, depth, columns, transposeA, transposeB), transposeA, transposeB),
  );

  test.each([
    [[3], [3]],
    [[3], [1]],
    [[1], [3]],
    [[3], []],
    [[], [2, 3]],
    [[2, 1], [3]],
    [
      [2, 1, 4],
      [1, 3, 1],
    ],
    [[0], [1]],
  ])('batches %j and %j broadcast', (batchA, batchB) =>
    expectProduct(...matrices(5, 3, 9, transposeA, transposeB, batchA, batchB), transposeA, transposeB),
  );

  // On webgl, where textures hold squares of four numbers, exp leaves 1 beyond an odd size, and log -∞ or NaN.
  test.each([1, 3, 5])('operands of depth %d that other operations made', async (depth) => {
    for (const [batchA, batchB] of [
      [[], []],
      [[2], [1]],
      [[2, 1], [3]],
    ]) {
      const [a, b] = matrices(5, depth, 7, transposeA, transposeB, batchA, batchB);
      const positive = { shape: a.shape, values: a.values.map((value) => Math.fround(Math.exp(value))) };
      const actual = matMul(exp(toTensor(a)), exp(toTensor(b)), transposeA, transposeB);
      const other = matMul(log(toTensor(positive)), exp(toTensor(b)), transposeA, transposeB);
      const raised = { shape: b.shape, values: b.values.map(Math.exp) };
      await expect(actual).toBeAllClose(product(positive, raised, transposeA, transposeB).values, {
        rtol: 1e-5,
        atol: 1e-5,
      });
      await expect(other).toBeAllClose(product(a, raised, transposeA, transposeB).values, { rtol: 1e-5, atol: 1e-5 });
    }
  });

  test.each([
    [[], []],
    [[2], [2]],
    [[2, 1], [3]],
    [[], [3]],
    [[0], [1]],
  ])('gradients over batches %j and %j', async (batchA, batchB) => {
    const [a, b] = matrices(6, 5, 11, transposeA, transposeB, batchA, batchB);
    const { shape } = product(a, b, transposeA, transposeB);
    const weights = dense(shape, 3);
    const [da, db] = grads((x, y) => sum(mul(matMul(x, y, transposeA, transposeB), toTensor(weights))))([
      toTensor(a),
      toTensor(b),
    ]);

    const gradientA = transposeA ? product(b, weights, transposeB, true) : product(weights, b, false, !transposeB);
    const gradientB = transposeB ? product(weights, a, true, transposeA) : product(a, weights, !transposeA, false);
    await expectGradient(da, gradientA, a.shape);
    await expectGradient(db, gradientB, b.shape);
  });
});

/** Compares with a gradient per batch entry, summed over the axes that were broadcast. */
async function expectGradient(actual: Tensor, perEntry: Dense, shape: number[]): Promise<void> {
  expect(actual.shape).toEqual(shape);
  const batch = perEntry.shape.slice(0, -2);
  const size = sizeOf(shape.slice(-2));
  const expected = Array.from({ length: sizeOf(shape) }, () => 0);
  for (let entry = 0; entry < sizeOf(batch); entry++) {
    const offset = batchOffset(entry, batch, shape.slice(0, -2)) * size;
    for (let i = 0; i < size; i++) expected[offset + i] += perEntry.values[entry * size + i];
  }
  await expect(actual).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-5 });
}

describe('matMul', () => {
  test('NaN and infinities reach exactly the elements that depend on them', async () => {
    const a = dense([6, 5], 1);
    const b = dense([5, 11], 2);
    a.values[2 * 5 + 3] = NaN;
    b.values[4 * 11 + 10] = Infinity;
    await expect(matMul(toTensor(a), toTensor(b))).toBeAllClose(product(a, b, false, false).values);
    const zero = matMul(zeros([4, 1]), tensor([[1, Infinity, NaN]]));
    await expect(zero).toBeAllClose(Array.from({ length: 4 }, () => [0, NaN, NaN]));
  });

  test('the second derivative', async () => {
    const x = dense([3, 3], 1);
    // Σ (x·x)ᵢⱼ has the gradient g(x) = 1·xᵀ + xᵀ·1, and Σ g(x)² = f has one too.
    const [first] = grads((t) => sum(matMul(t, t)))([toTensor(x)]);
    const expected = x.values.map((_, i) => {
      const [row, column] = [Math.floor(i / 3), i % 3];
      return [0, 1, 2].reduce((total, k) => total + x.values[column * 3 + k] + x.values[k * 3 + row], 0);
    });
    await expect(first).toBeAllClose(expected);
  });

  test('leaks no tensor', async () => {
    const [a, b] = [toTensor(dense([2, 3, 4], 1)), toTensor(dense([4, 5], 2))];
    await expect(() => matMul(a, b)).toLeakNoTensor();
    await expect(() => grads((x, y) => sum(matMul(x, y)))([a, b])).toLeakNoTensor();
    a.dispose();
    b.dispose();
  });
});
