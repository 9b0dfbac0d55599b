import { cast, grad, scalar, sum, type Tensor, tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import {
  activate,
  activations,
  erf,
  erfinv,
  expm1,
  linear,
  log1p,
  logSigmoid,
  logSumExp,
  softplus,
  sum as exactSum,
  toFloat,
  where,
} from '../index.js';
import { hasSplineKernels, rationalQuadraticSpline, standardNormalLogProb } from '../kernels/index.js';

const zerosAndOnes = [
  [0, 1, 1],
  [1, 0, 0],
];

/** Every function of numbers that this package exports. */
const functions: Record<string, (x: Tensor) => Tensor> = {
  toFloat: (x) => toFloat('x', x),
  erf,
  erfinv,
  expm1,
  log1p,
  logSigmoid,
  logSumExp: (x) => logSumExp(x, -1),
  softplus,
  standardNormalLogProb: (x) => standardNormalLogProb(x, 1),
  sum: (x) => exactSum(x, 0),
  where: (x) => where(tensor1d([1, 0, 1], 'bool'), x, scalar(7)),
  linear: (x) =>
    linear(
      x,
      tensor2d([
        [0.5, 1],
        [2, 3],
        [-1, 0.25],
      ]),
      tensor1d([0.1, 0.2]),
      'tanh',
    ),
  'linear without a bias': (x) =>
    linear(
      x,
      tensor2d([
        [0.5, 1],
        [2, 3],
        [-1, 0.25],
      ]),
    ),
  'linear with integer weights': (x) =>
    linear(
      x,
      tensor2d(
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        [3, 2],
        'int32',
      ),
      tensor1d([1, 2], 'int32'),
      'relu',
    ),
  ...Object.fromEntries(activations.map((name) => [name, (x: Tensor) => activate(name, x)])),
};

test.each(Object.entries(functions))('%s gives the same numbers for every type', async (_, f) => {
  const whole = tensor(zerosAndOnes, [2, 3], 'float32');
  for (const dtype of ['int32', 'bool'] as const) {
    await expect(f(tensor(zerosAndOnes, [2, 3], dtype))).toBeAllClose(f(whole), { rtol: 0, atol: 0 });
  }
});

test.runIf(hasSplineKernels())('so do splines', async () => {
  const shape = { bins: 2, bound: 3, minWidth: 1e-3, minHeight: 1e-3, minDerivative: 1e-3 };
  const parameters = [
    [1, 0, -1, 2, 1],
    [0, 0, 1, 0, 3],
  ];
  const at = (dtype: 'float32' | 'int32') =>
    rationalQuadraticSpline(shape, 'forward', tensor1d([1, -2], dtype), tensor2d(parameters, [2, 5], dtype)).value;
  await expect(at('int32')).toBeAllClose(at('float32'), { rtol: 0, atol: 0 });
});

describe('toFloat', () => {
  test('gives back what is float32 already', () => {
    const x = tensor1d([1]);
    expect(toFloat('f: x', x)).toBe(x);
  });

  test('has a gradient', async () => {
    await expect(grad((x) => sum(toFloat('f: x', cast(x, 'float32'))))(tensor1d([1, 2]))).toBeAllClose([1, 1]);
  });

  test.each([
    ['string', tensor1d(['a'])],
    ['string', tensor1d(['1', '2'])],
  ])('refuses %s', (dtype, x) => {
    expect(() => toFloat('maf: x', x)).toThrow(new Error(`maf: x must be float32, int32 or bool, got ${dtype}`));
    expect(() => softplus(x)).toThrow('softplus: x must be float32, int32 or bool, got string');
  });
});

test('no cast is left behind', async () => {
  const x = tensor(zerosAndOnes, [2, 3], 'int32');
  await expect(() => {
    for (const f of [erf, expm1, log1p, softplus, logSigmoid, (x: Tensor) => linear(x, tensor2d([[1], [2], [3]]))])
      tidy(() => void f(x));
    for (const f of [erf, expm1, log1p, softplus, logSigmoid, (x: Tensor) => logSumExp(x, -1)]) f(x).dispose();
  }).toLeakNoTensor();
});
