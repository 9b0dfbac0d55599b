import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkElementwiseTransform } from '../../testing/index.js';
import { SoftclipSplineTransform } from './softclip-spline.js';

const clip = (x: number, most: number) => x / (1 + Math.abs(x) / most);

describe('SoftclipSplineTransform', () => {
  test.each([{}, { bins: 2, bound: 1, slope: 0.1 }])('obeys the laws with %j', async (options) => {
    await checkElementwiseTransform(() => new SoftclipSplineTransform(options));
  });

  test('has the knots and derivatives that its parameters say', async () => {
    const [bins, bound, slope] = [3, 2, 1e-3];
    const raw = [0.5, -2, 30, 1, -40, 0.3, -25, 3];
    const limit = -Math.log(slope);
    const places = (parameters: readonly number[]) => {
      const sizes = parameters.map((own) => Math.exp(clip(own, limit / 2)));
      const total = sizes.reduce((sum, own) => sum + own);
      return [1, 2].map((k) => bound * ((2 * sizes.slice(0, k).reduce((sum, own) => sum + own)) / total - 1));
    };
    const [xs, ys] = [places(raw.slice(0, bins)), places(raw.slice(bins, 2 * bins))];
    const logDerivatives = raw.slice(2 * bins).map((own) => clip(own, limit));
    const spline = new SoftclipSplineTransform({ bins, bound, slope });
    const { value, logDet } = spline.forwardAndLogDet(tensor1d([-5, ...xs, 5]), tensor1d(raw));
    await expect(value).toBeAllClose([-5, ...ys, 5], { rtol: 1e-5, atol: 2e-6 });
    // Beside a knot of derivative 1/200 the log-derivative changes fast.
    await expect(logDet).toBeAllClose([0, ...logDerivatives, 0], { rtol: 1e-3, atol: 1e-3 });
  });

  test('refuses options that make no spline, and parameters of another number', () => {
    expect(() => new SoftclipSplineTransform({ bins: 1 })).toThrow(
      'SoftclipSplineTransform: bins must be an integer of at least 2, got 1',
    );
    expect(() => new SoftclipSplineTransform({ slope: 0 })).toThrow(
      'SoftclipSplineTransform: slope must be above 0 and below 1, got 0',
    );
    expect(() => new SoftclipSplineTransform({ bins: 2 }).inverseAndLogDet(tensor1d([1]), tensor2d([[1]]))).toThrow(
      'SoftclipSplineTransform: parameters must be [..., 5], got [1, 1]',
    );
  });
});
