import { zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  checkBoolean,
  checkInstance,
  checkIntegers,
  checkNumber,
  checkNumbers,
  checkOneOf,
  checkOptions,
} from './check-option.js';
import { formatValue } from './format.js';

const refused: [() => void, string][] = [
  [() => checkIntegers('maf: hidden', 8, 1), 'maf: hidden must be a list of integers of at least 1, got 8'],
  [() => checkIntegers('maf: hidden', [4, 0.5], 1), 'maf: hidden must be an integer of at least 1, got 0.5'],
  [() => checkIntegers('maf: hidden', Array(2), 1), 'maf: hidden must be an integer of at least 1, got undefined'],
  [() => checkNumbers('f: loc', '12'), "f: loc must be a list of finite numbers, got '12'"],
  [() => checkNumbers('f: loc', [1], 2), 'f: loc must be 2 numbers, got 1'],
  [() => checkNumbers('f: loc', [1, NaN]), 'f: loc must be a list of finite numbers, got NaN at 1'],
  [() => checkNumber('f: bias', Infinity), 'f: bias must be finite, got Infinity'],
  [() => checkNumber('f: bound', null, { above: 0 }), 'f: bound must be positive and finite, got null'],
  [() => checkNumber('f: least', 1, { above: 0, below: 1 }), 'f: least must be above 0 and below 1, got 1'],
  [() => checkBoolean('f: direct', 'no'), "f: direct must be true or false, got 'no'"],
  [() => checkOneOf('f: order', 'up', ['a', 'b', 'c']), "f: order must be 'a', 'b' or 'c', got 'up'"],
  [() => checkOneOf('f: order', 3, ['a', 'b', 'c', 'd']), 'f: order must be one of a, b, c, d, got 3'],
  [() => checkOptions('f', [6], []), 'f: options must be an object, got [6]'],
  [
    () => checkOptions('f', { dim: 6, context: 1 } as { dim: number }, ['dim']),
    "f: has no option 'context'; its options are dim",
  ],
  [() => checkInstance('f: date', {}, Date, 'a date'), 'f: date must be a date, got {}'],
];

test.each(refused.map(([check, message]) => [message, check] as const))('%s', (message, check) => {
  expect(check).toThrow(new Error(message));
});

describe('formatValue', () => {
  test('shows any value on one short line', () => {
    expect(formatValue('a\n\u001b[31m\u009b\u202e')).toBe("'a\\n\\u001b[31m\\u009b\\u202e'");
    expect(formatValue({ a: [1, [2, [3, [4]]]], 'b\n': undefined })).toBe('{a: [1, [2, […]]], b\\n: undefined}');
    expect(formatValue(zeros([2, 3]))).toBe('Tensor [2, 3]');
    expect(formatValue([new Date(0), () => 1, Symbol('x'), 2n, Object.create(null), -0])).toBe(
      '[Date, a function, Symbol(x), 2, {}, -0]',
    );
    expect(formatValue(Array.from({ length: 1e6 }, (_, i) => i))).toBe('[0, 1, 2, 3, 4, 5, 6, 7, …]');
    expect(formatValue('x'.repeat(1e6)).length).toBeLessThan(90);
  });
});
