import {
  add,
  exp,
  mul,
  ones,
  reshape,
  sum,
  tensor,
  type Tensor,
  tensor2d,
  tidy,
  tile,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { buildModule, key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { BernoulliMade } from './bernoulli-made.js';
import { GaussianMade } from './gaussian-made.js';
import type { MadeDensity, MadeDensityOptions } from './made-density.js';
import { madeModules } from '../modules.js';

function perturb<M extends MadeDensity>(model: M): M {
  [...model.variables().values()].forEach((variable, i) => {
    tidy(() => variable.assign(add(variable, mul(normal(key(50 + i), variable.shape), 0.5))));
  });
  return model;
}

/** Every binary vector of a length, `[2^dim, dim]`. */
function allStates(dim: number): number[][] {
  return Array.from({ length: 2 ** dim }, (_, state) => Array.from({ length: dim }, (_, i) => (state >> i) & 1));
}

describe('bernoulli made', () => {
  const networks: [string, Partial<MadeDensityOptions>][] = [
    ['two layers', { hidden: [12, 12], order: 'reverse' }],
    [
      'residual, direct, context',
      { hidden: [12, 12], residual: true, direct: true, contextDim: 2, order: { random: 3 } },
    ],
    ['linear', { hidden: [], contextDim: 2 }],
  ];

  test.each(networks)('%s: the probabilities of all vectors add up to 1, for every context', async (_, options) => {
    const model = perturb(new BernoulliMade({ dim: 5, seed: 0, ...options }));
    const states = tensor2d(allStates(5));
    const x = tile(reshape(states, [32, 1, 5]), [1, 3, 1]);
    const context = model.contextDim > 0 ? normal(key(1), [3, 2]) : undefined;
    await expect(sum(exp(model.logProb(x, context)), 0)).toBeAllClose([1, 1, 1], { rtol: 2e-6 });
  });

  test('is a product of coins with the logits that the network gives', async () => {
    const model = perturb(new BernoulliMade({ dim: 4, hidden: [8], seed: 1 }));
    const x = tensor2d([
      [1, 0, 0, 1],
      [0, 1, 1, 1],
    ]);
    const [logits, values] = [await model.made.parameters(x).data(), await x.data()];
    const terms = Array.from(logits, (logit, i) => -Math.log1p(Math.exp(values[i] === 1 ? -logit : logit)));
    const expected = [terms.slice(0, 4), terms.slice(4)].map((row) => row.reduce((total, term) => total + term));
    await expect(model.logProb(x)).toBeAllClose(expected);
  });

  test('stays finite at logits of any size', async () => {
    const model = new BernoulliMade({ dim: 1, seed: 0 });
    model.made.layers[0].bias!.assign(tensor([1e4]));
    await expect(model.logProb(tensor2d([[0], [1]]))).toBeAllClose([-1e4, 0]);
  });

  test('samples have the frequencies that it says', async () => {
    const model = perturb(new BernoulliMade({ dim: 4, hidden: [16], contextDim: 2, order: [2, 0, 3, 1], seed: 2 }));
    const context = tensor([0.5, -1]);
    const count = 20_000;
    const drawn = await model.sample(count, { seed: 7, context }).data();
    const states = allStates(4);
    const found = states.map(() => 0);
    for (let i = 0; i < count; i++)
      found[drawn[4 * i] + 2 * drawn[4 * i + 1] + 4 * drawn[4 * i + 2] + 8 * drawn[4 * i + 3]]++;
    const expected = await mul(exp(model.logProb(tensor2d(states), context)), count).data();
    const chiSquared = found.reduce((total, n, state) => total + (n - expected[state]) ** 2 / expected[state], 0);
    // 15 degrees of freedom: above 37.7 once in a thousand seeds.
    expect(chiSquared).toBeLessThan(37.7);
  });

  test('samples are zeros and ones without a gradient', async () => {
    const model = perturb(new BernoulliMade({ dim: 3, seed: 0 }));
    const values = await model.sample([2, 50], { seed: 0 }).data();
    expect(new Set(values)).toEqual(new Set([0, 1]));
    const { grads } = variableGrads(() => sum(model.sample(4, { seed: 1 })).asScalar(), model.trainableVariables());
    for (const gradient of Object.values(grads)) await expect(gradient).toBeAllClose(zeros(gradient.shape));
  });
});

describe('gaussian made', () => {
  // mᵢ = Σ_j A_ij x_j + b_i with constant scales is a multivariate normal: (I − A) x = b + S ε.
  const weights = [
    [0, 0, 0],
    [0.7, 0, 0],
    [-0.4, 1.2, 0],
  ];
  const offsets = [0.3, -1, 0.5];
  const logScales = [0.2, -0.5, 0.1];
  const linear = () => {
    const model = new GaussianMade({ dim: 3, hidden: [], seed: 0 });
    const [layer] = model.made.layers;
    layer.weights.assign(tensor(weights[0].map((_, j) => weights.flatMap((row) => [row[j], 0]))));
    layer.bias!.assign(tensor(offsets.flatMap((offset, i) => [offset, 7 * Math.atanh(logScales[i] / 7)])));
    return model;
  };
  const mean = [0.3, -1 + 0.7 * 0.3, 0];
  mean[2] = 0.5 - 0.4 * mean[0] + 1.2 * mean[1];

  test('with linear means and constant scales it is the multivariate normal distribution of the closed form', async () => {
    const points = [
      [0, 0, 0],
      [1, -2, 3],
      [-0.3, 0.8, -5],
    ];
    const expected = points.map((x) => {
      const centred = x.map((value, i) => value - mean[i]);
      // The rows of S⁻¹ (I − A) whiten x − mean, and log det(S⁻¹ (I − A)) = −Σ s.
      const white = centred.map(
        (value, i) =>
          (value - weights[i].reduce((total, weight, j) => total + weight * centred[j], 0)) / Math.exp(logScales[i]),
      );
      const [square, logDet] = [
        white.reduce((total, value) => total + value ** 2, 0),
        -logScales.reduce((total, s) => total + s),
      ];
      return -0.5 * square + logDet - 1.5 * Math.log(2 * Math.PI);
    });
    await expect(linear().logProb(tensor2d(points))).toBeAllClose(expected);
  });

  test('its samples have the mean and the covariance of the closed form', async () => {
    const count = 20_000;
    const values = await linear().sample(count, { seed: 3 }).data();
    // Columns of (I − A)⁻¹ S.
    const mixing = [0, 1, 2].map((source) => {
      const column = [0, 0, 0];
      for (let i = 0; i < 3; i++) {
        column[i] =
          (i === source ? Math.exp(logScales[i]) : 0) +
          weights[i].reduce((total, weight, j) => total + weight * column[j], 0);
      }
      return column;
    });
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j <= i; j++) {
        const covariance = (a: number, b: number) => mixing.reduce((total, column) => total + column[a] * column[b], 0);
        let found = 0;
        for (let n = 0; n < count; n++)
          found += ((values[3 * n + i] - mean[i]) * (values[3 * n + j] - mean[j])) / count;
        const error = Math.sqrt((covariance(i, i) * covariance(j, j) + covariance(i, j) ** 2) / count);
        expect(Math.abs(found - covariance(i, j)) / error, `covariance ${i}, ${j}`).toBeLessThan(4);
      }
    }
  });

  test('is the composition of the conditionals that the network gives', async () => {
    const model = perturb(new GaussianMade({ dim: 4, hidden: [10, 10], contextDim: 3, order: 'reverse', seed: 4 }));
    const [x, context] = [normal(key(1), [6, 4]), normal(key(2), [6, 3])];
    const [parameters, values] = [await model.made.parameters(x, context).data(), await x.data()];
    const terms = Array.from(values, (value, i) => {
      const [loc, logScale] = [parameters[2 * i], 7 * Math.tanh(parameters[2 * i + 1] / 7)];
      return -0.5 * ((value - loc) / Math.exp(logScale)) ** 2 - logScale - 0.5 * Math.log(2 * Math.PI);
    });
    const expected = Array.from({ length: 6 }, (_, n) =>
      terms.slice(4 * n, 4 * n + 4).reduce((total, term) => total + term),
    );
    await expect(model.logProb(x, context)).toBeAllClose(expected);
  });

  test('a sample is differentiable in every variable', async () => {
    const model = perturb(new GaussianMade({ dim: 3, hidden: [8], seed: 0 }));
    const { grads } = variableGrads(() => sum(model.sample(20, { seed: 1 })).asScalar(), model.trainableVariables());
    for (const [path, variable] of model.variables()) {
      expect(
        (await grads[variable.name].data()).some((value) => value !== 0),
        path,
      ).toBe(true);
    }
  });
});

