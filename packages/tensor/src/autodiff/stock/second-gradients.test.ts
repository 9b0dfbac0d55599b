import {
  add,
  elu,
  exp,
  grad,
  mul,
  pow,
  sigmoid,
  softmax,
  square,
  sum,
  tanh,
  type Tensor,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Activation, activations } from '../../kernels/activation.js';
import { erf } from '../../special/normal/erf.js';
import { erfinv } from '../../special/normal/erfinv.js';
import { expm1 } from '../../special/expm1.js';
import { linear } from '../../kernels/product/linear.js';
import { log1p } from '../../special/log1p.js';
import { standardNormalLogProb } from '../../kernels/standard-normal/log-prob.js';
import { logSigmoid } from '../../special/log-sigmoid.js';
import { logSumExp } from '../../arrays/log-sum-exp.js';
import { softplus } from '../../special/softplus.js';
import { sum as chunkedSum } from '../../arrays/sum.js';

const STEP = 2e-3;
const dense = (activation?: Activation) => (x: Tensor) =>
  linear(
    x,
    tensor2d([
      [0.3, -0.8],
      [0.6, 0.4],
      [-0.2, 0.9],
    ]),
    tensor1d([0.1, -0.3]),
    activation,
  );

const OPERATIONS: Record<string, (x: Tensor) => Tensor> = {
  elu,
  exp,
  sigmoid,
  softmax,
  tanh,
  erf,
  erfinv,
  expm1,
  log1p,
  logSigmoid,
  softplus,
  pow: (x) => pow(add(square(x), 1), add(x, 2)),
  logSumExp: (x) => logSumExp(x, -1),
  sum: (x) => chunkedSum(square(x), -1),
  standardNormalLogProb: (x) => standardNormalLogProb(x, 1),
  linear: dense(),
  ...Object.fromEntries(activations.map((name) => [`linear and ${name}`, dense(name)])),
};

describe('the gradient of a squared gradient agrees with central differences', () => {
  test.each(Object.keys(OPERATIONS))('%s', async (name) => {
    const x = [
      [0.4, -0.7, 0.25],
      [-0.15, 0.55, 0.8],
    ];
    const direction = tensor2d([
      [1, -0.5, 0.7],
      [0.3, 0.9, -1.2],
    ]);
    // Both orders count, and numbers differ in weight.
    const loss = (x: Tensor) => {
      const y = OPERATIONS[name](x);
      return add(sum(mul(y, tensor1d([1, 2, 3].slice(0, y.shape.at(-1))))), sum(square(y)));
    };
    const penalty = (x: Tensor) => sum(square(grad(loss)(x)));
    const slope = tidy(() => sum(mul(grad(penalty)(tensor2d(x)), direction)));
    const at = async (by: number) => (await tidy(() => penalty(add(tensor2d(x), mul(direction, by)))).data())[0];
    await expect(slope).toBeAllClose(((await at(STEP)) - (await at(-STEP))) / (2 * STEP), { rtol: 0.01, atol: 0.01 });
  });
});
