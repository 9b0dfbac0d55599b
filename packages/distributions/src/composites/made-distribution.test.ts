import { exp, sum, tensor2d } from '@tensorflow/tfjs-core';
import { maf } from '@pushforward/bijectors';
import { BernoulliMade, GaussianMade, type MadeDensityOptions } from '@pushforward/made';
import { key, normal } from '@pushforward/tensor';
import { addNoise } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import { checkDistribution } from '../testing/index.js';
import { MadeDistribution } from './made-distribution.js';
import { Transformed } from './transformed.js';

const moved = (distribution: MadeDistribution) => {
  addNoise(distribution.trainableVariables(), key(1), 0.3);
  return distribution;
};
const gaussian = (options: MadeDensityOptions) => moved(new MadeDistribution(new GaussianMade(options)));
const bernoulli = (options: MadeDensityOptions) => moved(new MadeDistribution(new BernoulliMade(options)));

describe('MadeDistribution', () => {
  test.each([0, 2])('obeys the laws, context %d', async (contextDim) => {
    const context = contextDim > 0 ? normal(key(2), [4, contextDim]) : undefined;
    const options = { dim: 3, hidden: [6], contextDim, seed: 0 };
    await checkDistribution(() => gaussian(options), { context });
    await checkDistribution(() => bernoulli(options), { context, reparameterized: false });
  });

  test('as the base of a flow, under one context', async () => {
    const base = gaussian({ dim: 2, hidden: [6], contextDim: 1, seed: 0 });
    const flow = new Transformed(base, maf({ dim: 2, transforms: 1, hidden: [6], contextDim: 1, seed: 1 }));
    addNoise(flow.bijector.trainableVariables(), key(3), 0.3);
    await checkDistribution(() => flow.clone(), { context: normal(key(4), [2, 1]) });
    // With the flow at the identity the density is the base's.
    const plain = new Transformed(base, maf({ dim: 2, transforms: 2, hidden: [6], seed: 2 }));
    const [x, context] = [normal(key(5), [6, 2]), normal(key(6), [6, 1])];
    await expect(plain.logProb(x, context)).toBeAllClose(base.model.logProb(x, context), { rtol: 1e-5 });
  });

  test('of bits, events that are none have probability 0', async () => {
    const distribution = bernoulli({ dim: 2, seed: 0 });
    const states = tensor2d([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]);
    await expect(sum(exp(distribution.logProb(states)))).toBeAllClose(1);
    expect([...(await distribution.logProb(tensor2d([[0.5, 1]])).data())]).toEqual([-Infinity]);
    expect(distribution.support.isDiscrete).toBe(true);
  });

  test('its variables are those of what stands on it', () => {
    const flow = new Transformed(gaussian({ dim: 2, hidden: [4], seed: 0 }), maf({ dim: 2, transforms: 1, seed: 1 }));
    expect([...flow.variables().keys()]).toContain('base.model.made.layers.0.weights');
  });

  test('refuses what is no model', () => {
    expect(() => new MadeDistribution(maf({ dim: 2, seed: 0 }) as never)).toThrow(
      'MadeDistribution: model must be a density model on a MADE, got ',
    );
  });
});
