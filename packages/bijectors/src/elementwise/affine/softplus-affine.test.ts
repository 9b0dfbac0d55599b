import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkElementwiseTransform } from '../../testing/index.js';
import { SoftplusAffineTransform } from './softplus-affine.js';

describe('SoftplusAffineTransform', () => {
  test.each([0.01, 1e-3, 0.5])('obeys the laws with a smallest scale of %d', async (minScale) => {
    await checkElementwiseTransform(() => new SoftplusAffineTransform({ minScale }));
  });

  test('equals a float64 reference', async () => {
    const x = [0.5, -2, 3, 1];
    const parameters = [
      [0, 0],
      [1, 1],
      [-0.3, -4],
      [2, 100],
    ];
    const scales = parameters.map(([, raw]) => 0.01 + Math.log1p(Math.exp(raw + Math.log(Math.expm1(0.99)))));
    const { value, logDet } = new SoftplusAffineTransform().forwardAndLogDet(tensor1d(x), tensor2d(parameters));
    await expect(logDet).toBeAllClose(scales.map(Math.log), { rtol: 1e-5, atol: 1e-6 });
    await expect(value).toBeAllClose(x.map((number, i) => number * scales[i] + parameters[i][0]));
  });

  test('the scale never falls below the smallest', async () => {
    const { logDet } = new SoftplusAffineTransform({ minScale: 0.1 }).forwardAndLogDet(
      tensor1d([1]),
      tensor2d([[0, -Infinity]]),
    );
    await expect(logDet).toBeAllClose([Math.log(0.1)]);
  });

  test('refuses a smallest scale that is none, and parameters of another number', () => {
    expect(() => new SoftplusAffineTransform({ minScale: 0 })).toThrow(
      'SoftplusAffineTransform: minScale must be above 0 and below 1, got 0',
    );
    expect(() => new SoftplusAffineTransform({ minScale: 1 })).toThrow(
      'SoftplusAffineTransform: minScale must be above 0 and below 1, got 1',
    );
    expect(() => new SoftplusAffineTransform().forwardAndLogDet(tensor1d([1]), tensor2d([[1, 2, 3]]))).toThrow(
      'SoftplusAffineTransform: parameters must be [..., 2], got [1, 3]',
    );
  });
});
