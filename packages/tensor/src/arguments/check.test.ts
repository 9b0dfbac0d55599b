import * as tf from '@tensorflow/tfjs';
import { describe, expect, test } from 'vitest';
import { checkContext, checkEvent, checkInteger, checkTensor, formatShape } from './check.js';
import { formatValue } from './format.js';

test('formatShape', () => {
  expect([[], [3], [100, 5]].map(formatShape)).toEqual(['[]', '[3]', '[100, 5]']);
});

describe('checkEvent', () => {
  test.each([
    [[6], [6]],
    [[100, 6], [6]],
    [[0, 6], [6]],
    [
      [2, 3, 4],
      [3, 4],
    ],
    [[7], []],
    [[], []],
  ])('%j ends in %j', (shape, event) => {
    expect(() => checkEvent('f: x', shape, event)).not.toThrow();
  });

  test.each([
    [[100, 5], [6], 'maf: x must be [..., 6], got [100, 5]'],
    [[], [6], 'maf: x must be [..., 6], got []'],
    [[4], [3, 4], 'maf: x must be [..., 3, 4], got [4]'],
    [[4, 3], [3, 4], 'maf: x must be [..., 3, 4], got [4, 3]'],
  ])('%j does not end in %j', (shape, event, message) => {
    expect(() => checkEvent('maf: x', shape, event)).toThrow(new Error(message));
  });
});

test('checkTensor', () => {
  const x = tf.tensor1d([1, 2]);
  expect(() => checkTensor('maf: x', x)).not.toThrow();
  expect(() => checkTensor('maf: x', x.shape)).toThrow(new Error('maf: x must be a tensor, got [2]'));
  x.dispose();
  for (const value of [undefined, null, 5, 'x', {}, { shape: [2] }, new Float32Array(2)]) {
    expect(() => checkTensor('maf: x', value)).toThrow(new Error(`maf: x must be a tensor, got ${formatValue(value)}`));
  }
});

describe('checkInteger', () => {
  test('takes integers from the minimum on', () => {
    for (const value of [1, 2, Number.MAX_SAFE_INTEGER])
      expect(() => checkInteger('Made: dim', value, 1)).not.toThrow();
  });

  test.each([[0], [1.5], [NaN], [Infinity], [2 ** 53], ['3'], [undefined], [null]])('refuses %j', (value) => {
    expect(() => checkInteger('Made: dim', value, 1)).toThrow(
      new Error(`Made: dim must be an integer of at least 1, got ${formatValue(value)}`),
    );
  });
});

const context = (...shape: number[]) => ({ shape });

describe('checkContext', () => {
  test('takes a context whose batch broadcasts', () => {
    expect(() => checkContext('maf', undefined, 0, [100])).not.toThrow();
    for (const shape of [[100, 3], [1, 3], [3]])
      expect(() => checkContext('maf', context(...shape), 3, [100])).not.toThrow();
    expect(() => checkContext('maf', context(1, 5, 3), 3, [4, 5])).not.toThrow();
    expect(() => checkContext('maf', context(0, 3), 3, [0])).not.toThrow();
  });

  test('takes several contexts for one event', () => {
    for (const batch of [[], [1], [100, 1]]) expect(() => checkContext('maf', context(50, 3), 3, batch)).not.toThrow();
    expect(() => checkContext('maf', context(2, 100, 3), 3, [100])).not.toThrow();
  });

  test.each([
    [context(100, 3), 0, 'maf takes no context, got one of shape [100, 3]'],
    [undefined, 3, 'maf: context must be [..., 3], got none'],
    [context(100, 2), 3, 'maf: context must be [..., 3], got [100, 2]'],
    [context(50, 3), 3, 'maf: context batch must broadcast to [100], got [50]'],
    [context(100, 2, 3), 3, 'maf: context batch must broadcast to [100], got [100, 2]'],
  ])('refuses %j for width %j', (value, width, message) => {
    expect(() => checkContext('maf', value, width, [100])).toThrow(new Error(message));
  });
});
