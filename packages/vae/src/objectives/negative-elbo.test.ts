import { iaf } from '@pushforward/bijectors';
import { bernoulli, key } from '@pushforward/tensor';
import { mean, neg, sub, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { Encoder, mlpEncoder } from '../encoder.js';
import { BernoulliLikelihood } from '../likelihoods/bernoulli.js';
import { Mlp } from '@pushforward/made';
import { negativeElbo } from './negative-elbo.js';
import { negativeIwae } from './negative-iwae.js';
import { Vae } from '../vae.js';

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
    // The two terms' means are taken one by one.
    await expect(objective(x, { seed: 5 })).toBeAllClose(neg(mean(vae.elbo(x, { samples: 2, seed: 5 }).elbo)), {
      atol: 0,
      rtol: 1e-6,
    });
    await expect(() => objective(x, { seed: 5 })).toLeakNoTensor();
  });

  test('charges each group at least its free bits, and says the true KL term apart', async () => {
    const vae = new Vae(parts());
    const x = bernoulli(key(0), 0.4, [12, 6]);
    const info = { seed: 5 };
    const plain = negativeElbo(vae, { samples: 4 }).terms(x, info);
    const groups = negativeElbo(vae, { samples: 4, freeBits: { nats: 1e-6, groups: 3 } }).terms(x, info);
    // Nothing is below a millionth of a nat here, and the groups add up to the whole.
    await expect(groups.chargedKl).toBeAllClose(plain.kl, { rtol: 1e-4, atol: 1e-5 });
    const charged = negativeElbo(vae, { samples: 4, beta: 0.5, freeBits: { nats: 50, groups: 3 } });
    const { loss, kl, reconstruction, chargedKl } = charged.terms(x, info);
    await expect(chargedKl).toBeAllClose(150);
    await expect(kl).toBeAllClose(plain.kl);
    await expect(loss).toBeAllClose(sub(75, reconstruction));
    await expect(charged(x, info)).toBeAllClose(loss);
    // In evaluation it is the bound itself.
    await expect(charged(x, { ...info, training: false })).toBeAllClose(plain.loss);
  });

  test('takes the mean over the batch before the maximum', async () => {
    const network = new Mlp({ inputDim: 1, hidden: [], outputDim: 2 });
    // The mean is x and the scale 1.
    network.weights[0].assign(tensor2d([[1, 0]]));
    const likelihood = new BernoulliLikelihood(new Mlp({ inputDim: 1, hidden: [], outputDim: 1, seed: 0 }));
    const vae = new Vae({ encoder: new Encoder(network, 1), likelihood });
    const x = tensor2d([[0], [1]]);
    const objective = negativeElbo(vae, { samples: 20_000, freeBits: { nats: 0.3 } });
    // KL is 0 for the first row and ½ for the second: ¼ on average, below 0.3. The maxima's mean would be 0.4.
    const { kl, chargedKl } = objective.terms(x, { seed: 1 });
    await expect(kl).toBeAllClose(0.25, { rtol: 0, atol: 0.02 });
    await expect(chargedKl).toBeAllClose(0.3);
  });

  test('weighs the KL term by the step', async () => {
    const vae = new Vae(parts());
    const x = bernoulli(key(0), 0.4, [12, 6]);
    const objective = negativeElbo(vae, { beta: (step) => Math.min(1, step / 10) });
    const { kl, reconstruction } = objective.terms(x, { seed: 5 });
    await expect(objective(x, { seed: 5, step: 0 })).toBeAllClose(neg(reconstruction));
    await expect(objective(x, { seed: 5, step: 4 })).toBeAllClose(sub(kl.mul(0.4), reconstruction));
    await expect(objective(x, { seed: 5, step: 400 })).toBeAllClose(sub(kl, reconstruction));
  });

  test('refuses what is no model, and options out of range', () => {
    expect(() => negativeElbo(parts().encoder as never)).toThrow('negativeElbo: vae must be a variational autoencoder');
    const vae = new Vae(parts());
    const refused = (options: object, message: string) =>
      expect(() => negativeElbo(vae, options as never)).toThrow(`negativeElbo: ${message}`);
    refused({ samples: 0 }, 'samples must be an integer of at least 1, got 0');
    refused({ beta: -1 }, 'beta must be positive and finite, got -1');
    refused({ gradient: 'none' }, "gradient must be 'total' or 'path', got 'none'");
    refused({ freeBits: { nats: 0 } }, 'freeBits.nats must be positive and finite, got 0');
    refused({ freeBits: { nats: 1, groups: 2 } }, 'freeBits.groups must divide the latent width 3, got 2');
    const flow = new Vae({ ...parts(), posterior: iaf({ dim: 3, hidden: [4], transforms: 1, seed: 0 }) });
    expect(() => negativeElbo(flow, { freeBits: { nats: 1, groups: 3 } })).toThrow(
      'negativeElbo: freeBits.groups must be 1 where the posterior has a flow or latent dimensions depend on each other, got 3',
    );
    const batch = 3 as never;
    expect(() => negativeElbo(vae)(batch, { seed: 0 })).toThrow(
      'negativeElbo: batch must be a tensor or { x, context }, got 3',
    );
    const wrong = negativeElbo(vae, { beta: () => NaN });
    expect(() => wrong(bernoulli(key(0), 0.4, [12, 6]), { seed: 0 })).toThrow('negativeElbo: beta must be');
    expect(() => negativeIwae(vae, { gradient: 'none' as never })).toThrow(
      "negativeIwae: gradient must be 'total', 'path' or 'doubly-reparameterized', got 'none'",
    );
  });
});

test('a posterior of another width is refused when the model is put together', () => {
  expect(() => new Vae({ ...parts(), posterior: iaf({ dim: 2, seed: 0 }) })).toThrow(
    'Vae: posterior eventShape must be [..., 3], got [2]',
  );
});
