import { describe, expect, test } from 'vitest';
import { fitGaussian, gaussianLogProb } from './gaussian-baseline.js';
import { projectOnPrincipalAxes } from './principal-axes.js';
import {
  column,
  columnMeans,
  covariance,
  estimate,
  formatEstimate,
  type Matrix,
  pairedDifference,
  takeRows,
} from './statistics.js';

const matrix = (rows: number[][]): Matrix => ({
  values: Float64Array.from(rows.flat()),
  rows: rows.length,
  columns: rows[0].length,
});

describe('statistics', () => {
  test('mean and standard error', () => {
    // numpy: mean 4, std(ddof=1) / sqrt(4) = 1.2909944487358056
    const { mean, standardError } = estimate([1, 3, 5, 7]);
    expect(mean).toBe(4);
    expect(standardError).toBeCloseTo(1.2909944487358056, 14);
  });

  test('paired differences are less uncertain than the two means', () => {
    const { mean, standardError } = pairedDifference([1, 10, 100], [0, 9, 99]);
    expect([mean, standardError]).toEqual([1, 0]);
  });

  test('an estimate as text', () => {
    expect(formatEstimate({ mean: -92.406, standardError: 0.351 })).toBe('−92.41 ± 0.35');
    expect(formatEstimate({ mean: 1.2, standardError: 0.1 }, { digits: 1, sign: true })).toBe('+1.2 ± 0.1');
  });

  test('means, covariance, rows and columns', () => {
    const data = matrix([
      [1, 2],
      [3, 8],
      [5, 5],
    ]);
    expect([...columnMeans(data)]).toEqual([3, 5]);
    // numpy.cov(…, bias=True)
    expect([...covariance(data)].map((value) => Number(value.toFixed(12)))).toEqual([2.666666666667, 2, 2, 6]);
    expect([...takeRows(data, [2, 0]).values]).toEqual([5, 5, 1, 2]);
    expect([...column(data, 1)]).toEqual([2, 8, 5]);
  });
});

describe('the Gaussian baseline', () => {
  test('has the log-density of a correlated Gaussian', () => {
    const data = matrix([
      [0, 0],
      [2, 1],
      [1, 3],
      [4, 3],
      [3, 6],
    ]);
    const gaussian = fitGaussian(data);
    if ('dependentColumn' in gaussian) throw new Error('the columns are independent');
    // Computed in Python from the inverse and the determinant of the covariance matrix.
    const logProb = gaussianLogProb(gaussian, data);
    expect([...logProb].map((value) => Number(value.toFixed(10)))).toEqual([
      -3.7881752202, -3.1545874339, -3.2385568995, -4.0400836171, -4.1087859072,
    ]);
  });

  test('names a column that the others determine', () => {
    const rows = Array.from({ length: 50 }, (_, i) => [
      Math.sin(i),
      Math.cos(3 * i),
      2 * Math.sin(i) - Math.cos(3 * i),
    ]);
    expect(fitGaussian(matrix(rows))).toEqual({ dependentColumn: 2 });
  });
});

test('principal axes keep the two directions of the largest variance', () => {
  // Along (1, 1, 0) with size 10 sin, along (0, 0, 1) with size 3 cos, almost nothing along (1, −1, 0).
  const rows = Array.from({ length: 200 }, (_, i) => {
    const [a, b, c] = [10 * Math.sin(i), 3 * Math.cos(2 * i), 0.1 * Math.sin(5 * i)];
    return [a + c + 4, a - c - 2, b];
  });
  const { values, columns } = projectOnPrincipalAxes(matrix(rows));
  expect(columns).toBe(2);
  const first = Float64Array.from(rows, (_, i) => values[2 * i]);
  const second = Float64Array.from(rows, (_, i) => values[2 * i + 1]);
  const sign = Math.sign(first[1]);
  for (let i = 0; i < rows.length; i++) expect(first[i] * sign).toBeCloseTo(Math.SQRT2 * 10 * Math.sin(i), 0);
  expect(Math.max(...second.map(Math.abs))).toBeCloseTo(3, 1);
});
