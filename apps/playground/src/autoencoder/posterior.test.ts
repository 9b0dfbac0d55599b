import { readFileSync } from 'node:fs';
import { memory, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { GaussianLikelihood, Mlp, mlpEncoder, Vae } from '@pushforward/vae';
import { afterAll, describe, expect, test } from 'vitest';
import { cellArea } from '../draw/view-box.js';
import { type Example, PIXELS, type PosteriorName, readExamples, readModel } from './models.js';
import { type Posterior, posteriorOf } from './posterior.js';

const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(`models/${name}`, import.meta.url)));

const examples = readExamples(bytesOf('examples.safetensors'));
const models = { gaussian: readModel(bytesOf('gaussian.zip')), iaf: readModel(bytesOf('iaf.zip')) };
afterAll(() => Object.values(models).forEach(({ vae }) => vae.dispose()));

/** The posteriors of all examples under a model, computed once. */
const all = Object.fromEntries(
  (['gaussian', 'iaf'] as const).map((name) => [name, examplePosteriors(models[name].vae)]),
) as Record<PosteriorName, Promise<Posterior[]>>;

async function examplePosteriors(vae: Parameters<typeof posteriorOf>[0]): Promise<Posterior[]> {
  const posteriors: Posterior[] = [];
  for (const { pixels } of examples) posteriors.push(await posteriorOf(vae, pixels, 96));
  return posteriors;
}

async function averageDivergence(name: PosteriorName): Promise<number> {
  const posteriors = await all[name];
  return posteriors.reduce((sum, { divergence }) => sum + divergence, 0) / posteriors.length;
}

test('the files are a megabyte at most, and there are examples of every digit', () => {
  const total = ['gaussian.zip', 'iaf.zip', 'examples.safetensors'].reduce(
    (sum, name) => sum + bytesOf(name).length,
    0,
  );
  expect(total).toBeLessThan(1_000_000);
  const labels = examples.map(({ label }: Example) => label);
  expect(new Set(labels)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
  for (const { pixels } of examples) expect(pixels.length).toBe(PIXELS);
});

describe.each(['gaussian', 'iaf'] as const)('with the %s posterior', (name) => {
  test('both densities integrate to 1 within 1 %', async () => {
    for (const { box, size, approximate, exact } of await all[name]) {
      for (const density of [approximate, exact]) {
        const mass = density.reduce((sum, value) => sum + Math.exp(value), 0) * cellArea(box, size);
        expect(Math.abs(mass - 1)).toBeLessThan(0.01);
      }
    }
  });

  test('the ELBO is the one that sampling finds, and the importance-weighted bound is below log p(x)', async () => {
    const { vae } = models[name];
    const shown = (await all[name]).slice(0, 10);
    const [logLikelihood, elbo] = tidy(() => {
      const x = tensor2d(Float32Array.from(examples.slice(0, 10).flatMap(({ pixels }) => [...pixels])), [10, PIXELS]);
      return [vae.logLikelihood(x, { samples: 500, seed: 0 }), vae.elbo(x, { samples: 500, seed: 0 }).elbo];
    });
    const [bounds, elbos] = [await logLikelihood.data(), await elbo.data()];
    let difference = 0;
    for (const [i, { logEvidence, divergence }] of shown.entries()) {
      // By chance it may lie above, but hardly by more.
      expect(bounds[i]).toBeLessThan(logEvidence + 0.2);
      expect(bounds[i]).toBeGreaterThan(logEvidence - divergence);
      difference += (elbos[i] - (logEvidence - divergence)) / shown.length;
    }
    // Ten times 500 samples, which deviate by some nats each.
    expect(Math.abs(difference)).toBeLessThan(0.2);
    logLikelihood.dispose();
    elbo.dispose();
  });
});

test('with a linear decoder and Gaussian noise, log p(x) and the divergence have closed forms', async () => {
  const scale = 0.3;
  const vae = new Vae({
    encoder: mlpEncoder({ dataDim: 2, latentDim: 2, hidden: [], seed: 0 }),
    likelihood: new GaussianLikelihood(new Mlp({ inputDim: 2, hidden: [], outputDim: 2, seed: 0 }), { scale }),
  });
  const weights = [1.2, 0.5];
  const variables = vae.variables();
  const give = (name: string, values: number[], shape: number[]) =>
    tidy(() => variables.get(name)!.assign(tensor(values, shape)));
  give('likelihood.decoder.weights.0', [weights[0], 0, 0, weights[1]], [2, 2]);
  give('likelihood.decoder.biases.0', [0, 0], [2]);
  // q(z|x) is a standard normal, whatever x is.
  give(
    'encoder.network.weights.0',
    Array.from({ length: 8 }, () => 0),
    [2, 4],
  );
  const x = [0.7, -0.4];
  const { logEvidence, divergence } = await posteriorOf(vae, x, 96);
  let [expected, kl] = [0, 0];
  for (const [i, weight] of weights.entries()) {
    const variance = weight ** 2 + scale ** 2;
    expected -= 0.5 * (x[i] ** 2 / variance + Math.log(2 * Math.PI * variance));
    const [mean, posteriorVariance] = [(weight * x[i]) / variance, scale ** 2 / variance];
    kl += 0.5 * ((1 + mean ** 2) / posteriorVariance - 1 + Math.log(posteriorVariance));
  }
  expect(logEvidence).toBeCloseTo(expected, 3);
  // The tails of q that the box leaves out are where log q / p is largest.
  expect(Math.abs(divergence / kl - 1)).toBeLessThan(0.02);
  vae.dispose();
});

test('the IAF is nearer to its exact posterior than the Gaussian to its own', async () => {
  const [gaussian, iaf] = [await averageDivergence('gaussian'), await averageDivergence('iaf')];
  expect(iaf).toBeGreaterThan(0);
  expect(iaf).toBeLessThan(gaussian);
});

test('no tensor is left behind', async () => {
  await posteriorOf(models.iaf.vae, examples[0].pixels, 32);
  const before = memory().numTensors;
  await posteriorOf(models.iaf.vae, examples[1].pixels, 32);
  expect(memory().numTensors).toBe(before);
});
