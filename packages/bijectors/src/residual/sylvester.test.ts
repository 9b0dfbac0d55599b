import { eye, matMul, scalar, sub, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { checkBijector } from '../testing/index.js';
import { Planar } from './planar.js';
import { Sylvester } from './sylvester.js';

const make = (units: number) => new Sylvester({ dim: 3, units, contextDim: 2, hidden: [5], seed: 1 });

describe('Sylvester', () => {
  test.each([
    { dim: 2 },
    { dim: 3, units: 1 },
    { dim: 4, units: 2, reflections: 3 },
    { dim: 3, units: 3, reflections: 5 },
  ])('%o: the laws', async (options) => {
    await checkBijector(() => new Sylvester({ ...options, seed: 1 }), {
      eventShape: [options.dim],
      noise: 0.5,
      steps: 2,
    });
  });

  test('of one dimension the laws hold, and the rotation has no effect but the sign', async () => {
    await checkBijector(() => new Sylvester({ dim: 1, seed: 0 }), {
      eventShape: [1],
      idle: ['rotation.vectors'],
      noise: 0.5,
      steps: 2,
    });
  });

  test('starts at the identity, with Q of directions that are no axes', async () => {
    const x = normal(key(0), [2, 3, 16]);
    const flow = new Sylvester({ dim: 16, units: 3, seed: 0 });
    const { value, logDet } = flow.forwardAndLogDet(x);
    await expect(value).toBeAllClose(x, { atol: 1e-6 });
    await expect(logDet).toBeAllClose(zeros([2, 3]), { atol: 1e-6 });
    const columns = flow.rotation.forward(eye(3, 16));
    await expect(matMul(columns, columns, false, true)).toBeAllClose(eye(3), { atol: 1e-6 });
    for (const direction of (await columns.array()) as number[][])
      expect(Math.max(...direction.map(Math.abs))).toBeLessThan(0.8);
  });

  // The paper's formula in float64, its log-determinant confirmed by differences.
  test('equals a float64 reference, in both directions', async () => {
    const flow = new Sylvester({ dim: 3, units: 2, seed: 0 });
    flow.rotation.vectors.assign(
      tensor2d([
        [1, 2, -1],
        [0.5, 0, 3],
      ]),
    );
    flow.weights.assign(
      tensor2d([
        [0.4, -0.8],
        [1.2, -0.3],
      ]),
    );
    flow.slopes.assign(tensor1d([-1, 0.6]));
    flow.bias.assign(tensor1d([0.2, -0.5]));
    const x = tensor2d([
      [1, -2, 0.5],
      [0.3, 0.1, -4],
      [0.2, 0.6, 0.05],
    ]);
    const y = tensor2d([
      [0.9593288738162811, -1.7738572813268327, 0.40240282177894793],
      [1.2622293174049992, -0.7438219800776588, -4.218972178577106],
      [0.8016887672492544, 0.08069164828212866, -0.09160308644736508],
    ]);
    const logDet = [0.33281382643966495, 0.003945363274496516, -0.18677336991100768];
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

  test('comes back with 8 units of strong random weights', async () => {
    const flow = new Sylvester({ dim: 12, units: 8, seed: 0 });
    for (const [i, variable] of [flow.weights, flow.slopes, flow.bias].entries())
      variable.assign(normal(key(i), variable.shape));
    const x = normal(key(3), [40, 12]);
    await expect(sub(flow.inverse(flow.forward(x)), x)).toBeAllClose(zeros([40, 12]), { atol: 1e-3 });
  });

  test('of one unit is a planar flow', async () => {
    const flow = new Sylvester({ dim: 2, units: 1, seed: 0 });
    flow.rotation.vectors.assign(tensor2d([[1, -1]]));
    flow.slopes.assign(tensor1d([-2]));
    flow.bias.assign(tensor1d([0.3]));
    // Q is the second axis, R̃ = 1.
    const planar = new Planar({ dim: 2, seed: 0 });
    planar.weights.assign(tensor1d([0, 1]));
    planar.direction.assign(tensor1d([0, -2]));
    planar.bias.assign(scalar(0.3));
    const x = normal(key(0), [5, 2]);
    await expect(flow.forward(x)).toBeAllClose(planar.forward(x), { atol: 1e-6 });
    await expect(flow.inverse(x)).toBeAllClose(planar.inverse(x), { atol: 1e-5 });
  });

  test('with a context: the laws, and the identity at first', async () => {
    for (const units of [2, 3]) await checkBijector(() => make(units), { eventShape: [3], noise: 0.3, steps: 4 });
    const x = normal(key(0), [4, 3]);
    await expect(make(3).forward(x, normal(key(2), [4, 2]))).toBeAllClose(x, { atol: 1e-5 });
  });

  test('refuses what does not fit', () => {
    expect(() => new Sylvester({ dim: 0 })).toThrow('Sylvester: dim must be an integer of at least 1, got 0');
    expect(() => new Sylvester({ dim: 2, units: 3 })).toThrow('Sylvester: units must be at most dim = 2, got 3');
    expect(() => new Sylvester({ dim: 2, reflections: 0 })).toThrow(
      'Sylvester: reflections must be an integer of at least 1, got 0',
    );
    expect(() => new Sylvester({ dim: 2, seed: 0 }).inverse(zeros([3]))).toThrow(
      'Sylvester: y must be [..., 2], got [3]',
    );
  });
});
