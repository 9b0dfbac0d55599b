import { add, mul, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { checkElementwiseTransform } from '../../testing/index.js';
import { CircularSplineTransform } from './circular-spline.js';
import { RationalQuadraticSplineTransform } from './rational-quadratic-spline.js';

describe('CircularSplineTransform', () => {
  test.each([{}, { bins: 2, bound: 1 }])('obeys the laws with %j', async (options) => {
    await checkElementwiseTransform(() => new CircularSplineTransform(options));
  });

  test('keeps whole turns: f(x + 2·bound·n) = f(x) + 2·bound·n', async () => {
    const circle = new CircularSplineTransform({ bins: 5 });
    const parameters = normal(key(0), [15]);
    const x = tensor1d([-3, -1.5, 0, 0.1, 2, 3.1]);
    const { value, logDet } = circle.forwardAndLogDet(x, parameters);
    for (const turns of [-3, 1, 10]) {
      const turned = circle.forwardAndLogDet(add(x, 2 * Math.PI * turns), parameters);
      await expect(turned.value).toBeAllClose(add(value, 2 * Math.PI * turns), { rtol: 1e-5, atol: 1e-5 });
      // Places of ten turns are rounded to 4e-6, which steep bins magnify.
      await expect(turned.logDet).toBeAllClose(logDet, { rtol: 1e-3, atol: 1e-3 });
    }
  });

  test('the circle closes: the derivative is the same at both ends', async () => {
    const circle = new CircularSplineTransform({ bins: 5, bound: 1 });
    const { logDet } = circle.forwardAndLogDet(tensor1d([-1, -1 + 1e-6, 1 - 1e-6, 1]), mul(normal(key(1), [15]), 0.5));
    const values = await logDet.data();
    for (const value of values) expect(value).toBeCloseTo(values[0], 3);
    expect(Math.abs(values[0])).toBeGreaterThan(0.01);
  });

  test('with a derivative of 1 at its ends, it is the spline on a line', async () => {
    const x = tensor1d([-0.9, -0.3, 0.2, 0.8]);
    const raw = [0.3, -1, 0.2, 0.7, 0.1, -0.4, 0, 0.9, -0.6];
    const circle = new CircularSplineTransform({ bins: 3, bound: 1 }).forwardAndLogDet(x, tensor1d(raw));
    const line = new RationalQuadraticSplineTransform({ bins: 3, bound: 1 }).forwardAndLogDet(
      x,
      tensor1d(raw.toSpliced(6, 1)),
    );
    await expect(circle.value).toBeAllClose(line.value);
    await expect(circle.logDet).toBeAllClose(line.logDet, { atol: 1e-6 });
  });

  test('refuses options that make no spline, and parameters of another number', () => {
    expect(() => new CircularSplineTransform({ bins: 1.5 })).toThrow(
      'CircularSplineTransform: bins must be an integer of at least 2, got 1.5',
    );
    expect(() => new CircularSplineTransform({ bins: 2 }).inverseAndLogDet(tensor1d([1]), tensor2d([[1]]))).toThrow(
      'CircularSplineTransform: parameters must be [..., 6], got [1, 1]',
    );
  });
});
