import { iaf } from '@pushforward/bijectors';
import { otherTypes } from '@pushforward/tensor/testing';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { mlpEncoder } from './encoder.js';
import { BernoulliLikelihood } from './likelihoods/bernoulli.js';
import { Mlp } from '@pushforward/made';
import { Vae } from './vae.js';

const vae = new Vae({
  encoder: mlpEncoder({ dataDim: 4, latentDim: 2, contextDim: 3, hidden: [8], seed: 1 }),
  posterior: iaf({ dim: 2, contextDim: 3, hidden: [8], transforms: 2, seed: 2 }),
  likelihood: new BernoulliLikelihood(new Mlp({ inputDim: 2, hidden: [8], outputDim: 4, seed: 3 })),
});
const pixels = [
  [0, 1, 1, 0],
  [1, 1, 0, 0],
  [0, 0, 0, 1],
];

const functions: Record<string, (x: Tensor) => Tensor> = {
  elbo: (x) => vae.elbo(x, { seed: 1, samples: 2 }).elbo,
  logLikelihood: (x) => vae.logLikelihood(x, { seed: 1, samples: 5 }),
  encode: (x) => vae.encode(x, { seed: 1 }),
  reconstruct: (x) => vae.reconstruct(x, { seed: 1 }),
  decode: (x) => vae.decode(x.slice([0, 0], [3, 2])),
  'the encoder': (x) => vae.encoder.encode(x).loc,
};

test.each(Object.entries(functions))('%s gives the same numbers for every type', async (_, f) => {
  for (const dtype of otherTypes) {
    await expect(f(tensor2d(pixels, [3, 4], dtype))).toBeAllClose(f(tensor2d(pixels, [3, 4], 'float32')), {
      rtol: 0,
      atol: 0,
    });
  }
});

test('strings are refused', () => {
  const words = tensor2d([['a', 'b', 'c', 'd']]);
  expect(() => vae.elbo(words)).toThrow('Vae: x must be float32, int32 or bool, got string');
});
