import { concat, expandDims, fill, mul, ones, sub, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { representatives } from '@pushforward/tensor/testing';
import { Made } from '@pushforward/made';
import { describe, expect, test } from 'vitest';
import { Autoregressive, type Direction } from '../autoregressive/autoregressive.js';
import type { ElementwiseTransform } from '../contract/elementwise-transform.js';
import { checkBijector, checkElementwiseTransform } from '../testing/index.js';
import { AffineTransform } from './affine/affine.js';
import { CircularSplineTransform } from './spline/circular-spline.js';
import { GateTransform } from './affine/gate.js';
import { RationalQuadraticSplineTransform } from './spline/rational-quadratic-spline.js';
import { ResidualTransform } from './residual.js';
import { ShiftTransform } from './affine/shift.js';
import { SigmoidalTransform } from './sigmoidal.js';
import { SoftplusAffineTransform } from './affine/softplus-affine.js';

const LINES: Record<string, () => ElementwiseTransform> = {
  shift: () => new ShiftTransform(),
  affine: () => new AffineTransform(),
  'softplus affine': () => new SoftplusAffineTransform(),
};

const CURVES: Record<string, () => ElementwiseTransform> = {
  'rational-quadratic spline': () => new RationalQuadraticSplineTransform({ bins: 2 }),
  'circular spline': () => new CircularSplineTransform({ bins: 2 }),
  'deep sigmoidal': () => new SigmoidalTransform({ units: 2 }),
  'residual spline': () => new ResidualTransform(new RationalQuadraticSplineTransform({ bins: 2 })),
};

describe('ResidualTransform', () => {
  test.each(representatives(Object.keys({ ...LINES, ...CURVES })))('around %s: the laws', async (name) => {
    await checkElementwiseTransform(() => new ResidualTransform({ ...LINES, ...CURVES }[name]()));
  });

  test('around a gate: the laws', async () => {
    // The gate starts at σ = 0.88, and half of what it takes away remains.
    await checkElementwiseTransform(() => new ResidualTransform(new GateTransform()), { identityTolerance: 0.15 });
  });

  test.each(['forward', 'inverse'] as Direction[])(
    'in an autoregressive layer, parallel %s: the laws',
    async (direction) => {
      for (const inner of representatives([new AffineTransform(), new RationalQuadraticSplineTransform({ bins: 2 })])) {
        const make = () => {
          const transform = new ResidualTransform(inner);
          const { parameterCount, identityParameters } = transform;
          const options = {
            dim: 3,
            parameterCount,
            contextDim: 2,
            order: [1, 2, 0],
            initialParameters: identityParameters,
            seed: 0,
          };
          return new Autoregressive(new Made({ ...options, hidden: [12], activation: 'tanh' }), transform, direction);
        };
        await checkBijector(make, { eventShape: [3], noise: 0.2, steps: 2 });
      }
    },
  );

  // w·x + (1 − w)·(x·exp(5·tanh(s/5)) + t) in float64.
  test('equals a float64 reference', async () => {
    const transform = new ResidualTransform(new AffineTransform());
    const parameters = tensor2d([
      [0, 0, 0],
      [1, 1, -2],
      [-0.3, -4, 3],
      [2, 100, 50],
    ]);
    const { value, logDet } = transform.forwardAndLogDet(tensor1d([0.5, -2, 3, 1]), parameters);
    const values = [0.5, -4.070332154425487, 2.8219651833509998, 1.1361242268173852];
    await expect(value).toBeAllClose(values);
    await expect(logDet).toBeAllClose([0, 0.905327639963189, -0.055266060241658414, 0.12601757943931835]);
    const back = transform.inverseAndLogDet(tensor1d(values), parameters);
    await expect(back.value).toBeAllClose([0.5, -2, 3, 1], { atol: 1e-5 });
  });

  test('the weight of the skip connection goes from nearly all to nearly nothing', async () => {
    const transform = new ResidualTransform(new ShiftTransform());
    const { value } = transform.forwardAndLogDet(
      zeros([2]),
      tensor2d([
        [1, 1e4],
        [1, -1e4],
      ]),
    );
    await expect(value).toBeAllClose([1 / (1 + Math.exp(7)), 1 / (1 + Math.exp(-7))], { rtol: 1e-5 });
  });

  test.each(Object.keys(CURVES))(
    'around %s comes back, near and far, with parameters of standard deviation 3',
    async (name) => {
      const transform = new ResidualTransform(CURVES[name]());
      const parameters = mul(normal(key(1), [3, 100, transform.parameterCount]), 3);
      const near = normal(key(0), [100]);
      const x = concat([0.1, 1, 100].map((factor) => expandDims(mul(near, factor), 0)));
      const { value, logDet } = transform.forwardAndLogDet(x, parameters);
      const back = transform.inverseAndLogDet(value, parameters);
      const scale = concat([1, 1, 0.01].map((factor) => fill([1, 100], factor)));
      await expect(mul(sub(back.value, x), scale)).toBeAllClose(zeros([3, 100]), { atol: 1e-3 });
      await expect(sub(back.logDet, mul(logDet, -1))).toBeAllClose(zeros([3, 100]), { atol: 1e-2 });
    },
  );

  test('refuses parameters of another number', () => {
    expect(() =>
      new ResidualTransform(new ShiftTransform()).forwardAndLogDet(ones([1]), tensor2d([[1, 2, 3]])),
    ).toThrow('ResidualTransform: parameters must be [..., 2], got [1, 3]');
  });
});
