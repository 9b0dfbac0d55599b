import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkElementwiseTransform } from '../../testing/index.js';
import { ShiftTransform } from './shift.js';

describe('ShiftTransform', () => {
  test('obeys the laws', async () => {
    await checkElementwiseTransform(() => new ShiftTransform());
  });

  test('adds, subtracts, and keeps the volume', async () => {
    const forward = new ShiftTransform().forwardAndLogDet(tensor1d([1, 2]), tensor2d([[10], [-20]]));
    await expect(forward.value).toBeAllClose(tensor1d([11, -18]));
    await expect(forward.logDet).toBeAllClose(tensor1d([0, 0]));
    const { value } = new ShiftTransform().inverseAndLogDet(tensor1d([1, 2]), tensor2d([[10], [-20]]));
    await expect(value).toBeAllClose(tensor1d([-9, 22]));
  });

  test('refuses parameters of another number', () => {
    expect(() => new ShiftTransform().forwardAndLogDet(tensor1d([1]), tensor2d([[1, 2]]))).toThrow(
      'ShiftTransform: parameters must be [..., 1], got [1, 2]',
    );
  });
});
