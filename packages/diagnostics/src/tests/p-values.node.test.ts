import { expect, test } from 'vitest';
import { holm, monteCarloPValue } from './p-values.js';

test('counts ties and NaN as extreme', () => {
  expect(monteCarloPValue(1, [0, 1, 2, NaN])).toBe(0.8);
  expect(monteCarloPValue(5, [1, 2, 3])).toBe(0.25);
});

test('Holm', () => {
  expect(holm([0.04, 0.01, 0.03])).toEqual([0.06, 0.03, 0.06]);
  expect(holm([])).toEqual([]);
  expect(holm([0.9, 0.8])).toEqual([1, 1]);
});
