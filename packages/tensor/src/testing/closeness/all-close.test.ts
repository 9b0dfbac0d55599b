import { describe, expect, test } from 'vitest';
import { allClose } from './all-close.js';

describe('allClose', () => {
  test.each([
    [[1, 2], [1.0000001, 2], {}],
    [[1e-7], [0], {}],
    [[Infinity, -Infinity, NaN, -0], [Infinity, -Infinity, NaN, 0], { rtol: 0, atol: 0 }],
    [[105], [100], { rtol: 0.05, atol: 0 }],
    [[0.5], [0], { rtol: 0, atol: 0.5 }],
    [[], [], {}],
  ])('%j agrees with %j under %j', (actual, expected, tolerance) => {
    expect(allClose(actual, expected, tolerance)).toBeNull();
  });

  test.each([
    [
      [106],
      [100],
      { rtol: 0.05, atol: 0 },
      '1 of 1 numbers differ (rtol 0.05, atol 0); worst at 0: expected 100, got 106',
    ],
    [
      [1, 3, 2],
      [1, 1, 1],
      { rtol: 0, atol: 0.1 },
      '2 of 3 numbers differ (rtol 0, atol 0.1); worst at 1: expected 1, got 3',
    ],
    [[5, NaN], [1, 1], {}, '2 of 2 numbers differ (rtol 0.00001, atol 0.000001); worst at 1: expected 1, got NaN'],
    [[1, 2], [1], {}, 'expected 1 numbers, got 2'],
  ])('%j differs from %j under %j', (actual, expected, tolerance, message) => {
    expect(allClose(actual, expected, tolerance)).toBe(message);
  });

  test.each([
    [Infinity, -Infinity],
    [Infinity, 1e38],
    [1, NaN],
    [NaN, Infinity],
    [1, Infinity],
    [-1e38, Infinity],
  ])('%d is not close to %d', (actual, expected) => {
    expect(allClose([actual], [expected])).not.toBeNull();
  });
});
