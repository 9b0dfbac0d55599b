import { foldIn, key } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { matrix } from '../arrays/matrix.js';
import { normals, uniforms } from '../numerics/random.js';
import { correlationTest } from './correlation.js';
import { energyTest, expectedDistance } from './energy.js';
import { pitHistogram } from './pit-histogram.js';
import { uniformityTest } from './uniformity.js';

describe('E‖a − Z‖', () => {
  // In one dimension: a (2Φ(a) − 1) + 2φ(a); in three: a erf-formula at a = 0, √(8/π).
  test.each([
    [0, 1, Math.sqrt(2 / Math.PI)],
    [1, 1, 1.1666309411753728],
    [0, 3, Math.sqrt(8 / Math.PI)],
    [10_000, 1, 100],
  ])('of a² = %f in %i dimensions', (squares, d, expected) => {
    expect(expectedDistance(squares, d) / expected).toBeCloseTo(1, 7);
  });

  test('is continuous where the expansion begins', () => {
    for (const d of [1, 8, 64]) {
      expect(expectedDistance(1400.001, d) / expectedDistance(1399.999, d)).toBeCloseTo(1, 5);
    }
  });
});

const u = (power: number, n = 200) => ({
  values: uniforms(key(3), n).map((value) => value ** power),
  rows: n,
  columns: 1,
});

describe('the ECDF band', () => {
  test('is left exactly when the test rejects', () => {
    for (let seed = 0; seed < 30; seed++) {
      const values = uniforms(foldIn(key(4), seed), 120).map((value) => value ** (1 + seed / 60));
      const { pValue, band } = uniformityTest({ values, rows: 60, columns: 2 }, { seed, draws: 99 });
      const leaves = [0, 1].some((column) =>
        band.points.some((point, i) => {
          const part = values.filter((value, at) => at % 2 === column && value <= point).length / 60;
          return part < band.lower[i] || part > band.upper[i];
        }),
      );
      expect(leaves).toBe(pValue <= 0.05);
    }
  });

  test('contains the diagonal', () => {
    const { band, pValue } = uniformityTest(u(1), { seed: 0 });
    expect(pValue).toBeGreaterThan(0.05);
    for (const [i, point] of band.points.entries()) {
      expect(band.lower[i]).toBeLessThanOrEqual(point + 1 / 200);
      expect(band.upper[i]).toBeGreaterThanOrEqual(point - 1 / 200);
    }
  });

  test('sees a power', () => {
    expect(uniformityTest(u(1.6), { seed: 0 }).pValue).toBe(0.002);
  });

  test('refuses what is no probability', () => {
    expect(() => uniformityTest(matrix([[2]]))).toThrow('uniformityTest: u must be in [0, 1], got 2');
    expect(() => uniformityTest(matrix([[NaN]]))).toThrow(/uniformityTest: u must be numbers, got NaN in row 0/);
  });
});

test('a histogram is relative to a uniform one', () => {
  const { heights, lower, upper } = pitHistogram([0, 0.1, 0.6, 1], { bins: 4 });
  expect([...heights]).toEqual([2, 0, 1, 1]);
  expect([lower, upper]).toEqual([0, 3]);
});

test('the energy distance of four points', () => {
  // 2 · 4 · E|a − Z| − 4 · 2/√π − (1/4) · Σ|zᵢ − zⱼ| by hand, for z = ±1, ±1.
  const { statistic } = energyTest(matrix([[1], [1], [-1], [-1]]), { seed: 0, draws: 9 });
  expect(statistic).toBeCloseTo(2 * 4 * 1.1666309411753728 - (4 * 2) / Math.sqrt(Math.PI) - 16 / 4, 10);
});

test('a correlation by hand, and of squares', () => {
  const z = matrix([
    [1, 2],
    [2, 1],
    [-3, -3],
  ]);
  expect(correlationTest(z, { seed: 0, draws: 9 }).statistic).toBeCloseTo(13 / 14, 12);
  expect(correlationTest(z, { seed: 0, draws: 9, of: 'squares' }).statistic).toBeCloseTo(71 / 98, 12);
  expect(() => correlationTest(matrix([[1], [2], [3]]))).toThrow('z must have at least 2 columns, got 1');
});

test('residuals that depend on each other through their spread are found by their squares alone', () => {
  const a = normals(key(0), 500);
  const b = normals(key(1), 500);
  const z = matrix(Array.from(a, (value, i) => [value, b[i] * (0.3 + Math.abs(value))]));
  expect(correlationTest(z, { seed: 2, draws: 99, of: 'squares' }).pValue).toBe(0.01);
});
