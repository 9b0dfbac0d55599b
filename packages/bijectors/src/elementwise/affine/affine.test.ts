import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkElementwiseTransform } from '../../testing/index.js';
import { AffineTransform } from './affine.js';

describe('AffineTransform', () => {
  test.each([5, 2, 0.5])('obeys the laws with a bound of %d', async (bound) => {
    await checkElementwiseTransform(() => new AffineTransform({ bound }));
  });

  test('obeys the laws without a bound', async () => {
    await checkElementwiseTransform(() => new AffineTransform({ bound: null }), { extreme: 40 });
  });

  // y = x·exp(5·tanh(raw/5)) + shift in float64.
  test('equals a float64 reference', async () => {
    const { value, logDet } = new AffineTransform().forwardAndLogDet(
      tensor1d([0.5, -2, 3, 1]),
      tensor2d([
        [0, 0],
        [1, 1],
        [-0.3, -4],
        [2, 100],
      ]),
    );
    await expect(logDet).toBeAllClose([0, 0.98687660112452, -3.3201838513392454, 5]);
    await expect(value).toBeAllClose([0.5, -4.365683574598368, -0.19156144314455967, 150.4131591025766]);
  });

  test('the scale stays within the bound for infinite parameters', async () => {
    const { value, logDet } = new AffineTransform({ bound: 3 }).forwardAndLogDet(
      tensor1d([1, 1]),
      tensor2d([
        [0, Infinity],
        [0, -Infinity],
      ]),
    );
    await expect(logDet).toBeAllClose([3, -3]);
    await expect(value).toBeAllClose([Math.exp(3), Math.exp(-3)]);
  });

  test('refuses a bound that is none, and parameters of another number', () => {
    expect(() => new AffineTransform({ bound: 0 })).toThrow(
      'AffineTransform: bound must be positive and finite, or null, got 0',
    );
    expect(() => new AffineTransform({ bound: Number.NaN })).toThrow(
      'AffineTransform: bound must be positive and finite, or null, got NaN',
    );
    expect(() => new AffineTransform().forwardAndLogDet(tensor1d([1]), tensor2d([[1, 2, 3]]))).toThrow(
      'AffineTransform: parameters must be [..., 2], got [1, 3]',
    );
  });
});
