import {
  clone,
  concat,
  expandDims,
  grad,
  mul,
  scalar,
  sub,
  sum,
  tensor1d,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { checkBijector } from '../testing/index.js';
import { Radial } from './radial.js';

const make = () => new Radial({ dim: 3, contextDim: 2, hidden: [5], seed: 1 });

describe('Radial', () => {
  test.each([1, 2, 5])('of %d dimensions: the laws', async (dim) => {
    await checkBijector(() => new Radial({ dim, seed: 1 }), { eventShape: [dim], noise: 0.5, steps: 4 });
  });

  test('starts at the identity', async () => {
    const x = normal(key(0), [2, 3, 4]);
    const { value, logDet } = new Radial({ dim: 4, seed: 0 }).forwardAndLogDet(x);
    await expect(value).toBeAllClose(x, { atol: 1e-6 });
    await expect(logDet).toBeAllClose(zeros([2, 3]), { atol: 1e-6 });
  });

  // The paper's formula in float64, its log-determinant confirmed by differences.
  test('equals a float64 reference, in both directions', async () => {
    const flow = new Radial({ dim: 3, seed: 0 });
    flow.center.assign(tensor1d([0.5, -1, 0.2]));
    flow.radius.assign(scalar(0.7));
    flow.slope.assign(scalar(-1.5));
    const x = tensor2d([
      [1, -2, 0.5],
      [0.3, 0.1, -4],
      [0.2, 0.6, 0.05],
    ]);
    const y = tensor2d([
      [0.8098164078786797, -1.6196328157573594, 0.38588984472720783],
      [0.33454556182009415, -0.0900005900105178, -3.274543201778023],
      [0.2967116841087725, 0.08420435141988003, 0.09835584205438626],
    ]);
    const logDet = [-1.1985299583430202, -0.42445672978640014, -0.945533308174056];
    const there = flow.forwardAndLogDet(x);
    await expect(there.value).toBeAllClose(y, { atol: 2e-6 });
    await expect(there.logDet).toBeAllClose(logDet, { atol: 2e-6 });
    const back = flow.inverseAndLogDet(y);
    await expect(back.value).toBeAllClose(x, { atol: 5e-6 });
    await expect(back.logDet).toBeAllClose(
      logDet.map((value) => -value),
      { atol: 5e-6 },
    );
  });

  test('values and gradients are finite at the centre, in both directions', async () => {
    const flow = new Radial({ dim: 3, seed: 0 });
    flow.slope.assign(scalar(1));
    const slope = 1e-3 + Math.log1p(Math.exp(1 + Math.log(Math.expm1(1 - 1e-3))));
    const center = clone(flow.center);
    const { value, logDet } = flow.forwardAndLogDet(center);
    await expect(value).toBeAllClose(center, { atol: 0 });
    await expect(logDet).toBeAllClose(scalar(3 * Math.log(slope)), { atol: 1e-5 });
    await expect(grad((x) => sum(flow.forward(x)))(center)).toBeAllClose([slope, slope, slope], { atol: 1e-5 });
    await expect(grad((y) => sum(flow.inverse(y)))(center)).toBeAllClose([1 / slope, 1 / slope, 1 / slope], {
      atol: 1e-5,
    });
    await expect(grad((x) => flow.forwardAndLogDet(x).logDet)(center)).toBeAllClose([0, 0, 0], { atol: 0 });
  });

  test('stays invertible however it is trained, near and far', async () => {
    for (const slope of [-30, 30]) {
      const flow = new Radial({ dim: 2, seed: 0 });
      flow.center.assign(zeros([2]));
      flow.slope.assign(scalar(slope));
      const directions = normal(key(1), [20, 2]);
      const x = concat([-4, -2, 0, 2, 4].map((power) => expandDims(mul(directions, 10 ** power), 0)));
      const scale = expandDims(expandDims(tensor1d([1e4, 1e2, 1, 1e-2, 1e-4]), 1), 2);
      const error = mul(sub(flow.inverse(flow.forward(x)), x), scale);
      await expect(error).toBeAllClose(zeros([5, 20, 2]), { atol: 1e-5 });
    }
  });

  test('with a context: the laws, and the identity at first', async () => {
    await checkBijector(make, { eventShape: [3], noise: 0.3, steps: 4 });
    const x = normal(key(0), [4, 3]);
    await expect(make().forward(x, normal(key(2), [4, 2]))).toBeAllClose(x, { atol: 1e-5 });
  });

  test('refuses what does not fit', () => {
    expect(() => new Radial({ dim: 0 })).toThrow('Radial: dim must be an integer of at least 1, got 0');
    expect(() => new Radial({ dim: 2, seed: 0 }).inverse(zeros([3]))).toThrow('Radial: y must be [..., 2], got [3]');
  });
});
