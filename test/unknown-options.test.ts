import '@tensorflow/tfjs';
import { zeros } from '@tensorflow/tfjs-core';
import * as bijectors from '@pushforward/bijectors';
import { checkDensity, energyTest } from '@pushforward/diagnostics';
import {
  Bernoulli,
  ContinuousBernoulli,
  klDivergence,
  maximumLikelihood,
  StandardNormal,
  Transformed,
} from '@pushforward/distributions';
import { saveModule } from '@pushforward/io/node';
import { AnyOrderDensity, GaussianMade, Made, PixelCnn } from '@pushforward/made';
import { exportOnnx } from '@pushforward/onnx';
import { key, uniform, useBackend } from '@pushforward/tensor';
import { adam, adamax, adamW, cosineDecay, fit } from '@pushforward/training';
import {
  BernoulliLikelihood,
  CategoricalLikelihood,
  GaussianLikelihood,
  HierarchicalVae,
  Mlp,
  mlpEncoder,
  negativeElbo,
  negativeIwae,
  Vae,
} from '@pushforward/vae';
import { describe, expect, test } from 'vitest';

const flow = { dim: 2, seed: 0 };
const normal = new StandardNormal(2);
const mlp = (inputDim: number, outputDim: number) => new Mlp({ inputDim, hidden: [2], outputDim, seed: 0 });
const anyOrder = new AnyOrderDensity({ categories: [0, 0], hidden: [2], seed: 0 });
const parts = (contextDim: number) => ({
  encoder: mlpEncoder({ dataDim: 3, latentDim: 2, hidden: [2], contextDim, seed: 0 }),
  likelihood: new BernoulliLikelihood(mlp(2, 3)),
});
const vae = new Vae(parts(0));

/** Spread, so that the compiler does not see it: as options come from a file, or from JavaScript. */
const wrong: object = { contxt: 1 };

const calls: Record<string, () => unknown> = {
  iaf: () => bijectors.iaf({ ...flow, ...wrong }),
  maf: () => bijectors.maf({ ...flow, ...wrong }),
  lstmIaf: () => bijectors.lstmIaf({ ...flow, ...wrong }),
  lstmMaf: () => bijectors.lstmMaf({ ...flow, ...wrong }),
  attentionIaf: () => bijectors.attentionIaf({ ...flow, ...wrong }),
  attentionMaf: () => bijectors.attentionMaf({ ...flow, ...wrong }),
  nsf: () => bijectors.nsf({ ...flow, ...wrong }),
  naf: () => bijectors.naf({ ...flow, ...wrong }),
  madeMog: () => bijectors.madeMog({ ...flow, ...wrong }),
  mafMog: () => bijectors.mafMog({ ...flow, ...wrong }),
  nice: () => bijectors.nice({ ...flow, ...wrong }),
  realNvp: () => bijectors.realNvp({ ...flow, ...wrong }),
  glow: () => bijectors.glow({ ...flow, ...wrong }),
  flowPlusPlus: () => bijectors.flowPlusPlus({ ...flow, ...wrong }),
  multiscaleGlow: () => bijectors.multiscaleGlow({ shape: [8, 8, 1], ...wrong }),
  affine: () => bijectors.affine({ loc: [0], scale: [1], ...wrong }),
  Permute: () => new bijectors.Permute({ dim: 2, ...wrong }),
  LuLinear: () => new bijectors.LuLinear({ dim: 2, ...wrong }),
  RationalQuadraticSplineTransform: () => new bijectors.RationalQuadraticSplineTransform({ ...wrong }),
  Made: () => new Made({ dim: 2, hidden: [2], ...wrong }),
  GaussianMade: () => new GaussianMade({ dim: 2, hidden: [2], ...wrong }),
  PixelCnn: () => new PixelCnn({ shape: [2, 2, 1], parameterCount: 1, channels: 1, blocks: 1, ...wrong }),
  'AnyOrderDensity.logProb': () => anyOrder.logProb(zeros([1, 2]), { given: [0], ...wrong }),
  Mlp: () => new Mlp({ inputDim: 1, hidden: [2], outputDim: 1, ...wrong }),
  mlpEncoder: () => mlpEncoder({ dataDim: 3, latentDim: 2, hidden: [2], ...wrong }),
  CategoricalLikelihood: () => new CategoricalLikelihood(mlp(2, 6), { categories: 2, ...wrong }),
  GaussianLikelihood: () => new GaussianLikelihood(mlp(2, 3), { ...wrong }),
  HierarchicalVae: () => new HierarchicalVae({ ...wrong } as never),
  Vae: () => new Vae({ ...parts(0), ...wrong }),
  'Vae.logLikelihood': () => vae.logLikelihood(zeros([1, 3]), { ...wrong }),
  'Vae.infer': () => vae.elbo(zeros([1, 3]), { ...wrong }),
  negativeElbo: () => negativeElbo(vae, { ...wrong }),
  'negativeElbo: freeBits': () => negativeElbo(vae, { freeBits: { nats: 1, ...wrong } }),
  negativeIwae: () => negativeIwae(vae, { ...wrong }),
  Bernoulli: () => new Bernoulli({ logits: 0, ...wrong }),
  ContinuousBernoulli: () => new ContinuousBernoulli({ logits: 0, ...wrong }),
  klDivergence: () => klDivergence(normal, normal, { ...wrong }),
  adam: () => adam({ ...wrong }),
  adamW: () => adamW({ ...wrong }),
  adamax: () => adamax({ ...wrong }),
  cosineDecay: () => cosineDecay({ from: 1, steps: 2, ...wrong }),
  uniform: () => uniform(key(0), [1], { ...wrong }),
  energyTest: () => energyTest({ values: new Float64Array(4), rows: 2, columns: 2 }, { ...wrong }),
  checkDensity: () => checkDensity(normal, zeros([4, 2]), { ...wrong }),
  exportOnnx: () => exportOnnx(new Transformed(normal, bijectors.maf(flow)), { ...wrong }),
  saveModule: () => saveModule(normal, 'nowhere', { ...wrong }),
  useBackend: () => useBackend('cpu', { ...wrong }),
  fit: () =>
    fit(maximumLikelihood(new Transformed(normal, bijectors.maf(flow))), zeros([4, 2]), { steps: 1, ...wrong }),
};

describe('an option that a function does not have is refused', () => {
  test.each(Object.entries(calls))('%s', async (name, call) => {
    await expect((async () => call())()).rejects.toThrow(`${name}: has no option 'contxt'; its options are `);
  });
});

test('an option that is there but undefined is as good as left out', () => {
  const unset: object = { contxt: undefined };
  expect(() => bijectors.maf({ ...flow, ...unset })).not.toThrow();
});

test("a posterior that does not take the encoder's context is refused", () => {
  expect(() => new Vae({ ...parts(4), posterior: bijectors.iaf(flow) })).toThrow(
    "Vae: posterior contextDim must be the encoder's 4, got 0",
  );
});
