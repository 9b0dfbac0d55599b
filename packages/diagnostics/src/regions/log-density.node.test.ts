import { key } from '@pushforward/tensor';
import { expect, test } from 'vitest';
import { normals } from '../numerics/random.js';
import { coverageTest, lowDensityTest } from './log-density.js';

const standard = (seed: number, n: number, scale = 1) => normals(key(seed), n).map((z) => -0.5 * (scale * z) ** 2);

test('coverage of the same density is within its margin, and the p-value says so', () => {
  const { pValue, nominal, coverage, margin } = coverageTest(standard(0, 300), standard(1, 1200), { seed: 0 });
  expect(pValue).toBeGreaterThan(0.05);
  for (const [i, value] of coverage.entries()) expect(Math.abs(value - nominal[i])).toBeLessThanOrEqual(margin[i]);
});

test('a wider truth is covered too rarely, and leaves the margin', () => {
  const { pValue, nominal, coverage, margin } = coverageTest(standard(0, 300, 1.4), standard(1, 1200), { seed: 0 });
  expect(pValue).toBe(0.002);
  expect(coverage.some((value, i) => nominal[i] - value > margin[i])).toBe(true);
});

test('equal numbers and infinite ones', () => {
  expect(coverageTest([0, 0, 0], [0, 0, 0, 0], { seed: 0 }).pValue).toBe(1);
  expect(lowDensityTest([0, 0, 0], [0, 0, 0, 0], { seed: 0 })).toMatchObject({ statistic: 0, pValue: 1 });
  const some = [...standard(0, 40)];
  const found = lowDensityTest([...some.slice(6), ...Array.from({ length: 6 }, () => -Infinity)], standard(1, 160), {
    seed: 0,
  });
  expect(found.pValue).toBeLessThan(0.05);
  expect(Number.isFinite(found.data)).toBe(true);
  expect(lowDensityTest([-Infinity], [-Infinity], { seed: 0 }).pValue).toBe(1);
  expect(() => coverageTest([NaN], [1])).toThrow('coverageTest: data must be numbers, got NaN at 0');
  expect(() => lowDensityTest([], [1])).toThrow('lowDensityTest: data must be at least one number, got none');
});

test('the lowest tenth by hand', () => {
  const data = Array.from({ length: 20 }, (_, i) => i);
  const { data: own, model } = lowDensityTest(data, [5, 6, 7], { seed: 0, draws: 9 });
  expect([own, model]).toEqual([0.5, 5]);
});
