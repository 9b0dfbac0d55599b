import { expect, test } from 'vitest';
import { binomialProbabilities, binomialUpperTail, twoSidedTails } from './binomial.js';

test('probabilities of four throws of a coin', () => {
  expect([...binomialProbabilities(4, 0.5)].map((p) => p * 16)).toEqual([1, 4, 6, 4, 1]);
});

test('tails', () => {
  expect(binomialUpperTail(60, 100, 0.5)).toBeCloseTo(0.028443966820490395, 12);
  expect(binomialUpperTail(0, 10, 0.3)).toBeCloseTo(1, 14);
  expect([...twoSidedTails(4, 0.5)].map((p) => p * 16)).toEqual([2, 10, 16, 10, 2]);
});