describe.each([BernoulliMade, GaussianMade])('%o', (Model) => {
  const options: MadeDensityOptions = {
    dim: 3,
    hidden: [6],
    contextDim: 2,
    order: { random: 1 },
    degrees: { random: 2 },
    seed: 5,
  };

  test('starts at the standard distribution', async () => {
    const each = Model === BernoulliMade ? -Math.log(2) : -0.5 - 0.5 * Math.log(2 * Math.PI);
    await expect(new Model(options).logProb(ones([2, 3]), ones([2]))).toBeAllClose([3 * each, 3 * each]);
  });

  test('any sample shape, then that of the context', () => {
    const model = new Model(options);
    expect(model.sample(4, { context: ones([2]) }).shape).toEqual([4, 3]);
    expect(model.sample([4, 5], { context: ones([7, 2]) }).shape).toEqual([4, 5, 7, 3]);
    expect(model.sample([], { context: ones([7, 2]) }).shape).toEqual([7, 3]);
    expect(model.sample(0, { context: ones([7, 2]) }).shape).toEqual([0, 7, 3]);
    expect(() => model.sample(-1, { context: ones([2]) })).toThrow(
      'MadeDensity: count must be an integer of at least 0, got -1',
    );
    expect(() => model.sample(1)).toThrow('Made: context must be [..., 2], got none');
    expect(() => model.logProb(ones([4]), ones([2]))).toThrow('MadeDensity: x must be [..., 3], got [4]');
  });

  test('the same seed gives the same sample', async () => {
    const model = perturb(new Model(options));
    const draw = async (seed: number) => model.sample(5, { seed, context: ones([2]) }).data();
    expect(await draw(0)).toEqual(await draw(0));
    expect(await draw(0)).not.toEqual(await draw(1));
  });

  test('rebuilt from its configuration and weights it is the same bit for bit', async () => {
    const model = perturb(new Model(options));
    const copy = buildModule<MadeDensity>(JSON.parse(JSON.stringify(model.config())), madeModules);
    for (const [path, variable] of model.variables()) copy.variables().get(path)!.assign(variable);
    const [x, again] = [model, copy].map((from) => from.sample(5, { seed: 0, context: ones([2]) }));
    expect(await again.data()).toEqual(await x.data());
    expect(await copy.logProb(x, ones([2])).data()).toEqual(await model.logProb(x, ones([2])).data());
  });

  test('leaks no tensor', async () => {
    await expect(() => new Model(options)).toLeakNoTensor();
    const model = new Model(options);
    const [x, context]: Tensor[] = [ones([4, 3]), ones([4, 2])];
    await expect(() => model.logProb(x, context)).toLeakNoTensor();
    await expect(() => model.sample(3, { context })).toLeakNoTensor();
  });
});
