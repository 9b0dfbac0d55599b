import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkElementwiseTransform } from '../../testing/index.js';
import { SigmoidAffineTransform } from './sigmoid-affine.js';

describe('SigmoidAffineTransform', () => {
  test('obeys the laws', async () => {
    await checkElementwiseTransform(() => new SigmoidAffineTransform());
    await checkElementwiseTransform(() => new SigmoidAffineTransform({ offset: -1, minScale: 0.1 }));
  });

  test('equals a float64 reference', async () => {
    const x = [0.5, -2, 3, 1];
    const parameters = [
      [0, 0],
      [1, 1],
      [-0.3, -4],
      [2, 100],
    ];
    const scales = parameters.map(([, raw]) => 0.001 + 1 / (1 + Math.exp(-raw - 2)));
    const { value, logDet } = new SigmoidAffineTransform().forwardAndLogDet(tensor1d(x), tensor2d(parameters));
    await expect(logDet).toBeAllClose(scales.map(Math.log));
    await expect(value).toBeAllClose(x.map((number, i) => number * scales[i] + parameters[i][0]));
  });

  test('refuses a smallest scale that is none, and parameters of another number', () => {
    expect(() => new SigmoidAffineTransform({ minScale: 0 })).toThrow(
      'SigmoidAffineTransform: minScale must be above 0 and below 1, got 0',
    );
    expect(() => new SigmoidAffineTransform().forwardAndLogDet(tensor1d([1]), tensor2d([[1, 2, 3]]))).toThrow(
      'SigmoidAffineTransform: parameters must be [..., 2], got [1, 3]',
    );
  });
});
