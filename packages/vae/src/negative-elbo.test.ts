import { iaf } from '@pushforward/bijectors';
import { bernoulli, key } from '@pushforward/tensor';
import { mean, neg } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { mlpEncoder } from './encoder.js';
import { BernoulliLikelihood } from './likelihood.js';
import { Mlp } from '@pushforward/made';
import { negativeElbo } from './negative-elbo.js';
import { Vae } from './vae.js';

const parts = () => ({
  encoder: mlpEncoder({ dataDim: 6, latentDim: 3, hidden: [8], seed: 1 }),
  likelihood: new BernoulliLikelihood(new Mlp({ inputDim: 3, hidden: [8], outputDim: 6, seed: 2 })),
});

describe('negativeElbo', () => {
  test('is minus the mean bound under the seed of the step, and carries the model', async () => {
    const vae = new Vae(parts());
    const x = bernoulli(key(0), 0.4, [12, 6]);
    const objective = negativeElbo(vae, { samples: 2 });
    expect(objective.module).toBe(vae);
    await expect(objective(x, { seed: 5 })).toBeAllClose(neg(mean(vae.elbo(x, { samples: 2, seed: 5 }).elbo)), {
      atol: 0,
      rtol: 0,
    });
    await expect(() => objective(x, { seed: 5 })).toLeakNoTensor();
  });

  test('refuses what is no model', () => {
    expect(() => negativeElbo(parts().encoder as never)).toThrow('negativeElbo: vae must be a variational autoencoder');
  });
});

test('a posterior of another width is refused when the model is put together', () => {
  expect(() => new Vae({ ...parts(), posterior: iaf({ dim: 2, seed: 0 }) })).toThrow(
    'Vae: posterior eventShape must be [..., 3], got [2]',
  );
});
