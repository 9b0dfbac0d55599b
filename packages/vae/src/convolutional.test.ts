import { iaf } from '@pushforward/bijectors';
import { ConvDecoder, ConvEncoder, initializeWeightNorm } from '@pushforward/made';
import { bernoulli, buildModule, key } from '@pushforward/tensor';
import { add, mean, mul, neg, type Scalar, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { Encoder } from './encoder.js';
import { BernoulliLikelihood } from './likelihoods/bernoulli.js';
import { vaeModules } from './modules.js';
import { Vae } from './vae.js';

const LATENT = 3;
const CONTEXT = 4;

/** The IAF paper's model of images, small: residual networks of convolutions around an IAF posterior. */
const make = () =>
  new Vae({
    encoder: new Encoder(
      new ConvEncoder({
        inputShape: [7, 6, 1],
        channels: [4, 6],
        hidden: [10],
        outputDim: 2 * LATENT + CONTEXT,
        seed: 1,
      }),
      LATENT,
    ),
    posterior: iaf({ dim: LATENT, contextDim: CONTEXT, hidden: [8], transforms: 2, seed: 2 }),
    likelihood: new BernoulliLikelihood(
      new ConvDecoder({ inputDim: LATENT, hidden: [10], channels: [6, 4], outputShape: [7, 6, 1], seed: 3 }),
    ),
  });

const images = () => bernoulli(key(0), 0.3, [20, 42]);

const average = (numbers: number[]) => numbers.reduce((total, number) => total + number) / numbers.length;

const bound = (of: Vae) => of.elbo(images(), { seed: 0 }).elbo.data();

test('a convolutional VAE takes images as vectors of pixels', () => {
  const vae = make();
  expect(vae.elbo(images(), { seed: 0, samples: 2 }).elbo.shape).toEqual([20]);
  expect(vae.reconstruct(images(), { seed: 0 }).shape).toEqual([20, 42]);
  expect(vae.sample([2, 3], { seed: 0 }).shape).toEqual([2, 3, 42]);
});

test('after its initialization from data, training reaches every variable and raises the bound', async () => {
  const vae = make();
  const x = images();
  initializeWeightNorm(vae, () => vae.elbo(x, { seed: 5 }));
  const bounds: number[] = [];
  const seen = new Set<string>();
  for (let step = 0; step < 30; step++) {
    const { value, grads } = variableGrads(() => neg(mean(vae.elbo(x, { seed: step }).elbo)) as Scalar);
    bounds.push(-(await value.data())[0]);
    for (const [path, variable] of vae.variables()) {
      const gradient = grads[variable.name];
      if ((await gradient.data()).some((number) => number !== 0)) seen.add(path);
      tidy(() => variable.assign(add(variable, mul(gradient, -0.01))));
    }
  }
  expect([...vae.variables().keys()].filter((path) => !seen.has(path))).toEqual([]);
  expect(average(bounds.slice(-5))).toBeGreaterThan(average(bounds.slice(0, 5)) + 2);
});

test('rebuilt from its configuration and weights it is the same bit for bit', async () => {
  const vae = make();
  const copy = buildModule<Vae>(JSON.parse(JSON.stringify(vae.config())), vaeModules);
  for (const [path, variable] of vae.variables()) copy.variables().get(path)!.assign(variable);
  expect(await bound(copy)).toEqual(await bound(vae));
});
