import {
  exp,
  mean,
  neg,
  sub,
  sum,
  tensor,
  tensor1d,
  type Tensor,
  tidy,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { type Bijector, bijectorModules, iaf } from '@pushforward/bijectors';
import { distributionModules, Transformed } from '@pushforward/distributions';
import { madeModules } from '@pushforward/made';
import { buildModule, bernoulli, key, normal, type Module } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { Encoder, mlpEncoder } from './encoder.js';
import { BernoulliLikelihood } from './likelihoods/bernoulli.js';
import { GaussianLikelihood } from './likelihoods/gaussian.js';
import { Mlp } from '@pushforward/made';
import { vaeModules } from './modules.js';
import { Vae } from './vae.js';

const classes = [...vaeModules, ...bijectorModules, ...distributionModules, ...madeModules];

/** Gives every variable of a flow a value away from its start, where many outputs do not depend on the context yet. */
function perturb(module: Module): void {
  [...module.variables().values()].forEach((variable, i) => {
    tidy(() => variable.assign(sub(variable, normal(key(1000 + i), variable.shape).mul(-0.3))));
  });
}

/** Its posteriors are wider than the prior, as importance weights of small variance need. */
function binaryVae(posterior?: Bijector): Vae {
  const network = new Mlp({ inputDim: 3, hidden: [8], outputDim: 8, activation: 'tanh', seed: 1 });
  tidy(() => {
    network.weights[1].assign(network.weights[1].mul(0.3) as never);
    network.biases[1].assign(tensor1d([0, 0, 0.6, 0.6, 0, 0, 0, 0]));
  });
  return new Vae({
    encoder: new Encoder(network, 2),
    posterior,
    likelihood: new BernoulliLikelihood(
      new Mlp({ inputDim: 2, hidden: [8], outputDim: 3, activation: 'tanh', seed: 2 }),
    ),
  });
}

function binaryIaf(): Bijector {
  const posterior = iaf({ dim: 2, contextDim: 4, hidden: [8], transforms: 2, seed: 3 });
  perturb(posterior);
  return posterior;
}

const posteriors: [string, () => Bijector | undefined][] = [
  ['gaussian', () => undefined],
  ['iaf', binaryIaf],
];

const everyIndex = [0, 1, 2, 3, 4, 5, 6, 7];
/** Every x of {0, 1}³. */
const everyX = () => tensor(everyIndex.map((n) => [n & 1, (n >> 1) & 1, n >> 2]));

/**
 * p(z) = N(0, I), p(x|z) = N(W z + b, s² I) with orthogonal columns in W: the exact posterior is N(Σ Wᵀ(x − b) / s², Σ) with the diagonal
 * Σ = (I + WᵀW / s²)⁻¹, and p(x) = N(b, W Wᵀ + s² I).
 */
function linearGaussian() {
  const weights = [
    [0.6, 0.5, 0],
    [-0.5, 0.6, 1.2],
  ];
  const bias = [0.3, -0.2, 0.1];
  const scale = 0.5;
  // The columns of W, here rows, made orthogonal: w₁ · w₀ = 0 holds for the numbers above.
  const precision = weights.map((w) => 1 + w.reduce((total, v) => total + v * v, 0) / scale ** 2);
  const decoder = new Mlp({ inputDim: 2, hidden: [], outputDim: 3, seed: 0 });
  decoder.weights[0].assign(tensor(weights) as never);
  decoder.biases[0].assign(tensor1d(bias));
  const network = new Mlp({ inputDim: 3, hidden: [], outputDim: 4, seed: 0 });
  const toLoc = weights.map((w, l) => w.map((v) => v / scale ** 2 / precision[l]));
  network.weights[0].assign(tensor([0, 1, 2].map((d) => [toLoc[0][d], toLoc[1][d], 0, 0])) as never);
  const offset = toLoc.map((row) => -row.reduce((total, v, d) => total + v * bias[d], 0));
  // The encoder bends its raw log-scale by 7 tanh(raw / 7).
  const raw = precision.map((p) => 7 * Math.atanh((-0.5 * Math.log(p)) / 7));
  network.biases[0].assign(tensor1d([...offset, ...raw]));
  return new Vae({ encoder: new Encoder(network, 2), likelihood: new GaussianLikelihood(decoder, { scale }) });
}

describe('vae', () => {
  const points = [
    [0, 0, 0],
    [1, -2, 0.5],
    [-0.3, 0.4, 2],
  ];
  // log N(x; b, W Wᵀ + s² I), computed in float64 with numpy.
  const logMarginals = [-2.650262597333, -8.86411497347, -3.540165529588];

  test('the exact posterior makes every sample of the bound log p(x)', async () => {
    const vae = linearGaussian();
    const { elbo, reconstruction, kl } = vae.elbo(tensor(points), { seed: 5 });
    await expect(elbo).toBeAllClose(logMarginals, { rtol: 1e-5 });
    await expect(sub(reconstruction, kl)).toBeAllClose(elbo);
    await expect(vae.logLikelihood(tensor(points), { samples: 7, chunkSize: 3, seed: 6 })).toBeAllClose(logMarginals, {
      rtol: 1e-5,
    });
  });

  test.each(posteriors)('%s: importance-weighted probabilities of all x sum to 1', async (_, posterior) => {
    const vae = binaryVae(posterior());
    const logLikelihood = vae.logLikelihood(everyX(), { samples: 4000, chunkSize: 1000, seed: 7 });
    // The estimate of the sum is unbiased; its standard error is below 0.01 here.
    await expect(sum(exp(logLikelihood))).toBeAllClose(1, { rtol: 0, atol: 0.02 });
    // The ELBO is below log p(x) by KL(q(z|x) ‖ p(z|x)).
    const { elbo } = vae.elbo(everyX(), { samples: 4000, seed: 8 });
    const gap = await sub(logLikelihood, elbo).data();
    for (const difference of gap) expect(difference).toBeGreaterThan(0);
  });

  test('the KL term is log q(z|x) − log p(z) with the flow’s own density', async () => {
    const posterior = binaryIaf();
    const vae = binaryVae(posterior);
    const x = everyX();
    const { kl } = vae.elbo(x, { seed: 9 });
    const z = vae.encode(x, { seed: 9 });
    const { loc, logScale, context } = vae.encoder.encode(x);
    // q(z|x) by the inverse direction, which the sampling of the bound never takes.
    const { value: gaussian, logDet } = posterior.inverseAndLogDet(z, context);
    const noise = gaussian.sub(loc).div(exp(logScale));
    const logGaussian = neg(sum(noise.square().mul(0.5).add(logScale), -1)).sub(Math.log(2 * Math.PI));
    const logPrior = neg(sum(z.square().mul(0.5), -1)).sub(Math.log(2 * Math.PI));
    await expect(kl).toBeAllClose(logGaussian.add(logDet).sub(logPrior), { rtol: 1e-3, atol: 1e-4 });
  });

  test('a flow as the prior', async () => {
    const prior = new Transformed(binaryVae().prior, iaf({ dim: 2, hidden: [8], transforms: 1, seed: 4 }));
    perturb(prior);
    const vae = new Vae({ encoder: binaryVae().encoder, likelihood: binaryVae().likelihood, prior });
    await expect(sum(exp(vae.logLikelihood(everyX(), { samples: 4000, chunkSize: 1000, seed: 7 })))).toBeAllClose(1, {
      rtol: 0,
      atol: 0.02,
    });
  });

  test.each(posteriors)('%s: the bound has a finite gradient for every variable', async (_, posterior) => {
    const vae = binaryVae(posterior());
    const { grads } = variableGrads(
      () => neg(mean(vae.elbo(everyX(), { seed: 1 }).elbo)).asScalar(),
      vae.trainableVariables(),
    );
    for (const [path, variable] of vae.variables()) {
      const values = await grads[variable.name].data();
      expect(values.every(Number.isFinite), path).toBe(true);
      expect(
        values.some((value) => value !== 0),
        path,
      ).toBe(true);
    }
  });

  test('any batch axes, none and an empty one included', () => {
    const vae = binaryVae(binaryIaf());
    for (const batch of [[], [4], [2, 3], [0]]) {
      const x = zeros([...batch, 3]);
      for (const value of Object.values(vae.elbo(x, { samples: 2, seed: 0 }))) expect(value.shape).toEqual(batch);
      expect(vae.logLikelihood(x, { samples: 3, seed: 0 }).shape).toEqual(batch);
      expect(vae.encode(x, { seed: 0 }).shape).toEqual([...batch, 2]);
      expect(vae.reconstruct(x, { seed: 0 }).shape).toEqual([...batch, 3]);
    }
    expect(vae.sample(5, { seed: 0 }).shape).toEqual([5, 3]);
    expect(vae.sample([5, 2], { seed: 0 }).shape).toEqual([5, 2, 3]);
  });

  test('samples follow p(x)', async () => {
    const vae = binaryVae();
    const count = 20_000;
    const x = await vae.sample(count, { seed: 11 }).data();
    const frequencies = everyIndex.map(() => 0);
    for (let i = 0; i < count; i++) frequencies[x[3 * i] + 2 * x[3 * i + 1] + 4 * x[3 * i + 2]] += 1 / count;
    // Four standard errors of a frequency, and the noise of the importance-weighted estimate.
    await expect(frequencies).toBeAllClose(
      exp(vae.logLikelihood(everyX(), { samples: 4000, seed: 12, chunkSize: 1000 })),
      { rtol: 0, atol: 0.016 },
    );
  });

  test('the same seed gives the same numbers', async () => {
    const vae = binaryVae(binaryIaf());
    const x = bernoulli(key(1), 0.5, [4, 3]);
    for (const draw of [
      (seed?: number) => vae.elbo(x, { seed }).elbo,
      (seed?: number) => vae.logLikelihood(x, { seed, samples: 3 }),
      (seed?: number) => vae.sample([50], { seed }),
      (seed?: number) => vae.reconstruct(x, { seed }),
    ] as ((seed?: number) => Tensor)[]) {
      expect(await draw(0).data()).toEqual(await draw(0).data());
      expect(await draw(0).data()).not.toEqual(await draw(1).data());
      expect(await draw().data()).not.toEqual(await draw().data());
    }
  });

  test('no call leaks a tensor', async () => {
    const vae = binaryVae(binaryIaf());
    const x = everyX();
    await expect(() => Object.values(vae.elbo(x, { seed: 0 }))).toLeakNoTensor();
    await expect(() => vae.logLikelihood(x, { seed: 0 })).toLeakNoTensor();
    await expect(() => vae.encode(x)).toLeakNoTensor();
    await expect(() => vae.reconstruct(x)).toLeakNoTensor();
    await expect(() => vae.sample(3)).toLeakNoTensor();
    await expect(() => Object.values(vae.encoder.encode(x))).toLeakNoTensor();
  });

  test.each(posteriors)(
    '%s: rebuilt from its configuration and weights it is the same bit for bit',
    async (_, posterior) => {
      const vae = binaryVae(posterior());
      const copy = buildModule<Vae>(JSON.parse(JSON.stringify(vae.config())), classes);
      expect([...copy.variables().keys()]).toEqual([...vae.variables().keys()]);
      for (const [path, variable] of vae.variables()) copy.variables().get(path)?.assign(variable);
      expect(await copy.elbo(everyX(), { seed: 0 }).elbo.data()).toEqual(
        await vae.elbo(everyX(), { seed: 0 }).elbo.data(),
      );
    },
  );

  test('parts that do not fit are refused', () => {
    const { encoder, likelihood } = binaryVae();
    const wide = new BernoulliLikelihood(new Mlp({ inputDim: 5, hidden: [], outputDim: 3 }));
    expect(() => new Vae({ encoder, likelihood: wide })).toThrow(
      "Vae: likelihood latentDim must be the encoder's 2, got 5",
    );
    const tall = new BernoulliLikelihood(new Mlp({ inputDim: 2, hidden: [], outputDim: 4 }));
    expect(() => new Vae({ encoder, likelihood: tall })).toThrow(
      "Vae: likelihood dataDim must be the encoder's 3, got 4",
    );
    const posterior = iaf({ dim: 2, contextDim: 3, hidden: [4] });
    expect(() => new Vae({ encoder, likelihood, posterior })).toThrow(
      "Vae: posterior contextDim must be the encoder's 4, got 3",
    );
    expect(() => binaryVae().elbo(zeros([4, 5]))).toThrow('Vae: x must be [..., 3], got [4, 5]');
    expect(() => binaryVae().decode(zeros([4, 5]))).toThrow('Vae: z must be [..., 2], got [4, 5]');
    expect(() => binaryVae().elbo(zeros([4, 3]), { samples: 0 })).toThrow(
      'Vae: samples must be an integer of at least 1, got 0',
    );
    expect(() => new Encoder(new Mlp({ inputDim: 3, hidden: [], outputDim: 3 }), 2)).toThrow('at least 4, got 3');
    const conditional = new BernoulliLikelihood(new Mlp({ inputDim: 2, hidden: [], outputDim: 3, contextDim: 2 }));
    const narrow = mlpEncoder({ dataDim: 3, latentDim: 2, conditionDim: 1, hidden: [] });
    expect(() => new Vae({ encoder: narrow, likelihood: conditional })).toThrow(
      "Vae: likelihood contextDim must be 0 or the encoder network's 1, got 2",
    );
    const given = new Vae({ encoder, likelihood: conditional });
    expect(() => given.elbo(zeros([4, 3]))).toThrow('Vae: context must be [..., 2], got none');
    expect(() => given.sample(3, { context: zeros([1]) })).toThrow('Vae: context must be [..., 2], got [1]');
    expect(() => binaryVae().elbo(zeros([4, 3]), { context: zeros([4, 1]) })).toThrow('Vae takes no context');
    expect(() => new GaussianLikelihood(new Mlp({ inputDim: 3, hidden: [], outputDim: 3 }), { scale: 0 })).toThrow(
      'scale must be positive and finite, got 0',
    );
  });
});
