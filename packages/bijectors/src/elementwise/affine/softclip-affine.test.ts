import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkElementwiseTransform } from '../../testing/index.js';
import { SoftclipAffineTransform } from './softclip-affine.js';

describe('SoftclipAffineTransform', () => {
  test.each([1e-3, 0.5])('obeys the laws with a slope of %d', async (slope) => {
    await checkElementwiseTransform(() => new SoftclipAffineTransform({ slope }));
  });

  test('equals a float64 reference', async () => {
    const x = [0.5, -2, 3, 1];
    const parameters = [
      [0, 0],
      [1, 1],
      [-0.3, -4],
      [2, 100],
    ];
    const logScales = parameters.map(([, raw]) => raw / (1 + Math.abs(raw / Math.log(0.01))));
    const { value, logDet } = new SoftclipAffineTransform({ slope: 0.01 }).forwardAndLogDet(
      tensor1d(x),
      tensor2d(parameters),
    );
    await expect(logDet).toBeAllClose(logScales, { rtol: 1e-6, atol: 1e-7 });
    await expect(value).toBeAllClose(x.map((number, i) => number * Math.exp(logScales[i]) + parameters[i][0]));
  });

  test('refuses a slope that is none, and parameters of another number', () => {
    expect(() => new SoftclipAffineTransform({ slope: 1 })).toThrow(
      'SoftclipAffineTransform: slope must be above 0 and below 1, got 1',
    );
    expect(() => new SoftclipAffineTransform().forwardAndLogDet(tensor1d([1]), tensor2d([[1, 2, 3]]))).toThrow(
      'SoftclipAffineTransform: parameters must be [..., 2], got [1, 3]',
    );
  });
});
