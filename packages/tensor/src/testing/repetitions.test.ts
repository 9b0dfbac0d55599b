import { afterEach, expect, test } from 'vitest';
import { repeatLess, repetitions, representatives } from './repetitions.js';

const before = repetitions(1000) / 1000;
afterEach(() => repeatLess(1 / before));

test('repetitions become fewer, but none that was asked for once or twice is left out', () => {
  repeatLess(1);
  expect([0, 1, 2, 7, 100].map(repetitions)).toEqual([0, 1, 2, 7, 100]);
  repeatLess(5);
  expect([0, 1, 2, 7, 100].map(repetitions)).toEqual([0, 1, 2, 2, 20]);
});

test('representatives of combinations have every choice among them', () => {
  const cases = [0, 1, 2, 3].flatMap((a) => [0, 1, 2, 3, 4, 5, 6].flatMap((b) => [0, 1].map((c) => [a, b, c])));
  repeatLess(1);
  expect(representatives(cases)).toEqual(cases);
  repeatLess(5);
  const some = representatives(cases);
  expect(some).toHaveLength(12);
  for (const [choice, count] of [4, 7, 2].entries())
    expect(new Set(some.map((chosen) => chosen[choice])).size).toBe(count);
});
