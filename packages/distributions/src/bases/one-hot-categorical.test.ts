import { argMax, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { Categorical } from './categorical.js';
import { OneHotCategorical } from './one-hot-categorical.js';

describe('OneHotCategorical', () => {
  const distribution = new OneHotCategorical([1, -2, 0.5, 0]);

  test('values in float64', async () => {
    // By mpmath, with 50 digits.
    const probs = [0.49402302067716, 0.0245959579057524, 0.299640108644546, 0.181740912772542];
    await expect(distribution.mean()).toBeAllClose(probs, { rtol: 1e-6, atol: 0 });
    const deviations = [0.499964274441859, 0.154890273291937, 0.458100331735342, 0.385630851199881];
    await expect(distribution.stddev()).toBeAllClose(deviations, { rtol: 1e-6, atol: 0 });
    await expect(distribution.entropy()).toBeAllClose(1.11052200313101, { rtol: 1e-6, atol: 0 });
    const vectors = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
      [0, 0, 0, 1],
    ];
    await expect(distribution.logProb(tensor2d(vectors))).toBeAllClose(
      [-0.705173162318934, -3.70517316231893, -1.20517316231893, -1.70517316231893],
      { rtol: 1e-6, atol: 0 },
    );
    await expect(new Categorical([1, -2, 0.5, 0]).mean()).toBeAllClose(1.16909891351247, { rtol: 1e-6, atol: 0 });
    await expect(new Categorical([1, -2, 0.5, 0]).stddev()).toBeAllClose(1.2214877559193, { rtol: 1e-6, atol: 0 });
  });

  test('what is no one-hot vector has no probability', async () => {
    const rows = [
      [0, 0, 0, 0],
      [1, 1, 0, 0],
      [0.5, 0.5, 0, 0],
      [2, -1, 0, 0],
      [Infinity, 0, 0, 0],
      [1, 0, 0, NaN],
    ];
    await expect(distribution.logProb(tensor2d(rows))).toBeAllClose([
      ...Array.from({ length: 5 }, () => -Infinity),
      NaN,
    ]);
  });

  test('draws the places that the categorical distribution draws', async () => {
    const indices = new Categorical([1, -2, 0.5, 0]).sample(100, { seed: 1 });
    await expect(argMax(distribution.sample(100, { seed: 1 }), -1)).toBeAllClose(indices);
  });

  test('needs an axis of categories', () => {
    expect(() => new OneHotCategorical(1)).toThrow('OneHotCategorical: logits must be [..., K], got []');
    expect(() => distribution.logProb(tensor1d([1, 0, 0]))).toThrow('OneHotCategorical: x must be [..., 4], got [3]');
  });
});
