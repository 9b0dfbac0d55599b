import { mean, moments, neg, stack, tidy } from '@tensorflow/tfjs-core';
import { bernoulli, key, split } from '@pushforward/tensor';
import { adam, fit } from '@pushforward/training';
import { BernoulliLikelihood, type FreeBits, Mlp, mlpEncoder, negativeElbo, negativeIwae, Vae } from '@pushforward/vae';
import { expect, test } from 'vitest';

/** 16 pixels in four blocks, each mostly on or mostly off: four bits of information, and noise. */
const [blockKey, pixelKey] = split(key(0), 2);
const images = tidy(() => {
  const blocks = bernoulli(blockKey, 0.5, [512, 4, 1]);
  return bernoulli(pixelKey, blocks.mul(0.8).add(0.1).tile([1, 1, 4]).reshape([512, 16]));
});

function makeVae(latentDim: number): Vae {
  return new Vae({
    encoder: mlpEncoder({ dataDim: 16, latentDim, hidden: [32], activation: 'tanh', seed: 1 }),
    likelihood: new BernoulliLikelihood(
      new Mlp({ inputDim: latentDim, hidden: [32], activation: 'tanh', outputDim: 16, seed: 2 }),
    ),
  });
}

/** How many dimensions of z say something of x: whose posterior mean has a variance above 0.01 over the data (Burda et al. 2016, section 5). */
async function activeUnits(vae: Vae): Promise<number> {
  const variances = await moments(vae.encoder.encode(images).loc, 0).variance.data();
  return variances.filter((variance) => variance > 0.01).length;
}

async function activeWith(freeBits?: FreeBits): Promise<number> {
  const vae = makeVae(8);
  await fit(negativeElbo(vae, { freeBits }), images, {
    optimizer: adam({ learningRate: 0.01 }),
    steps: 200,
    batchSize: 128,
    seed: 3,
  });
  return activeUnits(vae);
}

test('free bits keep more latent dimensions active than none', { timeout: 180_000 }, async () => {
  const [without, withFreeBits] = [await activeWith(), await activeWith({ nats: 0.2, groups: 8 })];
  expect(withFreeBits).toBeGreaterThan(without);
});

test('the more samples the importance-weighted objective has, the better the model', { timeout: 180_000 }, async () => {
  const scores: number[] = [];
  for (const samples of [1, 5, 50]) {
    const vae = makeVae(2);
    await fit(negativeIwae(vae, { samples }), images, {
      optimizer: adam({ learningRate: 0.01 }),
      steps: 400,
      batchSize: 32,
      seed: 3,
    });
    const [score] = await mean(vae.logLikelihood(images, { samples: 500, chunkSize: 50, seed: 4 })).data();
    scores.push(score);
  }
  // Two latent dimensions for four bits: their posteriors are no Gaussians, which a tighter bound minds less.
  expect(scores[1]).toBeGreaterThan(scores[0] + 0.2);
  expect(scores[2]).toBeGreaterThan(scores[1] + 0.05);
});

test('of one model, the bounds rise with the samples', async () => {
  const vae = makeVae(2);
  const bounds = [1, 5, 50].map((samples) => neg(negativeIwae(vae, { samples })(images, { seed: 5 })));
  const [one, five, fifty] = await stack(bounds).data();
  expect(five).toBeGreaterThan(one);
  expect(fifty).toBeGreaterThan(five);
});
