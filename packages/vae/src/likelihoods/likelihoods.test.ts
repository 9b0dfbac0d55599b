import { distributionModules } from '@pushforward/distributions';
import { Mlp } from '@pushforward/made';
import { buildModule, key, uniform } from '@pushforward/tensor';
import { addNoise } from '@pushforward/tensor/testing';
import { type Scalar, sum, tensor1d, tensor2d, type Tensor, variableGrads, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { vaeModules } from '../modules.js';
import { BernoulliLikelihood } from './bernoulli.js';
import { CategoricalLikelihood } from './categorical.js';
import { ContinuousBernoulliLikelihood } from './continuous-bernoulli.js';
import { DiscretizedLogisticLikelihood } from './discretized-logistic.js';
import { GaussianLikelihood } from './gaussian.js';
import type { Likelihood } from './likelihood.js';
import { LogisticMixtureLikelihood } from './logistic-mixture.js';

const decoder = (outputDim: number, contextDim = 0) =>
  new Mlp({ inputDim: 2, hidden: [8], activation: 'tanh', outputDim, contextDim, seed: 1 });

/** A decoder that gives these numbers for every z. */
const constant = (outputs: number[]) =>
  new Mlp({ inputDim: 2, hidden: [], outputDim: outputs.length, init: 'identity', outputBias: outputs });

const grid = { low: 0, high: 7, step: 1 };
const levels = (shape: number[]) => uniform(key(3), shape, { maxval: 8 }).floor();
const greys = (shape: number[]) => uniform(key(3), shape);
const whites = (shape: number[]) => uniform(key(3), shape).round();

const kinds: [string, (contextDim?: number) => Likelihood, (shape: number[]) => Tensor][] = [
  ['bernoulli', (contextDim) => new BernoulliLikelihood(decoder(4, contextDim)), whites],
  ['continuous bernoulli', (contextDim) => new ContinuousBernoulliLikelihood(decoder(4, contextDim)), greys],
  ['gaussian', (contextDim) => new GaussianLikelihood(decoder(4, contextDim)), greys],
  ['categorical', (contextDim) => new CategoricalLikelihood(decoder(32, contextDim), { categories: 8 }), levels],
  ['discretised logistic', (contextDim) => new DiscretizedLogisticLikelihood(decoder(4, contextDim), grid), levels],
  [
    'mixture of logistics',
    (contextDim) => new LogisticMixtureLikelihood(decoder(36, contextDim), { ...grid, components: 3 }),
    levels,
  ],
];

describe.each(kinds)('%s', (_, make, data) => {
  const z = uniform(key(2), [5, 2]);

  test('a density for each z, a mean and samples of its own kind', async () => {
    const likelihood = make();
    const distribution = likelihood.distribution(z);
    const logProb = distribution.logProb(data([5, 4]));
    expect(logProb.shape).toEqual([5]);
    expect((await logProb.data()).every(Number.isFinite)).toBe(true);
    expect(distribution.mean().shape).toEqual([5, 4]);
    const sample = distribution.sample([], { seed: 4 });
    expect(sample.shape).toEqual([5, 4]);
    expect((await distribution.logProb(sample).data()).every(Number.isFinite)).toBe(true);
    // Several z for one x.
    expect(likelihood.distribution(uniform(key(2), [3, 5, 2])).logProb(data([5, 4])).shape).toEqual([3, 5]);
  });

  test('a finite gradient for every variable', async () => {
    const likelihood = make();
    const variables = likelihood.trainableVariables();
    const { grads } = variableGrads(() => sum(likelihood.distribution(z).logProb(data([5, 4]))) as Scalar, variables);
    for (const { name } of variables) {
      const slopes = await grads[name].data();
      expect(slopes.every(Number.isFinite)).toBe(true);
      expect(slopes.some((slope) => slope !== 0)).toBe(true);
    }
  });

  test('the context of its decoder reaches the density', async () => {
    const likelihood = make(3);
    expect(likelihood.contextDim).toBe(3);
    const [a, b] = [zeros([3]), uniform(key(5), [3])].map((context) =>
      likelihood.distribution(z, context).logProb(data([5, 4])),
    );
    expect(await a.data()).not.toEqual(await b.data());
  });

  test('rebuilt from its configuration and weights it is the same', async () => {
    const likelihood = make();
    addNoise([...likelihood.variables().values()], key(6), 0.1);
    const config = JSON.parse(JSON.stringify(likelihood.config())) as ReturnType<Likelihood['config']>;
    const copy = buildModule<Likelihood>(config, [...vaeModules, ...distributionModules]);
    expect([...copy.variables().keys()]).toEqual([...likelihood.variables().keys()]);
    for (const [path, variable] of likelihood.variables()) copy.variables().get(path)?.assign(variable);
    const [own, rebuilt] = [likelihood, copy].map((one) => one.distribution(z).logProb(data([5, 4])));
    await expect(rebuilt).toBeAllClose(own, { rtol: 0, atol: 0 });
  });
});

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** The log-probability of one level 0 … 255: the ends have the tails. */
function logLevel(x: number, loc: number, scale: number): number {
  const [below, above] = [(x - 0.5 - loc) / scale, (x + 0.5 - loc) / scale];
  if (x === 0) return Math.log(sigmoid(above));
  // The complement, which does not cancel.
  if (x === 255) return Math.log(sigmoid(-below));
  return Math.log(sigmoid(above) - sigmoid(below));
}

describe('values', () => {
  test('discretised logistic: locations in a unit in which the grid goes from −1 to 1', async () => {
    const likelihood = new DiscretizedLogisticLikelihood(constant([-0.5, 0, 1]), { scale: 2 });
    const locations = [63.75, 127.5, 255];
    const rows = [
      [60, 127, 255],
      [0, 255, 0],
    ];
    const expected = rows.map((row) => row.reduce((total, x, i) => total + logLevel(x, locations[i], 2), 0));
    await expect(likelihood.distribution(zeros([2])).logProb(tensor2d(rows))).toBeAllClose(expected, { rtol: 1e-5 });
  });

  test('mixture of logistics: weights, locations and scales from the decoder', async () => {
    const [logits, outputs, raws] = [
      [0.5, -0.5],
      [-0.5, 0.25],
      [-3, -4],
    ];
    const likelihood = new LogisticMixtureLikelihood(constant([...logits, ...outputs, ...raws]), { components: 2 });
    expect(likelihood.dataDim).toBe(1);
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);
    const parts = logits.map((logit, k) => ({
      weight: Math.exp(logit) / total,
      loc: 127.5 + 127.5 * outputs[k],
      scale: 127.5 * Math.exp(7 * Math.tanh(raws[k] / 7)),
    }));
    const cdf = (x: number) =>
      parts.reduce((sum, { weight, loc, scale }) => sum + weight * sigmoid((x - loc) / scale), 0);
    const x = [0, 40, 64, 128, 160, 255];
    const expected = x.map((value) =>
      Math.log((value === 255 ? 1 : cdf(value + 0.5)) - (value === 0 ? 0 : cdf(value - 0.5))),
    );
    const logProb = likelihood.distribution(zeros([6, 2])).logProb(tensor1d(x).reshape([6, 1]));
    await expect(logProb).toBeAllClose(expected, { rtol: 1e-5 });
    const all = tensor1d(Array.from({ length: 256 }, (_, i) => i)).reshape([256, 1]);
    await expect(
      sum(
        likelihood
          .distribution(zeros([2]))
          .logProb(all)
          .exp(),
      ),
    ).toBeAllClose(1, { rtol: 1e-5 });
  });

  test('categorical: the logits of one number stand side by side', async () => {
    const likelihood = new CategoricalLikelihood(constant([0, 0, Math.log(2), 1, 1, 1]), { categories: 3 });
    await expect(likelihood.distribution(zeros([2])).logProb(tensor1d([2, 0]))).toBeAllClose(
      Math.log(0.5) + Math.log(1 / 3),
    );
  });

  test('continuous Bernoulli: the Bernoulli formula and its normaliser', async () => {
    const likelihood = new ContinuousBernoulliLikelihood(constant([2, -1]));
    const x = [0.3, 0.8];
    const expected = [2, -1].reduce((total, logit, i) => {
      const lambda = sigmoid(logit);
      const normaliser = (2 * Math.atanh(1 - 2 * lambda)) / (1 - 2 * lambda);
      return total + Math.log(normaliser * lambda ** x[i] * (1 - lambda) ** (1 - x[i]));
    }, 0);
    await expect(likelihood.distribution(zeros([2])).logProb(tensor1d(x))).toBeAllClose(expected);
  });
});

test('decoders and options that do not fit are refused', () => {
  expect(() => new CategoricalLikelihood(decoder(10), { categories: 4 })).toThrow(
    'CategoricalLikelihood: decoder outputDim must be a multiple of 4, the parameters of one number, got 10',
  );
  expect(() => new LogisticMixtureLikelihood(decoder(10), { components: 2 })).toThrow(
    'LogisticMixtureLikelihood: decoder outputDim must be a multiple of 6, the parameters of one number, got 10',
  );
  expect(() => new DiscretizedLogisticLikelihood(decoder(4), { step: 0.7 })).toThrow(
    'DiscretizedLogisticLikelihood: high − low must be a positive multiple of step',
  );
  expect(() => new DiscretizedLogisticLikelihood(decoder(4), { scale: 0 })).toThrow(
    'DiscretizedLogisticLikelihood: scale must be positive and finite, got 0',
  );
  expect(() => new BernoulliLikelihood(3 as never)).toThrow('BernoulliLikelihood: decoder must be a network, got 3');
});
