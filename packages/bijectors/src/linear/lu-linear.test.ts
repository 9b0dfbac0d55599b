import { mul, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { Invert } from '../combinators/invert.js';
import { checkBijector } from '../testing/index.js';
import { LuLinear } from './lu-linear.js';

const make = () => new LuLinear({ dim: 3, permutation: 'reverse', contextDim: 2, hidden: [5], seed: 0 });

describe('LuLinear', () => {
  test.each([
    { dim: 1 },
    { dim: 2 },
    { dim: 5 },
    { dim: 4, permutation: 'random' as const, seed: 1 },
    { dim: 3, permutation: [2, 0, 1] },
    { dim: 3, permutation: 'reverse' as const },
  ])('of $dim dimensions, permutation $permutation: the laws', async (options) => {
    await checkBijector(() => new LuLinear(options), { eventShape: [options.dim], steps: 4 });
    await checkBijector(() => new Invert(new LuLinear(options)), { eventShape: [options.dim], noise: 0.3, steps: 4 });
  });

  test('starts at the identity', async () => {
    const x = normal(key(0), [4, 6]);
    const { value, logDet } = new LuLinear({ dim: 6 }).inverseAndLogDet(x);
    await expect(value).toBeAllClose(x);
    await expect(logDet).toBeAllClose(zeros([4]));
  });

  test('with a context: the laws either way, and the identity at first', async () => {
    await checkBijector(make, { eventShape: [3], noise: 0.3, steps: 4 });
    await checkBijector(() => new Invert(make()), { eventShape: [3], noise: 0.3, steps: 4 });
    const x = normal(key(0), [2, 4, 6]);
    const layer = new LuLinear({ dim: 6, contextDim: 1, seed: 0 });
    await expect(layer.forward(x, normal(key(1), [4, 1]))).toBeAllClose(x);
  });

  test('under a context it is the map whose numbers are the sums', async () => {
    const layer = new LuLinear({ dim: 3, contextDim: 1, hidden: [], seed: 0 });
    layer.network!.weights[0].assign(normal(key(2), [1, 12]));
    const added = Array.from(await mul(layer.network!.weights[0], -0.7).data());
    const plain = new LuLinear({ dim: 3 });
    plain.weights.assign(tensor2d(added.slice(0, 9), [3, 3]));
    plain.bias.assign(tensor1d(added.slice(9)));
    const x = normal(key(3), [5, 3]);
    const expected = plain.forwardAndLogDet(x);
    for (const context of [tensor1d([-0.7]), tensor2d([[-0.7], [-0.7], [-0.7], [-0.7], [-0.7]])]) {
      const { value, logDet } = layer.forwardAndLogDet(x, context);
      await expect(value).toBeAllClose(expected.value, { rtol: 1e-5, atol: 1e-5 });
      await expect(logDet).toBeAllClose(expected.logDet);
    }
  });

  // P·L·U·x + b in float64, with numpy.
  test('equals a float64 reference', async () => {
    const layer = new LuLinear({ dim: 3, permutation: [2, 0, 1] });
    layer.weights.assign(
      tensor2d([
        [0.3, 0.5, -1],
        [2, -0.5, 2],
        [-1, 0.7, 1.2],
      ]),
    );
    layer.bias.assign(tensor1d([0.1, 0.2, 0.3]));
    const { value, logDet } = layer.forwardAndLogDet(tensor1d([1, -2, 0.5]));
    await expect(value).toBeAllClose(tensor1d([3.184077014941737, -2.9501411924239966, -2.1381319156372656]));
    await expect(logDet).toBeAllClose(1);
    await expect(layer.inverse(value)).toBeAllClose(tensor1d([1, -2, 0.5]), { atol: 1e-5 });
  });

  test('an inverse of 40 dimensions solves the system', async () => {
    const layer = new LuLinear({ dim: 40 });
    layer.weights.assign(mul(normal(key(1), [40, 40]), 0.1));
    const x = normal(key(2), [7, 40]);
    await expect(layer.inverse(layer.forward(x))).toBeAllClose(x, { rtol: 1e-4, atol: 1e-4 });
  });

  test('refuses what does not fit', () => {
    expect(() => new LuLinear({ dim: 0 })).toThrow('LuLinear: dim must be an integer of at least 1, got 0');
    expect(() => new LuLinear({ dim: 2, permutation: [0, 0] })).toThrow(
      'Permute: permutation must hold each of 0 to 1 once, got [0, 0]',
    );
    expect(() => new LuLinear({ dim: 2 }).inverse(zeros([3]))).toThrow('LuLinear: y must be [..., 2], got [3]');
  });
});
