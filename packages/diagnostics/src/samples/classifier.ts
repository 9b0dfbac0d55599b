import { checkOptions, key, permutation, type Seed, split } from '@pushforward/tensor';
import { checkMatrix, column, type Matrix, takeRows } from '../arrays/matrix.js';
import { binomialUpperTail } from '../numerics/binomial.js';
import { cholesky, solveLower, solveUpper } from '../numerics/cholesky.js';
import { normalQuantile } from '../numerics/normal.js';
import { normals, uniforms } from '../numerics/random.js';
import type { TestResult } from '../tests/p-values.js';

/** The result of {@link classifierTest}; the statistic is the accuracy on pairs that the classifier has not seen. */
export interface ClassifierResult extends TestResult {
  /** The rows that the accuracy is of. */
  tested: number;
}

const FEATURES = 100;
/** In units of a normal number's deviation. */
const LENGTH_SCALES = [0.5, 1, 2];
/** The rows that the classifier learns from and those that it is tested on, of each kind. */
const ROWS = 2000;

/**
 * Whether a classifier can tell the data from samples of the model. It learns from half of the pairs (a row of data, a sample) and is tested on the
 * other half: if the model is right it guesses, and the number of right answers is at most as spread out as Binomial(n, ½), from which the p-value is.
 *
 * The classifier is regularised least squares on random Fourier features of three length scales, on each column and on its square, after every column
 * has been mapped to normal scores; so units and values far out do not matter.
 *
 * **Shapes**: data and samples `[N, D]`, the i-th sample under the same context as the i-th row, if there is one.
 *
 * Source: Lopez-Paz & Oquab 2017, "Revisiting classifier two-sample tests", section 3; Rahimi & Recht 2007, "Random features for large-scale kernel
 * machines", algorithm 1; Hoeffding 1956, "On the distribution of the number of successes in independent trials", theorem 5, for the tail.
 *
 * @throws Error if a number is NaN, the shapes differ or there are fewer than 8 rows
 *
 * @example
 * ```ts
 * import { classifierTest, matrix } from '@pushforward/diagnostics';
 *
 * const row = (shift: number) => (_: unknown, i: number) => [Math.sin(i * i + shift) + shift];
 * const [data, samples] = [1, 0].map((shift) => matrix(Array.from({ length: 200 }, row(shift))));
 * console.log(classifierTest(data, samples, { seed: 0 }).pValue < 0.001); // true
 * ```
 */
export function classifierTest(data: Matrix, samples: Matrix, options: { seed?: Seed } = {}): ClassifierResult {
  checkOptions('classifierTest', options, ['seed']);
  const { seed } = options;
  checkMatrix('classifierTest: data', data, 8);
  checkMatrix('classifierTest: samples', samples, data.rows, data.columns);
  const [order, frequencies, phases] = split(key(seed), 3);
  const rows = permutation(order, data.rows).slice(0, 2 * ROWS);
  const half = rows.length >> 1;
  const [train, test] = [rows.slice(0, half), rows.slice(half)];
  const scores = normalScores([takeRows(data, train), takeRows(samples, train)]);
  const { columns } = data;
  const weights = normals(frequencies, FEATURES * columns);
  const shifts = uniforms(phases, FEATURES);
  const features = (row: Float64Array) => {
    const result = new Float64Array(1 + 2 * columns + FEATURES);
    result[0] = 1;
    for (let i = 0; i < columns; i++) {
      result[1 + i] = row[i];
      result[1 + columns + i] = row[i] ** 2 - 1;
    }
    for (let k = 0; k < FEATURES; k++) {
      let phase = 2 * Math.PI * shifts[k];
      // A length scale is that of a distance between rows, which grows with the root of the columns.
      const scale = 1 / (LENGTH_SCALES[k % LENGTH_SCALES.length] * Math.sqrt(columns));
      for (let i = 0; i < columns; i++) phase += weights[k * columns + i] * scale * row[i];
      result[1 + 2 * columns + k] = Math.SQRT2 * Math.cos(phase);
    }
    return result;
  };
  const describe = (source: Matrix, list: readonly number[]) =>
    list.map((row) => features(scores(source.values.subarray(row * columns, (row + 1) * columns))));
  const direction = discriminant(describe(data, train), describe(samples, train));
  const answer = (row: Float64Array) => row.reduce((sum, value, i) => sum + value * direction[i], 0);
  const right =
    describe(data, test).filter((row) => answer(row) > 0).length +
    describe(samples, test).filter((row) => answer(row) <= 0).length;
  const tested = 2 * test.length;
  return { statistic: right / tested, tested, pValue: Math.min(1, binomialUpperTail(right, tested, 0.5)) };
}

/** Maps each column to the normal quantile of its rank among the rows of both. */
function normalScores(sources: readonly Matrix[]): (row: Float64Array) => Float64Array {
  const sorted = Array.from({ length: sources[0].columns }, (_, i) =>
    Float64Array.from(sources.flatMap((source) => [...column(source, i)])).toSorted(),
  );
  return (row) =>
    row.map((value, i) => {
      const list = sorted[i];
      // Equal values share the middle of their ranks.
      const rank = (countBelow(list, value, false) + countBelow(list, value, true)) / 2;
      return normalQuantile((rank + 0.5) / (list.length + 1));
    });
}

/** The number of ascending values that are below a value, or at most it. */
function countBelow(list: Float64Array, value: number, orEqual: boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < value || (orEqual && list[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The weights of regularised least squares towards 1 for the one and −1 for the other; the first feature is constant. */
function discriminant(positive: readonly Float64Array[], negative: readonly Float64Array[]): Float64Array {
  const size = positive[0].length;
  const gram = new Float64Array(size * size);
  const target = new Float64Array(size);
  for (const [list, sign] of [
    [positive, 1],
    [negative, -1],
  ] as const) {
    for (const row of list) {
      for (let i = 0; i < size; i++) {
        target[i] += sign * row[i];
        for (let j = 0; j <= i; j++) gram[i * size + j] += row[i] * row[j];
      }
    }
  }
  // A penalty of each weight that counts like √n rows; the constant has next to none.
  const penalty = Math.sqrt(positive.length + negative.length);
  for (let i = 0; i < size; i++) gram[i * size + i] += i === 0 ? 1e-6 : penalty;
  const factor = cholesky(gram, size)!;
  return solveUpper(factor, solveLower(factor, target));
}
