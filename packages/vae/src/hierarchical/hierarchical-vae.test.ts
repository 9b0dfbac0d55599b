import { Autoregressive, GateTransform, iaf } from '@pushforward/bijectors';
import { MultivariateNormalDiag } from '@pushforward/distributions';
import { initializeWeightNorm, Network, PixelCnn, ResNet } from '@pushforward/made';
import { bernoulli, buildModule, key, type ModuleConfig } from '@pushforward/tensor';
import { addNoise } from '@pushforward/tensor/testing';
import {
  add,
  concat,
  exp,
  mean,
  moments,
  reshape,
  type Scalar,
  sub,
  sum,
  tensor,
  tensor1d,
  type Tensor,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { Encoder } from '../encoder.js';
import { BernoulliLikelihood } from '../likelihoods/bernoulli.js';
import { vaeModules } from '../modules.js';
import { negativeElbo } from '../objectives/negative-elbo.js';
import { negativeIwae } from '../objectives/negative-iwae.js';
import { Vae } from '../vae.js';
import { HierarchicalVae } from './hierarchical-vae.js';
import { LatentLayer } from './latent-layer.js';

const CHANNELS = 3;

const resNet = (inputShape: number[], outputChannels: number, seed: number) =>
  new ResNet({ inputShape, channels: CHANNELS, blocks: 1, outputChannels, activation: 'tanh', seed });

/** A layer of 2 × 2 pixels with an IAF of its four latent numbers. */
const flowLayer = (inputShape: number[], stride: number) =>
  new LatentLayer({
    inputShape,
    stride,
    latentChannels: 1,
    contextChannels: 2,
    flow: iaf({ dim: 4, contextDim: 8, hidden: [8], activation: 'tanh', transforms: 1, seed: 3 }),
    activation: 'tanh',
    seed: 4,
  });

/** Of images of size × size pixels: a Gaussian layer below one with a flow, or the latter alone. */
function make(size: number, isDeep = true): HierarchicalVae {
  const below = [size, size, CHANNELS];
  const vae = new HierarchicalVae({
    stem: resNet([size, size, 1], CHANNELS, 1),
    layers: isDeep
      ? [
          new LatentLayer({ inputShape: below, latentChannels: 1, activation: 'tanh', seed: 2 }),
          flowLayer(below, size / 2),
        ]
      : [flowLayer(below, size / 2)],
    likelihood: new BernoulliLikelihood(resNet(below, 1, 5)),
    seed: 6,
  });
  // Away from the start, where little depends on the flow.
  addNoise(vae.trainableVariables(), key(7), 0.1);
  // Posteriors wider than the priors, as importance weights of small variance need.
  for (const { upStatements: layer } of vae.layers)
    layer.bias.assign(add(layer.bias, tensor1d(Array.from({ length: layer.outputs }, (_, i) => (i === 1 ? 0.4 : 0)))));
  return vae;
}

const images = (count: number, size = 2) => bernoulli(key(8), 0.4, [count, size ** 2]);
const every = () => tensor(Array.from({ length: 16 }, (_, n) => [n & 1, (n >> 1) & 1, (n >> 2) & 1, n >> 3]));
const exact = { rtol: 0, atol: 0 };

/** The mean and the standard deviation of every channel. */
async function channelMoments(maps: Tensor) {
  const { mean: loc, variance } = moments(maps, [0, 1, 2]);
  return { loc: await loc.data(), deviation: Array.from(await variance.data(), Math.sqrt) };
}

/** What a network of one function is; it holds what its weights are in. */
class FunctionNetwork extends Network {
  constructor(
    readonly inputDim: number,
    readonly outputDim: number,
    readonly parts: readonly (Network | LatentLayer)[],
    readonly formula: (x: Tensor) => Tensor,
  ) {
    super();
  }
  apply(x: Tensor): Tensor {
    return this.formula(x);
  }
  override config(): ModuleConfig {
    return { type: 'FunctionNetwork' };
  }
}

describe('a hierarchy of one layer is a Vae of the same parts', () => {
  const vae = make(2, false);
  const [layer] = vae.layers;
  const { prior, statements } = layer.describe(vae.top);
  const encoder = new FunctionNetwork(4, 2 * 4 + 8, [vae.stem, layer], (x) => {
    const up = layer.ascend(vae.stem.apply(reshape(x, [-1, 2, 2, 1]))).statements;
    return concat(
      [add(up.loc, statements.loc), add(up.logScale, statements.logScale), add(up.context!, statements.context!)],
      -1,
    );
  });
  const decoder = new FunctionNetwork(4, 4, [vae.likelihood as never], (z) => {
    const features = layer.descend(vae.top, z);
    const flat = reshape(features, [...z.shape.slice(0, -1), vae.stem.outputDim]);
    return (vae.likelihood as BernoulliLikelihood).decoder.applyToVectors(flat);
  });
  const plain = new Vae({
    encoder: new Encoder(encoder, 4),
    posterior: layer.flow,
    prior: new MultivariateNormalDiag(prior.loc, exp(prior.logScale)),
    likelihood: new BernoulliLikelihood(decoder),
  });

  test('bounds and their terms agree draw by draw', async () => {
    const x = images(5);
    const [a, b] = [vae, plain].map((model) => model.elbo(x, { samples: 3, seed: 1 }));
    for (const term of ['elbo', 'reconstruction', 'kl'] as const)
      await expect(a[term]).toBeAllClose(b[term], { rtol: 1e-5, atol: 1e-5 });
    const [c, d] = [vae, plain].map((model) => model.logLikelihood(x, { samples: 15, seed: 1 }));
    await expect(c).toBeAllClose(d, { rtol: 1e-5, atol: 1e-5 });
    await expect(vae.encode(x, { seed: 2 })).toBeAllClose(plain.encode(x, { seed: 2 }), { rtol: 1e-5, atol: 1e-6 });
    await expect(vae.reconstruct(x, { seed: 2 })).toBeAllClose(plain.reconstruct(x, { seed: 2 }), { rtol: 1e-5 });
  });
});

describe('a hierarchical autoencoder', () => {
  test('probabilities of all x sum to 1, and bounds are below them', async () => {
    const vae = make(2);
    const logLikelihood = vae.logLikelihood(every(), { samples: 800, chunkSize: 400, seed: 1 });
    // The estimate of the sum is unbiased, with a standard error of 0.01 at most.
    await expect(sum(exp(logLikelihood))).toBeAllClose(1, { rtol: 0, atol: 0.03 });
    const { elbo } = vae.elbo(every(), { samples: 400, seed: 2 });
    for (const gap of await sub(logLikelihood, elbo).data()) expect(gap).toBeGreaterThan(0);
  });

  test('the KL term is the sum of those of its layers, each of them positive', async () => {
    const vae = make(4);
    const x = images(6, 4);
    const { layers } = vae.infer(x, { samples: 400, seed: 3 });
    const kls = layers.map(({ logPosterior, logPrior }) => mean(sub(logPosterior, logPrior), 0));
    await expect(vae.elbo(x, { samples: 400, seed: 3 }).kl).toBeAllClose(add(kls[0], kls[1]), {
      rtol: 1e-4,
      atol: 1e-5,
    });
    for (const kl of kls) expect((await mean(kl).data())[0]).toBeGreaterThan(0.01);
  });

  test('densities at given z are those of the draws', async () => {
    const vae = make(4);
    const x = images(3, 4);
    const { encoding, z, logLikelihood, layers } = vae.infer(x, { samples: 2, seed: 4 });
    const joint = vae.logJoint(x, z);
    const tolerance = { rtol: 1e-4, atol: 1e-4 };
    await expect(joint.logLikelihood).toBeAllClose(logLikelihood, tolerance);
    await expect(joint.logPrior).toBeAllClose(add(layers[0].logPrior, layers[1].logPrior), tolerance);
    // By the flow's inverse, which drawing never takes.
    for (const [l, logPosterior] of vae.layerLogPosteriors(encoding, z).entries())
      await expect(logPosterior).toBeAllClose(layers[l].logPosterior, tolerance);
    expect(vae.decode(z).shape).toEqual([2, 3, 16]);
  });

  test("an IAF of masked convolutions as a layer's flow: densities at given z are those of the draws", async () => {
    const shape = [2, 2, 2];
    const conditioner = new PixelCnn({ shape, parameterCount: 2, contextChannels: 3, channels: 4, blocks: 1, seed: 1 });
    const flow = new Autoregressive(conditioner, new GateTransform(), 'forward');
    const inputShape = [2, 2, CHANNELS];
    const vae = new HierarchicalVae({
      stem: resNet([2, 2, 1], CHANNELS, 1),
      layers: [new LatentLayer({ inputShape, latentChannels: 2, contextChannels: 3, flow, seed: 2 })],
      likelihood: new BernoulliLikelihood(resNet(inputShape, 1, 3)),
      seed: 4,
    });
    addNoise(vae.trainableVariables(), key(5), 0.1);
    const { encoding, z, layers } = vae.infer(images(3), { samples: 2, seed: 6 });
    const [logPosterior] = vae.layerLogPosteriors(encoding, z);
    await expect(logPosterior).toBeAllClose(layers[0].logPosterior, { rtol: 1e-4, atol: 1e-4 });
  });

  test('samples follow p(x)', async () => {
    const vae = make(2);
    const count = 10_000;
    const x = (await vae.sample(count, { seed: 5 }).array()) as number[][];
    const frequencies = Array.from({ length: 16 }, () => 0);
    for (const row of x) frequencies[row.reduce((n, bit, i) => n + bit * 2 ** i, 0)] += 1 / count;
    const expected = exp(vae.logLikelihood(every(), { samples: 800, chunkSize: 400, seed: 6 }));
    // Four standard errors of a frequency, and the noise of the estimate.
    await expect(tensor(frequencies)).toBeAllClose(expected, { rtol: 0, atol: 0.015 });
  });

  test('weights set from data make features of deviation 1 and statements of deviation 0.1', async () => {
    const vae = make(4);
    const x = images(40, 4);
    initializeWeightNorm(vae, () => vae.elbo(x, { seed: 7 }));
    const { encoding, z } = vae.infer(x, { seed: 7 });
    const [below, above] = [encoding[0], encoding[1]];
    for (const { loc, deviation } of [
      await channelMoments(reshape(below.loc, [40, 4, 4, 1])),
      await channelMoments(reshape(below.logScale, [40, 4, 4, 1])),
      await channelMoments(reshape(above.context!, [40, 2, 2, 2])),
    ]) {
      for (const value of loc) expect(Math.abs(value)).toBeLessThan(1e-4);
      for (const value of deviation) expect(Math.abs(value - 0.1)).toBeLessThan(1e-3);
    }
    const lowest = reshape(z.slice([0, 0, 4], [1, 40, 16]), [40, 4, 4, 1]);
    const { loc, deviation } = await channelMoments(vae.layers[0].latent.apply(lowest));
    for (const value of loc) expect(Math.abs(value)).toBeLessThan(1e-4);
    for (const value of deviation) expect(Math.abs(value - 1)).toBeLessThan(1e-3);
  });

  test('any batch axes; one seed, one result; nothing leaks', async () => {
    const vae = make(2);
    for (const batch of [[], [3], [2, 2], [0]]) {
      const x = zeros([...batch, 4]);
      for (const value of Object.values(vae.elbo(x, { samples: 2, seed: 0 }))) expect(value.shape).toEqual(batch);
      expect(vae.encode(x, { seed: 0 }).shape).toEqual([...batch, 8]);
      expect(vae.reconstruct(x, { seed: 0 }).shape).toEqual([...batch, 4]);
      expect(vae.sample(batch, { seed: 0 }).shape).toEqual([...batch, 4]);
    }
    const x = images(3);
    await expect(vae.sample(5, { seed: 1 })).toBeAllClose(vae.sample(5, { seed: 1 }), exact);
    await expect(() => Object.values(vae.elbo(x))).toLeakNoTensor();
    await expect(() => vae.logLikelihood(x, { samples: 3 })).toLeakNoTensor();
    await expect(() => vae.sample(3)).toLeakNoTensor();
    await expect(() => vae.reconstruct(x)).toLeakNoTensor();
  });

  test('rebuilt, or cloned, it is the same bit for bit', async () => {
    const vae = make(4);
    const x = images(3, 4);
    const copy = buildModule<HierarchicalVae>(JSON.parse(JSON.stringify(vae.config())), vaeModules);
    for (const [path, variable] of vae.variables()) copy.variables().get(path)!.assign(variable);
    const expected = vae.elbo(x, { seed: 0 }).elbo;
    await expect(copy.elbo(x, { seed: 0 }).elbo).toBeAllClose(expected, exact);
    await expect(vae.clone().elbo(x, { seed: 0 }).elbo).toBeAllClose(expected, exact);
    expect(String(vae)).toMatch(/^HierarchicalVae/);
  });

  test('parts that do not fit are refused', () => {
    const { stem, layers, likelihood } = make(2);
    expect(() => new HierarchicalVae({ stem, likelihood, layers: [] })).toThrow(
      'HierarchicalVae: layers must name at least one latent layer, got none',
    );
    expect(() => new HierarchicalVae({ stem, likelihood, layers: [flowLayer([4, 4, 3], 2)] })).toThrow(
      'HierarchicalVae: what is below a layer must be [..., 4, 4, 3], got [2, 2, 3]',
    );
    const wide = new BernoulliLikelihood(resNet([2, 2, 4], 1, 0));
    expect(() => new HierarchicalVae({ stem, layers, likelihood: wide })).toThrow(
      "HierarchicalVae: likelihood latentDim must be the stem's outputDim, 12, got 16",
    );
    const conditional = new ResNet({ inputShape: [2, 2, 1], channels: 3, outputChannels: 3, contextDim: 2 });
    expect(() => new HierarchicalVae({ stem: conditional, layers, likelihood })).toThrow(
      'HierarchicalVae: stem must take no context, got one of contextDim 2',
    );
    const flow = iaf({ dim: 4, contextDim: 3, hidden: [4], transforms: 1, seed: 0 });
    expect(() => new LatentLayer({ inputShape: [2, 2, 3], latentChannels: 1, flow })).toThrow(
      "LatentLayer: flow contextDim must be the layer's 0, got 3",
    );
    expect(() => new LatentLayer({ inputShape: [2, 2], latentChannels: 1 })).toThrow(
      'LatentLayer: inputShape must be [height, width, channels], got [2, 2]',
    );
    expect(() => make(2).elbo(zeros([3, 5]))).toThrow('HierarchicalVae: x must be [..., 4], got [3, 5]');
    expect(() => make(2).decode(zeros([3, 5]))).toThrow('HierarchicalVae: z must be [..., 8], got [3, 5]');
  });
});

describe('objectives of a hierarchical autoencoder', () => {
  test('free bits are those of each layer', async () => {
    const vae = make(4);
    const x = images(6, 4);
    const info = { seed: 9 };
    const kls = await Promise.all(
      vae
        .infer(x, { samples: 4, ...info })
        .layers.map(async ({ logPosterior, logPrior }) => (await mean(sub(logPosterior, logPrior)).data())[0]),
    );
    const [low, high] = kls.toSorted((a, b) => a - b);
    const between = (low + high) / 2;
    const chargedFor = (nats: number) => negativeElbo(vae, { samples: 4, freeBits: { nats } }).terms(x, info);
    await expect(chargedFor(50).chargedKl).toBeAllClose(100);
    await expect(chargedFor(between).chargedKl).toBeAllClose(between + high, { rtol: 1e-5 });
    await expect(chargedFor(between).kl).toBeAllClose(low + high, { rtol: 1e-5 });
    expect(() => negativeElbo(vae, { freeBits: { nats: 1, groups: 2 } })).toThrow(
      'negativeElbo: freeBits.groups must be 1 where the posterior has a flow or latent dimensions depend on each other, got 2',
    );
  });

  test('gradients reach every variable, and are those of differences along them', async () => {
    const vae = make(2);
    const x = images(6);
    const objective = negativeElbo(vae, { samples: 2 });
    const variables = vae.trainableVariables();
    const loss = () => objective(x, { seed: 10 }) as Scalar;
    const { grads } = variableGrads(loss, variables);
    let squares = 0;
    for (const [path, variable] of vae.variables()) {
      const slopes = Array.from(await grads[variable.name].data());
      expect(slopes.every(Number.isFinite) && slopes.some((slope) => slope !== 0), path).toBe(true);
      squares += slopes.reduce((total, slope) => total + slope ** 2, 0);
    }
    const length = Math.sqrt(squares);
    // All variables at once, along the gradient: the slope is its length. Differences of fourth order.
    const at = async (by: number) => {
      const before = variables.map((variable) => variable.clone());
      for (const variable of variables) variable.assign(add(variable, grads[variable.name].mul(by / length)));
      const [value] = await loss().data();
      for (const [i, variable] of variables.entries()) variable.assign(before[i] as never);
      return value;
    };
    const step = 0.02;
    const slope =
      (8 * ((await at(step)) - (await at(-step))) - ((await at(2 * step)) - (await at(-2 * step)))) / (12 * step);
    expect(Math.abs(slope - length)).toBeLessThan(2e-3 * length);
  });

  test('the gradient of the path is the total less the score', async () => {
    const vae = make(2);
    const x = images(6);
    const variables = vae.trainableVariables();
    const gradientsOf = (loss: () => Tensor) => variableGrads(() => loss() as Scalar, variables).grads;
    const total = gradientsOf(() => negativeElbo(vae)(x, { seed: 11 }));
    const path = gradientsOf(() => negativeElbo(vae, { gradient: 'path' })(x, { seed: 11 }));
    const doubly = gradientsOf(() =>
      negativeIwae(vae, { samples: 1, gradient: 'doubly-reparameterized' })(x, { seed: 11 }),
    );
    const { z } = vae.infer(x, { seed: 11 });
    const score = variableGrads(() => mean(vae.posteriorLogProb(vae.encodeData(x), z)) as Scalar).grads;
    for (const { name } of variables) {
      const expected = score[name] ? sub(total[name], score[name]) : total[name];
      await expect(path[name]).toBeAllClose(expected, { rtol: 1e-3, atol: 2e-4 });
      await expect(doubly[name]).toBeAllClose(path[name], { rtol: 1e-3, atol: 2e-4 });
    }
  });
});
