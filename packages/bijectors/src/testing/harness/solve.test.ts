import { expect, test } from 'vitest';
import { solve } from './solve.js';

test('solves, with row exchanges, and gives the log-determinant', () => {
  // det = 0·(…) − 2·(1·2 − 3·4) + 1·(1·0 − 1·4) = 20 − 4 = 16.
  const matrix = [
    [0, 2, 1],
    [1, 1, 3],
    [4, 0, 2],
  ];
  const { solution, logAbsDet } = solve(matrix, [7, 12, 10]);
  expect(logAbsDet).toBeCloseTo(Math.log(16), 12);
  for (const [i, expected] of [1, 2, 3].entries()) expect(solution[i]).toBeCloseTo(expected, 12);
});

test('a singular matrix has a log-determinant of −∞', () => {
  expect(
    solve(
      [
        [1, 2],
        [2, 4],
      ],
      [1, 1],
    ).logAbsDet,
  ).toBe(-Infinity);
});
