import { afterEach, expect, test } from 'vitest';
import { repeatLess, repetitions } from './repetitions.js';

const before = repetitions(1000) / 1000;
afterEach(() => repeatLess(1 / before));

test('repetitions become fewer, but none that was asked for once or twice is left out', () => {
  repeatLess(1);
  expect([0, 1, 2, 7, 100].map(repetitions)).toEqual([0, 1, 2, 7, 100]);
  repeatLess(5);
  expect([0, 1, 2, 7, 100].map(repetitions)).toEqual([0, 1, 2, 2, 20]);
});
