import { memory, ones, zeros } from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { checkInteger } from '../arguments/check.js';
import { checkTable } from '../arguments/check-option.js';
import { makeVariable } from './make-variable.js';
import { restoring } from '../arguments/restoring.js';

test('has its initial values, its type and its trainability', async () => {
  const made = makeVariable([2], () => ones([2]));
  await expect(made).toBeAllClose([1, 1]);
  expect(made.trainable).toBe(true);
  made.dispose();
  const frozen = makeVariable([1], () => zeros([1], 'int32'), { trainable: false, dtype: 'int32' });
  expect([frozen.trainable, frozen.dtype]).toEqual([false, 'int32']);
  frozen.dispose();
});

test('refuses an initial value of another shape or type, and keeps nothing', () => {
  const { numTensors } = memory();
  expect(() => makeVariable([2], () => ones([3]))).toThrow(
    new Error('makeVariable: initial must be float32 [2], got float32 [3]'),
  );
  expect(() => makeVariable([2], () => ones([2]), { dtype: 'int32' })).toThrow(
    new Error('makeVariable: initial must be int32 [2], got float32 [2]'),
  );
  expect(memory().numTensors).toBe(numTensors);
});

test('while restoring makes what there is, without its initial value, and frees all that failed', () => {
  const { numTensors } = memory();
  const initial = vi.fn(() => ones([2]));
  const made = restoring([{ dtype: 'float32', shape: [2] }], 10, () => makeVariable([2], initial));
  expect(initial).not.toHaveBeenCalled();
  made.dispose();
  const twice = () => [makeVariable([2], initial), makeVariable([2], initial)];
  expect(() => restoring([{ dtype: 'float32', shape: [2] }], 10, twice)).toThrow(
    'a variable float32 [2] is wanted, of which there are no more',
  );
  expect(() => restoring([], 10, twice)).toThrow('a variable float32 [2] is wanted, of which there are none');
  expect(memory().numTensors).toBe(numTensors);
});

test('while restoring sizes and tables are bounded by what is stored', () => {
  const large = [{ dtype: 'float32', shape: [2 ** 21] }];
  expect(() => restoring([], 0, () => checkInteger('f: dim', 2 ** 21, 1))).toThrow(
    'f: dim must be at most 1048576 where so few numbers are stored, got 2097152',
  );
  restoring(large, 0, () => checkInteger('f: dim', 2 ** 21, 1));
  expect(() => restoring(large, 0, () => checkTable('f: mask', 2 ** 24))).toThrow(
    'f: mask must hold at most 8388608 numbers where so few are stored',
  );
  checkTable('f: mask', 2 ** 50);
  checkInteger('f: dim', 2 ** 50, 1);
});
