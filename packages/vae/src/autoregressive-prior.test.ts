import { type Bijector, Invert, maf } from '@pushforward/bijectors';
import { type Distribution, StandardNormal, Transformed } from '@pushforward/distributions';
import { Mlp } from '@pushforward/made';
import { bernoulli, key, type ModuleConfig } from '@pushforward/tensor';
import { addNoise } from '@pushforward/tensor/testing';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { mlpEncoder } from './encoder.js';
import { BernoulliLikelihood } from './likelihoods/bernoulli.js';
import { Likelihood } from './likelihoods/likelihood.js';
import { Vae } from './vae.js';

/** p(x | f(ε)): a likelihood of z as one of the noise that a flow makes z of. */
class OfNoise extends Likelihood {
  readonly latentDim = 3;
  readonly dataDim = 5;
  constructor(
    readonly flow: Bijector,
    readonly inner: Likelihood,
  ) {
    super();
  }
  distribution(noise: Tensor): Distribution {
    return this.inner.distribution(this.flow.forward(noise));
  }
  override config(): ModuleConfig {
    return { type: 'OfNoise', flow: this.flow.config(), inner: this.inner.config() };
  }
}

const encoder = () => mlpEncoder({ dataDim: 5, latentDim: 3, hidden: [8], seed: 1 });
const likelihood = () => new BernoulliLikelihood(new Mlp({ inputDim: 3, hidden: [8], outputDim: 5, seed: 2 }));

/** From noise to z. As a MAF, z's density takes one parallel pass, and a sample of z one number after another. */
function autoregressive(): Bijector {
  const flow = maf({ dim: 3, hidden: [8], transforms: 2, seed: 3 });
  addNoise([...flow.variables().values()], key(4), 0.3);
  return flow;
}

const x = () => bernoulli(key(5), 0.4, [12, 5]);

/**
 * With f from noise ε to z: a Gaussian q(z|x) under the autoregressive prior that f makes of N(0, I), and the posterior that f⁻¹ makes of the same
 * Gaussian, which is inverse autoregressive, under N(0, I) with p(x | f(ε)), are one model with one bound. What an autoregressive prior adds is a
 * deeper decoder (Chen et al. 2017, "Variational lossy autoencoder", section 3.2).
 */
describe('an autoregressive prior is the mirror image of an inverse autoregressive posterior', () => {
  const flow = autoregressive();
  const withPrior = new Vae({
    encoder: encoder(),
    likelihood: likelihood(),
    prior: new Transformed(new StandardNormal(3), flow),
  });
  const withPosterior = new Vae({
    encoder: encoder(),
    likelihood: new OfNoise(flow, likelihood()),
    posterior: new Invert(flow),
  });

  test('the bounds agree draw by draw, and so do their terms', async () => {
    const [a, b] = [withPrior, withPosterior].map((vae) => vae.elbo(x(), { samples: 3, seed: 6 }));
    await expect(a.elbo).toBeAllClose(b.elbo, { rtol: 1e-5, atol: 1e-5 });
    await expect(a.kl).toBeAllClose(b.kl, { rtol: 1e-5, atol: 1e-5 });
    await expect(a.reconstruction).toBeAllClose(b.reconstruction, { rtol: 1e-5, atol: 1e-5 });
    const [c, d] = [withPrior, withPosterior].map((vae) => vae.logLikelihood(x(), { samples: 20, seed: 7 }));
    await expect(c).toBeAllClose(d, { rtol: 1e-5, atol: 1e-5 });
  });

  test('z is the flow of ε', async () => {
    const [z, noise] = [withPrior, withPosterior].map((vae) => vae.encode(x(), { seed: 8 }));
    await expect(flow.forward(noise)).toBeAllClose(z, { rtol: 1e-4, atol: 1e-5 });
  });

  test('they draw the same x', async () => {
    await expect(withPrior.sample(50, { seed: 9 })).toBeAllClose(withPosterior.sample(50, { seed: 9 }));
  });
});
