import { grad, mean, mul, scalar, sum, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { Categorical } from '../bases/categorical.js';
import { DiscretizedLogistic } from '../bases/discretized-logistic.js';
import { Normal } from '../bases/normal.js';
import { Uniform } from '../bases/uniform.js';
import { Independent } from './independent.js';
import { MixtureSameFamily } from './mixture-same-family.js';

const components = () => new Normal([-2, 0, 3], [0.5, 1, 2]);

const meanByLocations = (loc: Tensor) =>
  mean(new MixtureSameFamily(new Categorical([1, 0, -1]), new Normal(loc, 1)).sample(20_000, { seed: 0 }));
const meanByWeights = (logits: Tensor) =>
  mean(new MixtureSameFamily(new Categorical(logits), components()).sample(10, { seed: 0 })).add(mul(sum(logits), 0));

describe('MixtureSameFamily', () => {
  const mixture = new MixtureSameFamily(new Categorical([1, 0, -1]), components());

  test('values in float64', async () => {
    // By mpmath, with 50 digits.
    await expect(mixture.logProb(tensor1d([-30, -2, 0, 1.5, 4, 100]))).toBeAllClose(
      [
        -140.144691678209, -0.607359182292506, -2.26682357998956, -3.0954988868729, -4.14262721540226,
        -1180.14469167821,
      ],
      { rtol: 1e-6 },
    );
    await expect(mixture.mean()).toBeAllClose(-1.0603901920385, { rtol: 1e-6 });
    await expect(mixture.stddev()).toBeAllClose(1.76577819245263, { rtol: 1e-6 });
  });

  test('weights of the batch, and the same for all of it', async () => {
    const batch = new Normal(
      [
        [-2, 2],
        [0, 5],
      ],
      1,
    );
    const own = new MixtureSameFamily(
      new Categorical([
        [0, -Infinity],
        [-Infinity, 0],
      ]),
      batch,
    );
    await expect(own.logProb(scalar(1))).toBeAllClose(new Normal([-2, 5], 1).logProb(1));
    const drawn = (await own.sample(20, { seed: 0 }).array()) as number[][];
    expect(drawn.every(([a, b]) => a < 2.5 && b > 0.5)).toBe(true);
    const shared = new MixtureSameFamily(new Categorical([0, 0]), batch);
    expect(shared.batchShape).toEqual([2]);
    // Every entry of the batch draws a component of its own.
    const draws = await shared.sample(200, { seed: 1 }).array();
    const kinds = new Set((draws as number[][]).map(([a, b]) => `${a > 0} ${b > 2.5}`));
    expect(kinds.size).toBe(4);
  });

  test('of vectors', async () => {
    const vectors = new Independent(
      new Normal(
        [
          [0, 1],
          [4, 5],
        ],
        1,
      ),
      1,
    );
    const both = new MixtureSameFamily(new Categorical([0, 0]), vectors);
    const expected = Math.log(0.5 + 0.5 * Math.exp(-16)) - Math.log(2 * Math.PI);
    await expect(both.logProb(tensor2d([[0, 1]]))).toBeAllClose([expected], { rtol: 1e-6 });
    await expect(both.mean()).toBeAllClose([2, 3]);
    await expect(both.stddev()).toBeAllClose([Math.sqrt(5), Math.sqrt(5)]);
  });

  test('is where any component is', async () => {
    const steps = new MixtureSameFamily(new Categorical([0, 0]), new Uniform([0, 2], [1, 3]));
    await expect(steps.logProb(tensor1d([-1, 0.5, 1.5, 2.5, NaN]))).toBeAllClose([
      -Infinity,
      -Math.LN2,
      -Infinity,
      -Math.LN2,
      NaN,
    ]);
    await expect(steps.support.contains(tensor1d([-1, 0.5, 1.5, 2.5]))).toBeAllClose(tensor1d([0, 1, 0, 1], 'bool'));
  });

  test('of discretised logistics', async () => {
    const pixels = new MixtureSameFamily(new Categorical([0, 1]), new DiscretizedLogistic([20, 200], [4, 9]));
    const values = tensor1d(Array.from({ length: 256 }, (_, i) => i));
    await expect(sum(pixels.logProb(values).exp())).toBeAllClose(1, { rtol: 1e-5 });
    expect(pixels.support.isDiscrete).toBe(true);
  });

  test('samples move with the components, not with the weights', async () => {
    // The expectation's slope in a component's mean is its weight; of 20,000 draws the standard error is 0.0035 at most.
    const weights = [Math.E, 1, 1 / Math.E].map((w) => w / (Math.E + 1 + 1 / Math.E));
    await expect(grad(meanByLocations)(tensor1d([-2, 0, 3]))).toBeAllClose(weights, { rtol: 0, atol: 0.015 });
    await expect(grad(meanByWeights)(tensor1d([1, 0, -1]))).toBeAllClose([0, 0, 0], { atol: 0 });
  });

  test('refuses what does not fit', () => {
    expect(() => new MixtureSameFamily(new Categorical([0, 0]), components())).toThrow(
      'MixtureSameFamily: components batchShape must be [..., 2], got [3]',
    );
    expect(
      () =>
        new MixtureSameFamily(
          new Categorical([
            [0, 0, 0],
            [0, 0, 0],
          ]),
          components(),
        ),
    ).toThrow('MixtureSameFamily: mixture batchShape must be [], got [2]');
    expect(() => mixture.entropy()).toThrow('MixtureSameFamily: entropy has no closed form');
    expect(() => new MixtureSameFamily(new Normal(0, 1) as never, components())).toThrow(
      'MixtureSameFamily: mixture must be a categorical distribution',
    );
  });
});
