import { maf } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { Mlp } from '@pushforward/made';
import { buildModule, key, normal } from '@pushforward/tensor';
import { addNoise } from '@pushforward/tensor/testing';
import {
  exp,
  expandDims,
  mean,
  mul,
  type Scalar,
  sum,
  tensor,
  tensor1d,
  type Tensor,
  tidy,
  tile,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { mlpEncoder } from './encoder.js';
import { BernoulliLikelihood } from './likelihoods/bernoulli.js';
import { vaeModules } from './modules.js';
import { negativeElbo } from './objectives/negative-elbo.js';
import { negativeIwae } from './objectives/negative-iwae.js';
import { Vae } from './vae.js';

type Part = 'encoder' | 'likelihood' | 'prior';

/** An autoencoder of three pixels, of which some parts take a context of two numbers. */
function conditional(...parts: Part[]): Vae {
  const dimOf = (part: Part) => (parts.includes(part) ? 2 : 0);
  const vae = new Vae({
    encoder: mlpEncoder({
      dataDim: 3,
      latentDim: 2,
      conditionDim: dimOf('encoder'),
      hidden: [8],
      activation: 'tanh',
      seed: 1,
    }),
    likelihood: new BernoulliLikelihood(
      new Mlp({ inputDim: 2, contextDim: dimOf('likelihood'), hidden: [8], activation: 'tanh', outputDim: 3, seed: 2 }),
    ),
    prior: parts.includes('prior')
      ? new Transformed(new StandardNormal(2), maf({ dim: 2, contextDim: 2, hidden: [8], transforms: 1, seed: 3 }))
      : undefined,
  });
  addNoise(vae.trainableVariables(), key(4), 0.15);
  // Posteriors wider than the priors, as importance weights of small variance need.
  const network = vae.encoder.network as Mlp;
  tidy(() => {
    network.weights[1].assign(mul(network.weights[1], 0.3));
    network.biases[1].assign(tensor1d([0, 0, 0.7, 0.7]));
  });
  return vae;
}

const every = () => tensor([0, 1, 2, 3, 4, 5, 6, 7].map((n) => [n & 1, (n >> 1) & 1, n >> 2]));
const contexts = () =>
  tensor([
    [1, -1],
    [-2, 0.5],
  ]);
const all: Part[] = ['encoder', 'likelihood', 'prior'];

describe('a conditional autoencoder', () => {
  test.each<[string, Part[]]>([
    ['all parts', all],
    ['the prior alone', ['prior']],
    ['the likelihood alone', ['likelihood']],
  ])('context to %s: probabilities of all x sum to 1 under each', async (_, parts) => {
    const vae = conditional(...parts);
    expect(vae.contextDim).toBe(2);
    const [x, context] = [tile(expandDims(every(), 1), [1, 2, 1]), contexts()];
    const logLikelihood = vae.logLikelihood(x, { context, samples: 4000, chunkSize: 1000, seed: 5 });
    expect(logLikelihood.shape).toEqual([8, 2]);
    // The estimate of the sum is unbiased, with a standard error of 0.01 at most.
    await expect(sum(exp(logLikelihood), 0)).toBeAllClose([1, 1], { rtol: 0, atol: 0.04 });
    const [a, b] = (await logLikelihood.transpose().array()) as number[][];
    expect(Math.max(...a.map((nats, i) => Math.abs(nats - b[i])))).toBeGreaterThan(0.05);
  });

  test('samples follow p(x | context)', async () => {
    const vae = conditional(...all);
    const count = 10_000;
    const drawn = (await vae.sample(count, { context: contexts(), seed: 6 }).array()) as number[][][];
    const x = tile(expandDims(every(), 1), [1, 2, 1]);
    const options = { context: contexts(), samples: 4000, chunkSize: 1000, seed: 7 };
    const expected = (await exp(vae.logLikelihood(x, options)).array()) as number[][];
    for (const c of [0, 1]) {
      const frequencies = Array.from({ length: 8 }, () => 0);
      for (const row of drawn) frequencies[row[c][0] + 2 * row[c][1] + 4 * row[c][2]] += 1 / count;
      // Four standard errors of a frequency, and the noise of the estimate.
      await expect(tensor(frequencies)).toBeAllClose(
        expected.map((row) => row[c]),
        { rtol: 0, atol: 0.03 },
      );
    }
  });

  test('shapes of every call, with one context for all x and one x for all contexts', () => {
    const vae = conditional(...all);
    const context = contexts();
    for (const [x, batch] of [
      [zeros([2, 3]), [2]],
      [zeros([5, 2, 3]), [5, 2]],
      [zeros([3]), [2]],
    ] as [Tensor, number[]][]) {
      expect(vae.elbo(x, { context, samples: 3, seed: 0 }).elbo.shape).toEqual(batch);
      expect(vae.logLikelihood(x, { context, samples: 3, seed: 0 }).shape).toEqual(batch);
      expect(vae.encode(x, { context, seed: 0 }).shape).toEqual([...batch, 2]);
      expect(vae.reconstruct(x, { context, seed: 0 }).shape).toEqual([...batch, 3]);
    }
    expect(vae.elbo(zeros([5, 3]), { context: zeros([2]), seed: 0 }).elbo.shape).toEqual([5]);
    expect(vae.sample([4, 5], { context, seed: 0 }).shape).toEqual([4, 5, 2, 3]);
    expect(vae.sample(4, { context: zeros([2]), seed: 0 }).shape).toEqual([4, 3]);
    expect(vae.decode(zeros([4, 2, 2]), { context }).shape).toEqual([4, 2, 3]);
    expect(conditional('likelihood').sample(4, { context, seed: 0 }).shape).toEqual([4, 2, 3]);
    expect(conditional('prior').sample(4, { context, seed: 0 }).shape).toEqual([4, 2, 3]);
    expect(conditional('encoder').sample(4, { context, seed: 0 }).shape).toEqual([4, 2, 3]);
  });

  test('objectives take x and its context', async () => {
    const vae = conditional(...all);
    const batch = { x: every(), context: normal(key(8), [8, 2]) };
    await expect(negativeElbo(vae)(batch, { seed: 9 })).toBeAllClose(
      mean(vae.elbo(batch.x, { context: batch.context, seed: 9 }).elbo).neg(),
    );
    const variables = vae.trainableVariables();
    for (const loss of [
      negativeElbo(vae, { gradient: 'path' }),
      negativeIwae(vae, { samples: 3, gradient: 'doubly-reparameterized' }),
    ]) {
      const { grads } = variableGrads(() => loss(batch, { seed: 9 }) as Scalar, variables);
      for (const { name } of variables) expect((await grads[name].data()).every(Number.isFinite)).toBe(true);
    }
  });

  test('is rebuilt from its configuration, and leaks nothing', async () => {
    const vae = conditional(...all);
    const copy = buildModule<Vae>(JSON.parse(JSON.stringify(vae.config())), vaeModules);
    for (const [path, variable] of vae.variables()) copy.variables().get(path)?.assign(variable);
    const [x, context] = [every(), normal(key(8), [8, 2])];
    await expect(copy.elbo(x, { context, seed: 0 }).elbo).toBeAllClose(vae.elbo(x, { context, seed: 0 }).elbo, {
      rtol: 0,
      atol: 0,
    });
    await expect(() => Object.values(vae.elbo(x, { context }))).toLeakNoTensor();
    await expect(() => vae.logLikelihood(x, { context, samples: 3 })).toLeakNoTensor();
    await expect(() => vae.sample(3, { context })).toLeakNoTensor();
  });
});
