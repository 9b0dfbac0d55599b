import '@tensorflow/tfjs';
import { key } from '@pushforward/tensor';
import { expect, test } from 'vitest';
import { buildVae } from './model.js';
import { type DigitsSettings, POSTERIOR_NAMES } from './settings.js';

const settings: DigitsSettings = {
  data: null,
  posteriors: [],
  steps: 1,
  batch: 1,
  lr: 1,
  latent: 4,
  hidden: [8],
  transforms: 2,
  flowHidden: [8],
  context: 6,
  samples: 1,
  seed: 0,
};

test.each(POSTERIOR_NAMES)('the flow of the posterior %s takes the whole context that the encoder gives', (name) => {
  using vae = buildVae(settings, name, 10, key(0));
  expect(vae.encoder.contextDim).toBe(name === 'gaussian' ? 0 : 6);
  expect(vae.posterior?.contextDim ?? 0).toBe(vae.encoder.contextDim);
});
