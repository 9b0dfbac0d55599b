import { key } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { matrix } from '../arrays/matrix.js';
import { normals } from '../numerics/random.js';
import type { Baseline } from './baseline.js';
import { compareWithBaselines } from './compare.js';
import { copula } from './copula.js';
import { gaussian } from './gaussian.js';
import { kernel } from './kernel.js';

const z = normals(key(5), 400);
const data = matrix(Array.from({ length: 200 }, (_, i) => [5 + 2 * z[2 * i], z[2 * i] + 0.5 * z[2 * i + 1]]));

describe.each<Baseline>([gaussian, copula, kernel])('$name', (baseline) => {
  test('integrates to 1', () => {
    const density = baseline.fit(data)!;
    const [steps, wide] = [60, 1.4];
    const points = Array.from({ length: steps * steps }, (_, i) => [
      5 + wide * 10 * ((i % steps) / steps - 0.5),
      wide * 6 * (Math.floor(i / steps) / steps - 0.5),
    ]);
    const area = (wide * 10 * wide * 6) / steps ** 2;
    const total = density(matrix(points)).reduce((sum, value) => sum + Math.exp(value) * area, 0);
    // The steps and what lies outside of them leave some thousandths.
    expect(Math.abs(total - 1)).toBeLessThan(0.02);
  });

  test('there is none with a constant column', () => {
    expect(baseline.fit(matrix(Array.from({ length: 20 }, (_, i) => [i, 7])))).toBeNull();
  });
});

test('the Gaussian by hand', () => {
  const density = gaussian.fit(matrix([[-1], [1]]))!;
  expect(density(matrix([[1]]))[0]).toBeCloseTo(-0.5 - 0.5 * Math.log(2 * Math.PI), 12);
});

test('the right model beats all, and is not found wrong', () => {
  const logProb = Float64Array.from({ length: 200 }, (_, i) => {
    const squares = z[2 * i] ** 2 + z[2 * i + 1] ** 2;
    return -0.5 * squares - Math.log(2 * Math.PI) - Math.log(2 * 0.5);
  });
  const { comparisons, pValue } = compareWithBaselines(data, logProb, { seed: 0 });
  expect(comparisons.map(({ name }) => name)).toEqual(['Gaussian', 'Gaussian copula', 'kernel density']);
  for (const { difference, standardError } of comparisons) expect(difference).toBeGreaterThan(-2 * standardError);
  expect(pValue).toBeGreaterThan(0.05);
});

test('impossible rows are evidence without end', () => {
  const logProb = new Float64Array(200).fill(-Infinity);
  expect(compareWithBaselines(data, logProb, { seed: 0 }).pValue).toBe(0);
});

test('without any baseline there is no evidence', () => {
  const constant = matrix(Array.from({ length: 20 }, () => [1]));
  expect(compareWithBaselines(constant, new Float64Array(20), { seed: 0 })).toEqual({
    comparisons: [],
    statistic: 0,
    pValue: 1,
  });
});
