import { fill, mean, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { key, split } from '@pushforward/tensor';
import { expect, test, vi } from 'vitest';
import { binarise, buildVae, negativeElbo } from './model.js';
import { POSTERIOR_NAMES } from '../model/posteriors.js';
import type { DigitsSettings } from './settings.js';

test('pixels are drawn anew for every step, white as often as their grey level says', async () => {
  const [first, second] = split(key(0));
  const grey = fill([1000, 4], 64);
  const [once, again] = [await binarise(grey, first).data(), await binarise(grey, second).data()];
  expect([...once]).not.toEqual([...again]);
  expect(new Set(once)).toEqual(new Set([0, 1]));
  // 4000 coins of 64/255: four deviations are 0.028.
  expect(Math.abs((await mean(binarise(grey, first)).data())[0] - 64 / 255)).toBeLessThan(0.028);
  expect([...(await binarise(tensor2d([[0, 255]]), first).data())]).toEqual([0, 1]);
});

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

test('every step of training draws pixels of its own', async () => {
  using vae = buildVae(settings, 'gaussian', 10, key(0));
  const seen: Tensor[] = [];
  vi.spyOn(vae, 'elbo').mockImplementation((pixels) => {
    seen.push(pixels.clone());
    return { elbo: zeros([50]), reconstruction: zeros([50]), kl: zeros([50]) };
  });
  const loss = negativeElbo(vae);
  for (const seed of split(key(1))) loss(fill([50, 10], 128), { seed, step: 0, training: true });
  const [first, second] = await Promise.all(seen.map(async (pixels) => [...(await pixels.data())]));
  expect(first).not.toEqual(second);
});
