import { expect, test } from 'vitest';
import { cholesky, solveLower, solveUpper } from './cholesky.js';

test('solves a system', () => {
  const factor = cholesky(Float64Array.of(4, 2, 2, 5), 2)!;
  expect([...factor]).toEqual([2, 0, 1, 2]);
  // 4x + 2y = 8, 2x + 5y = 12
  expect([...solveUpper(factor, solveLower(factor, Float64Array.of(8, 12)))]).toEqual([1, 2]);
});

test('a singular matrix has no factor', () => {
  expect(cholesky(Float64Array.of(1, 1, 1, 1), 2)).toBeNull();
  expect(cholesky(Float64Array.of(0), 1)).toBeNull();
});
