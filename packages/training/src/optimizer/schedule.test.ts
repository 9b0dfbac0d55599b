import { describe, expect, test } from 'vitest';
import { constant, cosineDecay, exponentialDecay, piecewiseConstant, warmup } from './schedule.js';

describe('constant', () => {
  test('is the same at every step', () => {
    expect([0, 1, 1e6].map(constant(0.3))).toEqual([0.3, 0.3, 0.3]);
  });
});

describe('cosineDecay', () => {
  test('follows the cosine and stays at its end', () => {
    const rate = cosineDecay({ from: 1, to: 0.1, steps: 4 });
    // 0.1 + 0.9 · (1 + cos(π t / 4)) / 2
    const expected = [1, 0.8681980515339464, 0.55, 0.2318019484660536, 0.1, 0.1];
    for (const [step, value] of expected.entries()) expect(rate(step)).toBeCloseTo(value, 14);
  });
});

describe('exponentialDecay', () => {
  test('falls by the factor in the given steps, smoothly', () => {
    const rate = exponentialDecay({ from: 2, decay: 0.5, steps: 2 });
    const expected = [2, Math.SQRT2, 1, Math.SQRT1_2, 0.5];
    for (const [step, value] of expected.entries()) expect(rate(step)).toBeCloseTo(value, 14);
  });
});

describe('piecewiseConstant', () => {
  test('takes each rate from its first step on', () => {
    expect(
      [0, 1, 2, 4, 5, 9].map(
        piecewiseConstant([
          [0, 3],
          [2, 2],
          [5, 1],
        ]),
      ),
    ).toEqual([3, 3, 2, 2, 1, 1]);
  });
});

describe('warmup', () => {
  test('climbs in a line to the first rate, then runs the schedule from its start', () => {
    const rate = warmup(cosineDecay({ from: 1, steps: 2 }), 4);
    const expected = [0.2, 0.4, 0.6, 0.8, 1, 0.5, 0, 0];
    for (const [step, value] of expected.entries()) expect(rate(step)).toBeCloseTo(value, 14);
  });

  test('takes a number', () => {
    expect([0, 1, 2].map(warmup(1, 1))).toEqual([0.5, 1, 1]);
  });

  test('of 0 steps changes nothing', () => {
    expect(warmup(0.5, 0)(0)).toBe(0.5);
  });
});

test.each([
  [() => constant(Number.NaN), 'constant: rate must be a finite number of at least 0, got NaN'],
  [() => constant(-1), 'constant: rate must be a finite number of at least 0, got -1'],
  [
    () => cosineDecay({ from: Infinity, steps: 1 }),
    'cosineDecay: from must be a finite number of at least 0, got Infinity',
  ],
  [() => cosineDecay({ from: 1, to: -1, steps: 1 }), 'cosineDecay: to must be a finite number of at least 0, got -1'],
  [() => cosineDecay({ from: 1, steps: 0 }), 'cosineDecay: steps must be an integer of at least 1, got 0'],
  [
    () => exponentialDecay({ from: 1, decay: 0, steps: 1 }),
    'exponentialDecay: decay must be above 0 and at most 1, got 0',
  ],
  [
    () => exponentialDecay({ from: 1, decay: 0.5, steps: 0.5 }),
    'exponentialDecay: steps must be an integer of at least 1, got 0.5',
  ],
  [() => piecewiseConstant([]), 'piecewiseConstant: pieces must start at step 0, got none'],
  [() => piecewiseConstant([[1, 1]]), 'piecewiseConstant: pieces must start at step 0, got 1'],
  [
    () =>
      piecewiseConstant([
        [0, 1],
        [0, 2],
      ]),
    'piecewiseConstant: pieces[1] start must be an integer of at least 1, got 0',
  ],
  [
    () => piecewiseConstant([[0, -1]]),
    'piecewiseConstant: pieces[0] rate must be a finite number of at least 0, got -1',
  ],
  [() => warmup(1, -1), 'warmup: steps must be an integer of at least 0, got -1'],
])('a bad option gives a clear error (%#)', (build, message) => {
  expect(build).toThrow(message);
});
