import { BernoulliMade, GaussianMade } from '@pushforward/made';
import { buildModule, key, normal } from '@pushforward/tensor';
import { addNoise } from '@pushforward/tensor/testing';
import { exp, expandDims, type Scalar, sum, tensor, variableGrads, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { mlpEncoder } from '../encoder.js';
import { vaeModules } from '../modules.js';
import { negativeElbo } from '../objectives/negative-elbo.js';
import { Vae } from '../vae.js';
import { AutoregressiveLikelihood } from './autoregressive.js';

const dim = 5;
const places = Array.from({ length: dim }, (_, i) => i);

/** A decoder of five bits, each of which depends on z and on the `window` bits before it. */
function decoder(window: number): AutoregressiveLikelihood {
  const graph = places.map((i) => places.map((j) => Number(i - window <= j && j < i)));
  const density = new BernoulliMade({ dim, contextDim: 2, graph, hidden: [16], seed: 1 });
  addNoise([...density.variables().values()], key(2), 0.7);
  return new AutoregressiveLikelihood(density);
}

const bitsOf = (n: number) => places.map((i) => (n >> i) & 1);
const every = Array.from({ length: 2 ** dim }, (_, n) => bitsOf(n));
const z = () => normal(key(3), [4, 2]);

describe('AutoregressiveLikelihood', () => {
  test('the probabilities of all x sum to 1 for every z, and z matters', async () => {
    const logProb = decoder(2)
      .distribution(z())
      .logProb(expandDims(tensor(every), 1));
    await expect(sum(exp(logProb), 0)).toBeAllClose([1, 1, 1, 1], { rtol: 1e-5 });
    const [a, b] = (await logProb.transpose().array()) as number[][];
    expect(Math.max(...a.map((nats, i) => Math.abs(nats - b[i])))).toBeGreaterThan(0.1);
  });

  test('a number sees its window, and nothing before it', async () => {
    for (const window of [1, 2]) {
      const distribution = decoder(window).distribution(zeros([2]));
      const nats = async (rows: number[][]) => Array.from(await distribution.logProb(tensor(rows)).data());
      // log p(x₄ = 1 | before) − log p(x₄ = 0 | before): the last bit's logit, which no later bit hides.
      const logits = async (before: number[][]) => {
        const [ones, noughts] = [await nats(before.map((x) => [...x, 1])), await nats(before.map((x) => [...x, 0]))];
        return ones.map((value, i) => value - noughts[i]);
      };
      for (const changed of places.slice(0, -1)) {
        const base = [1, 0, 1, 0];
        const [a, b] = await logits([base, base.with(changed, 1 - base[changed])]);
        if (changed >= dim - 1 - window) expect(Math.abs(a - b)).toBeGreaterThan(1e-2);
        else expect(Math.abs(a - b)).toBeLessThan(1e-5);
      }
    }
  });

  test('samples follow it', async () => {
    const distribution = decoder(2).distribution(zeros([2]));
    const count = 20_000;
    const drawn = (await distribution.sample(count, { seed: 4 }).array()) as number[][];
    const frequencies = every.map(() => 0);
    for (const row of drawn) frequencies[row.reduce((n, bit, i) => n + bit * 2 ** i, 0)] += 1 / count;
    // Four standard errors of a frequency.
    await expect(exp(distribution.logProb(tensor(every)))).toBeAllClose(frequencies, { rtol: 0, atol: 0.015 });
  });

  test('in an autoencoder every variable has a gradient, and reconstruct says why it cannot', async () => {
    const encoder = mlpEncoder({ dataDim: dim, latentDim: 2, hidden: [8], seed: 5 });
    const vae = new Vae({ encoder, likelihood: decoder(2) });
    const x = tensor(every);
    const variables = vae.trainableVariables();
    const { grads } = variableGrads(() => negativeElbo(vae, { samples: 2 })(x, { seed: 6 }) as Scalar, variables);
    for (const { name } of variables) {
      const slopes = await grads[name].data();
      expect(slopes.every(Number.isFinite) && slopes.some((slope) => slope !== 0)).toBe(true);
    }
    expect(vae.sample(7, { seed: 0 }).shape).toEqual([7, dim]);
    expect(() => vae.reconstruct(x)).toThrow('AutoregressiveLikelihood: the mean of x given z has no closed form');
    await expect(() => vae.sample(3)).toLeakNoTensor();
    await expect(() => Object.values(vae.elbo(x))).toLeakNoTensor();
  });

  test('is rebuilt from its configuration', async () => {
    const likelihood = new AutoregressiveLikelihood(new GaussianMade({ dim, contextDim: 2, hidden: [8], seed: 7 }));
    const copy = buildModule<AutoregressiveLikelihood>(likelihood.config(), vaeModules);
    for (const [path, variable] of likelihood.variables()) copy.variables().get(path)?.assign(variable);
    const [a, b] = [likelihood, copy].map((own) => own.distribution(z()).logProb(zeros([4, dim])));
    await expect(a).toBeAllClose(b, { rtol: 0, atol: 0 });
  });

  test('refuses a density without a context', () => {
    expect(() => new AutoregressiveLikelihood(new BernoulliMade({ dim: 2, seed: 0 }))).toThrow(
      'AutoregressiveLikelihood: density must take z as its context, got one of contextDim 0',
    );
    expect(() => new AutoregressiveLikelihood(3 as never)).toThrow('density must be a density on a Made, got 3');
  });
});
