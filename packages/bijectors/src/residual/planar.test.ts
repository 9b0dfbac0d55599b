import { mul, scalar, sub, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { checkBijector } from '../testing/index.js';
import { Planar } from './planar.js';

const make = () => new Planar({ dim: 3, contextDim: 2, hidden: [5], seed: 1 });

describe('Planar', () => {
  test.each([1, 2, 5])('of %d dimensions: the laws', async (dim) => {
    await checkBijector(() => new Planar({ dim, seed: 1 }), { eventShape: [dim], noise: 0.5, steps: 4 });
  });

  test('with a context: the laws, and the identity at first', async () => {
    await checkBijector(make, { eventShape: [3], noise: 0.3, steps: 4 });
    const x = normal(key(0), [4, 3]);
    await expect(make().forward(x, normal(key(2), [4, 2]))).toBeAllClose(x, { atol: 1e-6 });
  });

  test('starts at the identity', async () => {
    const x = normal(key(0), [2, 3, 4]);
    const { value, logDet } = new Planar({ dim: 4, seed: 0 }).forwardAndLogDet(x);
    await expect(value).toBeAllClose(x, { atol: 1e-6 });
    await expect(logDet).toBeAllClose(zeros([2, 3]), { atol: 1e-6 });
  });

  // wᵀu = −4, where x + u·tanh(wᵀx + b) folds; the paper's formula in float64, its log-determinant confirmed by differences.
  test('equals a float64 reference, in both directions', async () => {
    const flow = new Planar({ dim: 3, seed: 0 });
    flow.weights.assign(tensor1d([0.5, -1, 2]));
    flow.bias.assign(scalar(0.3));
    flow.direction.assign(tensor1d([-1, 0.5, -1.5]));
    const x = tensor2d([
      [1, -2, 0.5],
      [0.3, 0.1, -4],
      [0.2, 0.6, 0.05],
    ]);
    const y = tensor2d([
      [0.2894675405447469, -2.077434477768255, 0.15536915664358963],
      [1.0112436671558476, 0.17751198583442068, -3.6550241982868026],
      [0.27088826212422984, 0.6077254676889742, 0.0843830619345296],
    ]);
    const there = flow.forwardAndLogDet(x);
    await expect(there.value).toBeAllClose(y, { atol: 2e-6 });
    await expect(there.logDet).toBeAllClose([-0.0019378100171133774, -8.775210341666171e-7, -3.180748128890523], {
      rtol: 1e-5,
      atol: 1e-6,
    });
    // The third derivative is 0.04, which magnifies the rounding of y.
    const back = flow.inverseAndLogDet(y);
    await expect(back.value).toBeAllClose(x, { atol: 1e-5 });
    await expect(back.logDet).toBeAllClose([0.0019378100171133774, 8.775210341666171e-7, 3.180748128890523], {
      atol: 1e-4,
    });
  });

  test('stays invertible however it is trained, and far away', async () => {
    for (const strength of [-30, 30]) {
      const flow = new Planar({ dim: 2, seed: 0 });
      flow.weights.assign(tensor1d([1, 2]));
      flow.direction.assign(mul(flow.weights, strength));
      const x = mul(normal(key(1), [50, 2]), 100);
      // 1000-fold at most: y near 100 is rounded to 4e-6.
      await expect(sub(flow.inverse(flow.forward(x)), x)).toBeAllClose(zeros([50, 2]), { atol: 8e-3 });
    }
  });

  test('refuses what does not fit', () => {
    expect(() => new Planar({ dim: 0 })).toThrow('Planar: dim must be an integer of at least 1, got 0');
    expect(() => new Planar({ dim: 2, seed: 0 }).inverse(zeros([3]))).toThrow('Planar: y must be [..., 2], got [3]');
  });
});
