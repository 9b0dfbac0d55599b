import { iaf } from '@pushforward/bijectors';
import { Mlp } from '@pushforward/made';
import { bernoulli, key, type Module } from '@pushforward/tensor';
import { addNoise, representatives } from '@pushforward/tensor/testing';
import {
  fill,
  mean,
  type Scalar,
  tensor1d,
  tensor2d,
  type Tensor,
  tidy,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { Encoder, mlpEncoder } from '../encoder.js';
import { BernoulliLikelihood } from '../likelihoods/bernoulli.js';
import { GaussianLikelihood } from '../likelihoods/gaussian.js';
import { Vae } from '../vae.js';
import { negativeElbo, type NegativeElboOptions } from './negative-elbo.js';
import { negativeIwae, type NegativeIwaeOptions } from './negative-iwae.js';

const numbers = async (x: Tensor) => Array.from(await x.data());

/** The gradients of a loss in some variables, and its value. */
async function gradientsOf(loss: () => Tensor, variables: Variable[]): Promise<{ value: number; grads: number[][] }> {
  const { value, grads } = variableGrads(() => loss() as Scalar, variables);
  const results: number[][] = [];
  // None where the loss does not depend on a variable.
  for (const { name, size } of variables)
    results.push(grads[name] ? await numbers(grads[name]) : Array.from({ length: size }, () => 0));
  return { value: (await value.data())[0], grads: results };
}

function small(posterior?: ReturnType<typeof iaf>): Vae {
  return new Vae({
    encoder: mlpEncoder({
      dataDim: 6,
      latentDim: 4,
      contextDim: posterior ? 3 : 0,
      hidden: [8],
      activation: 'tanh',
      seed: 1,
    }),
    posterior,
    likelihood: new BernoulliLikelihood(
      new Mlp({ inputDim: 4, hidden: [8], activation: 'tanh', outputDim: 6, seed: 2 }),
    ),
  });
}

function flow(): ReturnType<typeof iaf> {
  // No kinks for the differences to straddle.
  const posterior = iaf({ dim: 4, contextDim: 3, hidden: [8], activation: 'tanh', transforms: 2, seed: 3 });
  addNoise([...posterior.variables().values()], key(4), 0.3);
  return posterior;
}

const bits = () => bernoulli(key(5), 0.4, [16, 6]);

/**
 * The slope of a loss along each variable's own gradient must be that gradient's length: by differences of fourth order, whose error is that
 * of float32 over a step of 0.02.
 */
async function checkByDifferences(module: Module, loss: () => Tensor): Promise<void> {
  const variables = module.trainableVariables();
  const { grads } = await gradientsOf(loss, variables);
  for (const [i, variable] of representatives([...variables.entries()])) {
    const length = Math.hypot(...grads[i]);
    expect(length).toBeGreaterThan(1e-3);
    const direction = grads[i].map((slope) => slope / length);
    const start = await numbers(variable);
    const at = async (by: number) => {
      tidy(() => variable.assign(tensor1d(start.map((x, j) => x + by * direction[j])).reshape(variable.shape)));
      return (await numbers(loss()))[0];
    };
    const step = 0.02;
    const [a, b, c, d] = [await at(-2 * step), await at(-step), await at(step), await at(2 * step)];
    await at(0);
    const slope = (8 * (c - b) - (d - a)) / (12 * step);
    expect(Math.abs(slope - length), `${i}: ${slope} and ${length}`).toBeLessThan(2e-3 * length + 1e-4);
  }
}

describe("the objectives' gradients are those of differences", () => {
  const elbos: [string, NegativeElboOptions][] = [
    ['as it is', { samples: 2 }],
    ['weighed', { beta: 0.3 }],
    // Below and above the KL term of some groups each.
    ['with free bits', { freeBits: { nats: 0.05, groups: 4 }, samples: 3 }],
    ['with free bits of all together', { freeBits: { nats: 0.01 } }],
  ];
  test.each(elbos)('negativeElbo, %s', async (_, options) => {
    const vae = small();
    const objective = negativeElbo(vae, options);
    await checkByDifferences(vae, () => objective(bits(), { seed: 6 }));
  });

  test('negativeElbo with a flow, and annealed', async () => {
    const vae = small(flow());
    const objective = negativeElbo(vae, { beta: (step) => step / 10 });
    await checkByDifferences(vae, () => objective(bits(), { seed: 6, step: 4 }));
  });

  test.each([undefined, flow()])('negativeIwae', async (posterior) => {
    const vae = small(posterior);
    const objective = negativeIwae(vae, { samples: 4 });
    await checkByDifferences(vae, () => objective(bits(), { seed: 6 }));
  });
});

/** p(z) = N(0, 1), p(x|z) = N(a z + c, s²), q(z|x) = N(m, σ²) with the same m and σ for all x. */
const toy = { a: 1.5, c: 0.25, s: 0.8, m: 0.8, raw: -0.3 };
const RAW_BOUND = 7;

function gaussianToy(): { vae: Vae; encoderBias: Variable; decoderBias: Variable } {
  const network = new Mlp({ inputDim: 1, hidden: [], outputDim: 2, init: 'identity', outputBias: [toy.m, toy.raw] });
  const decoder = new Mlp({ inputDim: 1, hidden: [], outputDim: 1, outputBias: [toy.c] });
  decoder.weights[0].assign(tensor2d([[toy.a]]));
  const likelihood = new GaussianLikelihood(decoder, { scale: toy.s, learnScale: false });
  const vae = new Vae({ encoder: new Encoder(network, 1), likelihood });
  return { vae, encoderBias: network.biases[0], decoderBias: decoder.biases[0] };
}

/** Gradients of the toy's losses by hand, in float64, at the draws that the objective makes: of m, the raw log-scale, and c. */
async function byHand(vae: Vae, x: number[], samples: number, power: (weight: number) => number): Promise<number[]> {
  const { z } = vae.infer(tensor2d(x.map((value) => [value])), { samples, seed: 7 });
  const draws = await numbers(z);
  const { a, c, s, m, raw } = toy;
  const bend = Math.tanh(raw / RAW_BOUND);
  const scale = Math.exp(RAW_BOUND * bend);
  const total = [0, 0, 0];
  x.forEach((value, row) => {
    const each = Array.from({ length: samples }, (_, k) => draws[k * x.length + row]);
    const logWeights = each.map(
      (u) => -(((value - a * u - c) / s) ** 2) / 2 - u ** 2 / 2 + ((u - m) / scale) ** 2 / 2 + Math.log(scale / s),
    );
    const largest = Math.max(...logWeights);
    const sum = logWeights.reduce((partial, log) => partial + Math.exp(log - largest), 0);
    each.forEach((u, k) => {
      const weight = Math.exp(logWeights[k] - largest) / sum;
      // d log w/dz at fixed parameters; dz/dm = 1, dz/draw = (z − m) d log σ/draw.
      const slope = ((value - a * u - c) * a) / s ** 2 - u + (u - m) / scale ** 2;
      total[0] -= (power(weight) * slope) / x.length;
      total[1] -= (power(weight) * slope * (u - m) * (1 - bend ** 2)) / x.length;
      total[2] -= (weight * (value - a * u - c)) / s ** 2 / x.length;
    });
  });
  return total;
}

describe('gradients of the path', () => {
  const x = [-1.5, 0, 0.3, 2];
  const rows = () => tensor2d(x.map((value) => [value]));

  test('negativeElbo: those of the formula on a Gaussian', async () => {
    const { vae, encoderBias, decoderBias } = gaussianToy();
    const objective = negativeElbo(vae, { samples: 5, gradient: 'path' });
    const { value, grads } = await gradientsOf(() => objective(rows(), { seed: 7 }), [encoderBias, decoderBias]);
    // Each of the five samples has the same weight, in the likelihood's slope too.
    const { z } = vae.infer(rows(), { samples: 5, seed: 7 });
    const expected = await byHand(vae, x, 5, () => 1 / 5);
    const likelihoodSlope = (await numbers(z)).reduce(
      (sum, u, i) => sum - (x[i % x.length] - toy.a * u - toy.c) / toy.s ** 2 / (5 * x.length),
      0,
    );
    await expect(tensor1d(grads.flat())).toBeAllClose([expected[0], expected[1], likelihoodSlope], { rtol: 1e-4 });
    const [plain] = await numbers(negativeElbo(vae, { samples: 5 })(rows(), { seed: 7 }));
    expect(Math.abs(value - plain)).toBeLessThan(1e-5);
  });

  const estimators: [NegativeIwaeOptions['gradient'], (weight: number) => number][] = [
    ['path', (weight) => weight],
    ['doubly-reparameterized', (weight) => weight ** 2],
  ];
  test.each(estimators)('negativeIwae, %s: those of the formula on a Gaussian', async (gradient, power) => {
    const { vae, encoderBias, decoderBias } = gaussianToy();
    const objective = negativeIwae(vae, { samples: 5, gradient });
    const { value, grads } = await gradientsOf(() => objective(rows(), { seed: 7 }), [encoderBias, decoderBias]);
    await expect(tensor1d(grads.flat())).toBeAllClose(await byHand(vae, x, 5, power), { rtol: 1e-4 });
    const [plain] = await numbers(negativeIwae(vae, { samples: 5 })(rows(), { seed: 7 }));
    expect(Math.abs(value - plain)).toBeLessThan(1e-5);
  });

  test('in expectation they are those of the estimate', async () => {
    const { vae, encoderBias } = gaussianToy();
    const many = fill([40_000, 1], 0.9);
    const slopes = async (loss: (batch: Tensor, info: { seed: number }) => Tensor, seed: number) =>
      (await gradientsOf(() => loss(many, { seed }), [encoderBias])).grads[0];
    // Of 40,000 rows; a row's slope has a standard deviation of 4 at most, a mean of them one of 0.02.
    const tolerance = { rtol: 0, atol: 0.08 };
    const total = await slopes(negativeElbo(vae), 1);
    await expect(tensor1d(await slopes(negativeElbo(vae, { gradient: 'path' }), 2))).toBeAllClose(total, tolerance);
    const weighted = await slopes(negativeIwae(vae, { samples: 4 }), 3);
    const doubly = negativeIwae(vae, { samples: 4, gradient: 'doubly-reparameterized' });
    await expect(tensor1d(await slopes(doubly, 4))).toBeAllClose(weighted, tolerance);
    expect(Math.abs(total[0])).toBeGreaterThan(1);
    expect(Math.abs(weighted[0])).toBeGreaterThan(0.25);
  });

  test('they vanish where the posterior is exact, draw by draw', async () => {
    const { vae, encoderBias } = gaussianToy();
    // p(z|x) = N(v a (x − c) / s², v) with v = 1 / (1 + a² / s²).
    const variance = 1 / (1 + toy.a ** 2 / toy.s ** 2);
    const center = (variance * toy.a * (0.9 - toy.c)) / toy.s ** 2;
    encoderBias.assign(tensor1d([center, RAW_BOUND * Math.atanh(Math.log(variance) / 2 / RAW_BOUND)]));
    const one = tensor2d([[0.9]]);
    const objectives = {
      elbo: negativeElbo(vae, { gradient: 'path' }),
      iwae: negativeIwae(vae, { samples: 3, gradient: 'path' }),
      doubly: negativeIwae(vae, { samples: 3, gradient: 'doubly-reparameterized' }),
    };
    for (const loss of Object.values(objectives)) {
      const { grads } = await gradientsOf(() => loss(one, { seed: 3 }), [encoderBias]);
      await expect(tensor1d(grads[0])).toBeAllClose([0, 0], { atol: 1e-5 });
    }
    const { grads } = await gradientsOf(() => negativeElbo(vae)(one, { seed: 3 }), [encoderBias]);
    expect(Math.hypot(...grads[0])).toBeGreaterThan(0.1);
  });

  test('with a flow, they are the total less the score', async () => {
    const vae = small(flow());
    const variables = vae.trainableVariables();
    const x = bits();
    const total = await gradientsOf(() => negativeElbo(vae)(x, { seed: 8 }), variables);
    const path = await gradientsOf(() => negativeElbo(vae, { gradient: 'path' })(x, { seed: 8 }), variables);
    expect(Math.abs(path.value - total.value)).toBeLessThan(1e-4);
    const { z } = vae.infer(x, { seed: 8 });
    // log q at these draws: in the loss its sign is positive.
    const score = await gradientsOf(() => mean(vae.posteriorLogProb(vae.encoder.encode(x), z)), variables);
    for (const [i, grads] of path.grads.entries()) {
      const expected = total.grads[i].map((slope, j) => slope - score.grads[i][j]);
      await expect(tensor1d(grads)).toBeAllClose(expected, { rtol: 1e-3, atol: 1e-4 });
    }
  });

  test('with a flow, double reparameterisation and the path agree for one sample', async () => {
    const vae = small(flow());
    const variables = vae.trainableVariables();
    const path = await gradientsOf(() => negativeElbo(vae, { gradient: 'path' })(bits(), { seed: 8 }), variables);
    const doubly = negativeIwae(vae, { samples: 1, gradient: 'doubly-reparameterized' });
    const { grads } = await gradientsOf(() => doubly(bits(), { seed: 8 }), variables);
    for (const [i, slopes] of grads.entries())
      await expect(tensor1d(slopes)).toBeAllClose(path.grads[i], { rtol: 1e-4, atol: 1e-5 });
  });
});

test('losses leak nothing, in training and in evaluation', async () => {
  const vae = small(flow());
  const x = bits();
  for (const loss of [
    negativeElbo(vae, { gradient: 'path', freeBits: { nats: 1 } }),
    negativeIwae(vae, { samples: 2, gradient: 'doubly-reparameterized' }),
  ]) {
    await expect(() => loss(x, { seed: 0 })).toLeakNoTensor();
    await expect(() => loss(x, { seed: 0, training: false })).toLeakNoTensor();
  }
});
