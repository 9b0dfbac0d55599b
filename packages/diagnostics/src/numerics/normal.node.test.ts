import { expect, test } from 'vitest';
import { normalCdf, normalQuantile } from './normal.js';

// Python's statistics.NormalDist and math.erfc.
test.each([
  [-30, 4.906713927148764e-198],
  [-10, 7.619853024160593e-24],
  [-7.5, 3.19089167291092e-14],
  [-3, 0.0013498980316300935],
  [-1, 0.15865525393145707],
  [0, 0.5],
  [0.3, 0.6179114221889526],
  [2.5, 0.9937903346742238],
])('Φ(%f)', (z, p) => {
  expect(Math.abs(normalCdf(z) / p - 1)).toBeLessThan(1e-12);
});

test.each([
  [1e-300, -37.0471],
  [1e-20, -9.262340089798409],
  [1e-6, -4.753424308822899],
  [0.025, -1.9599639845400536],
  [0.3, -0.5244005127080409],
  [0.5, 0],
  [0.9, 1.2815515655446008],
])('the quantile at %f', (p, z) => {
  expect(Math.abs(normalQuantile(p) - z)).toBeLessThan(p === 1e-300 ? 1e-4 : 1e-13);
});

test('the quantile is infinite at the ends', () => {
  expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
});
