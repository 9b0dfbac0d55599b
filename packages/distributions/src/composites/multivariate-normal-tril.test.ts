import { grad, matMul, mean, mul, sub, tensor, tensor1d, tensor2d, variable } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { klDivergence } from '../divergence/kl-divergence.js';
import { MultivariateNormalDiag } from './multivariate-normal-diag.js';
import { MultivariateNormalTriL } from './multivariate-normal-tril.js';

const LOC = [0.5, -1, 2];
// Above the diagonal stands what must not be read.
const TRIL = [
  [1.5, NaN, 7],
  [-0.5, 0.75, Infinity],
  [2, 0.25, 0.5],
];
const OTHER_LOC = [0, 0.25, 1];
const OTHER_TRIL = [
  [2, 0, 0],
  [0.5, 1, 0],
  [-0.25, 0.5, 1.5],
];
const points = [
  [0, 0, 0],
  [0.5, -1, 2],
  [-3, 4, 1.25],
];
// By mpmath, with 50 digits.
const LOG_PROBS = [-8.04564898557465, -2.18145145471046, -31.8928712077969];

describe('MultivariateNormalTriL', () => {
  const distribution = new MultivariateNormalTriL(LOC, TRIL);

  test('values in float64', async () => {
    await expect(distribution.logProb(tensor2d(points))).toBeAllClose(LOG_PROBS, { rtol: 1e-6 });
    await expect(distribution.stddev()).toBeAllClose([1.5, 0.901387818865997, 2.07665596572952], { rtol: 1e-6 });
    await expect(distribution.entropy()).toBeAllClose(3.68145145471046, { rtol: 1e-6 });
  });

  test('divergences in float64, from and to diagonal ones too', async () => {
    const other = new MultivariateNormalTriL(OTHER_LOC, OTHER_TRIL);
    await expect(klDivergence(distribution, other)).toBeAllClose(4.366684766905, { rtol: 1e-6 });
    const standard = new MultivariateNormalDiag([0, 0, 0], 1);
    await expect(klDivergence(distribution, standard)).toBeAllClose(5.38786414490356, { rtol: 1e-6 });
    await expect(klDivergence(standard, distribution)).toBeAllClose(11.3937716575656, { rtol: 1e-6 });
    await expect(klDivergence(distribution, distribution)).toBeAllClose(0, { atol: 1e-6 });
  });

  test('a batch of factors, one of means, and one for both', async () => {
    const both = new MultivariateNormalTriL([LOC, OTHER_LOC], [TRIL, OTHER_TRIL]);
    const each = [distribution, new MultivariateNormalTriL(OTHER_LOC, OTHER_TRIL)];
    const x = tensor2d(points);
    const logProb = await both.logProb(x.expandDims(1)).array();
    for (const [i, one] of each.entries())
      await expect(one.logProb(x)).toBeAllClose((logProb as number[][]).map((row) => row[i]));
    expect(both.sample([4, 5], { seed: 0 }).shape).toEqual([4, 5, 2, 3]);
    const means = new MultivariateNormalTriL([LOC, LOC], TRIL);
    expect(means.batchShape).toEqual([2]);
    await expect(means.logProb(tensor1d(points[2]))).toBeAllClose([LOG_PROBS[2], LOG_PROBS[2]], { rtol: 1e-6 });
    await expect(means.entropy()).toBeAllClose([3.68145145471046, 3.68145145471046], { rtol: 1e-6 });
    await expect(klDivergence(both, each[1])).toBeAllClose([4.366684766905, 0], { rtol: 1e-6, atol: 1e-6 });
  });

  test('samples have the covariance L Lᵀ', async () => {
    const clean = tensor2d(TRIL.map((row, i) => row.map((value, j) => (j > i ? 0 : value))));
    const centred = sub(distribution.sample(50_000, { seed: 1 }), tensor1d(LOC));
    const covariance = mul(matMul(centred, centred, true), 1 / 50_000);
    // Of a product of two numbers, up to σᵢ σⱼ √2 / √50,000: 0.028 at most, and four times that.
    await expect(covariance).toBeAllClose(matMul(clean, clean, false, true), { rtol: 0, atol: 0.11 });
  });

  test('gradients: none above the diagonal, the differences below', async () => {
    const x = tensor2d(points);
    const start = TRIL.map((row, i) => row.map((value, j) => (j > i ? 0 : value)));
    const objective = (values: number[][] | ReturnType<typeof tensor>) =>
      mean(new MultivariateNormalTriL(LOC, values as never).logProb(x));
    const slope = (await grad((tril) => objective(tril))(tensor2d(start)).array()) as number[][];
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        if (j > i) expect(slope[i][j]).toBe(0);
        else {
          const step = 1e-2;
          const at = async (by: number) =>
            (await objective(start.map((row, k) => (k === i ? row.with(j, row[j] + by) : row))).data())[0];
          const difference =
            (8 * ((await at(step)) - (await at(-step))) - ((await at(2 * step)) - (await at(-2 * step)))) / (12 * step);
          // Differences of float32 over a hundredth.
          expect(Math.abs(slope[i][j] - difference)).toBeLessThan(2e-3 * Math.max(1, Math.abs(difference)));
        }
      }
    }
  });

  test('refuses factors that do not fit', () => {
    expect(() => new MultivariateNormalTriL(1, [[1]])).toThrow('MultivariateNormalTriL: loc must be [..., D], got []');
    expect(() => new MultivariateNormalTriL([0, 1], [[1]])).toThrow(
      'MultivariateNormalTriL: scaleTril must be [..., 2, 2], got [1, 1]',
    );
    expect(
      () =>
        new MultivariateNormalTriL(
          [0, 1],
          [
            [1, 0],
            [1, 0],
          ],
        ),
    ).toThrow('MultivariateNormalTriL: scaleTril must have no 0 on its diagonal, got 0 in row 1');
    expect(() => distribution.logProb(tensor1d([1, 2]))).toThrow('MultivariateNormalTriL: x must be [..., 3], got [2]');
    expect(() => new MultivariateNormalTriL(LOC, variable(tensor2d(OTHER_TRIL))).config()).not.toThrow();
  });
});
