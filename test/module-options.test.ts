import '@tensorflow/tfjs';
import { memory } from '@tensorflow/tfjs-core';
import * as bijectors from '@pushforward/bijectors';
import * as distributions from '@pushforward/distributions';
import {
  AnyOrderDensity,
  BernoulliMade,
  CategoricalMade,
  ConvDecoder,
  ConvEncoder,
  DeepSet,
  GaussianMade,
  Made,
  MaskedLinear,
  PixelCnn,
  ResidualBlock,
  ResNet,
  WeightNormConv2d,
} from '@pushforward/made';
import { type Json, type Module, type ModuleClass, moduleState, restoreModule } from '@pushforward/tensor';
import { variable, zeros } from '@tensorflow/tfjs-core';
import {
  AutoregressiveLikelihood,
  BernoulliLikelihood,
  CategoricalLikelihood,
  ContinuousBernoulliLikelihood,
  DiscretizedLogisticLikelihood,
  GaussianLikelihood,
  HierarchicalVae,
  LatentLayer,
  LogisticMixtureLikelihood,
  Mlp,
  mlpEncoder,
  PixelCnnLikelihood,
  Vae,
  vaeModules,
} from '@pushforward/vae';
import { describe, expect, test } from 'vitest';

const { affine, AffineTransform, Chain, Exp, Permute, StandardNormal } = { ...bijectors, ...distributions };
const classes: readonly ModuleClass[] = [...bijectors.bijectorModules, ...vaeModules];

/** At least one module of every class that can be saved. */
const examples: (() => Module)[] = [
  () => new Made({ dim: 3, hidden: [4], contextDim: 2, seed: 0 }),
  () =>
    new Made({
      dim: 2,
      hidden: [2],
      graph: [
        [0, 0],
        [1, 0],
      ],
      weightNorm: true,
      seed: 0,
    }),
  () =>
    new MaskedLinear(
      [
        [1, 0],
        [1, 1],
      ],
      { seed: 0 },
    ),
  () => new AnyOrderDensity({ categories: [0, 2], hidden: [3], components: 2, loc: [1, 0], scale: [2, 1], seed: 0 }),
  () => new BernoulliMade({ dim: 2, hidden: [3], seed: 0 }),
  () => new CategoricalMade({ categories: [2, 3], hidden: [3], contextDim: 1, seed: 0 }),
  () => new GaussianMade({ dim: 2, hidden: [3], residual: true, direct: true, seed: 0 }),
  () => bijectors.maf({ dim: 2, transforms: 2, hidden: [3], mixing: 'lu', seed: 0 }),
  () => bijectors.nsf({ dim: 2, transforms: 1, hidden: [3], seed: 0 }),
  () => bijectors.naf({ dim: 2, transforms: 1, hidden: [3], units: 2, seed: 0 }),
  () => bijectors.madeMog({ dim: 2, hidden: [3], components: 2, seed: 0 }),
  () => bijectors.glow({ dim: 3, transforms: 1, hidden: [3], contextDim: 1, seed: 0 }),
  () => bijectors.nice({ dim: 3, transforms: 1, hidden: [3], seed: 0 }),
  () => bijectors.lstmMaf({ dim: 2, transforms: 1, hidden: [3], contextDim: 1, seed: 0 }),
  () => bijectors.attentionIaf({ dim: 2, transforms: 1, width: 4, heads: 2, blocks: 1, contextDim: 1, seed: 0 }),
  () => new ConvEncoder({ inputShape: [4, 4, 1], channels: [2], hidden: [3], outputDim: 2, seed: 0 }),
  () => new ConvDecoder({ inputDim: 2, hidden: [3], channels: [2], outputShape: [4, 4, 1], seed: 0 }),
  () => new PixelCnn({ shape: [2, 2, 1], parameterCount: 2, channels: 2, blocks: 1, seed: 0 }),
  () => new ResidualBlock({ inputs: 2, outputs: 3, stride: 2, seed: 0 }),
  () => new WeightNormConv2d({ inputs: 1, outputs: 2, seed: 0 }),
  () =>
    new bijectors.ImageCoupling({
      network: new ResNet({ inputShape: [2, 2, 1], channels: 2, outputChannels: 2, contextDim: 1, seed: 0 }),
      transform: new AffineTransform(),
    }),
  () => new bijectors.Squeeze({ shape: [2, 2, 1] }),
  () => new bijectors.PixelSigmoid({ levels: 4 }),
  () =>
    new distributions.Dequantized({
      density: new distributions.Transformed(new StandardNormal(2), new bijectors.PixelSigmoid({ levels: 4 })),
      levels: 4,
    }),
  () => new bijectors.FillTriangular({ dim: 2, diagonal: new Exp() }),
  () => new bijectors.BatchNorm({ dim: 2 }),
  () =>
    new bijectors.EmbedContext(
      bijectors.maf({ dim: 2, transforms: 1, hidden: [3], contextDim: 2, seed: 0 }),
      new DeepSet({ items: 2, features: 1, padded: true, hidden: [3], width: 2, outputDim: 2, seed: 0 }),
    ),
  () => new bijectors.LstmEncoder({ steps: 2, features: 1, hidden: [2], outputDim: 2, seed: 0 }),
  () => new distributions.MadeDistribution(new GaussianMade({ dim: 2, hidden: [3], seed: 0 })),
  () => new bijectors.Sylvester({ dim: 2, units: 1, contextDim: 1, hidden: [2], seed: 0 }),
  () => new bijectors.Householder({ dim: 3, seed: 0 }),
  () => new bijectors.Partition({ bijectors: [new Exp(), null], sizes: [1, 2] }),
  () => new bijectors.Partition({ bijectors: [new Exp(), null], indices: [[1], [0, 2]] }),
  () => new bijectors.Planar({ dim: 2, seed: 0 }),
  () => new bijectors.Radial({ dim: 2, seed: 0 }),
  () => new bijectors.Sylvester({ dim: 3, units: 2, seed: 0 }),
  () => new bijectors.Power(2),
  () => new bijectors.Scale(2),
  () => new bijectors.Shift(2),
  () => new bijectors.Reshape({ from: [4], to: [2, 2] }),
  () => new bijectors.Simplex({ dim: 3 }),
  () =>
    new bijectors.MapContext(
      bijectors.maf({ dim: 2, transforms: 1, hidden: [3], contextDim: 1, seed: 0 }),
      affine({ loc: [1], scale: [2] }),
    ),
  () => new bijectors.Elementwise({ transform: new bijectors.CircularSplineTransform(), eventShape: [2] }),
  () => new bijectors.Elementwise({ transform: new bijectors.SigmoidAffineTransform(), eventShape: [2] }),
  () =>
    new bijectors.EmbedContext(
      bijectors.maf({ dim: 2, contextDim: 3, hidden: [4], transforms: 1 }),
      new bijectors.ResidualMlp({ inputDim: 2, hidden: 4, outputDim: 3, blocks: 1 }),
    ),
  () => new bijectors.Elementwise({ transform: new bijectors.SoftclipAffineTransform(), eventShape: [2] }),
  () => new bijectors.Elementwise({ transform: new bijectors.SoftclipSplineTransform(), eventShape: [2] }),
  () =>
    new bijectors.Elementwise({
      transform: new bijectors.ResidualTransform(new bijectors.SoftplusAffineTransform()),
      eventShape: [2],
    }),
  () =>
    new Chain([
      new bijectors.Sigmoid(),
      new bijectors.Softplus(),
      new bijectors.Tanh(),
      new bijectors.Invert(new Exp()),
    ]),
  () => new distributions.Bernoulli({ logits: [0, 1] }),
  () => new distributions.Categorical([0, 1]),
  () => new distributions.DiscretizedLogistic(100, variable(zeros([2]))),
  () => new distributions.ContinuousBernoulli({ logits: [0, 1] }),
  () => new distributions.Laplace([0, 1], variable(zeros([2]))),
  () => new distributions.LogNormal(0, variable(zeros([2]))),
  () =>
    new distributions.MixtureSameFamily(
      new distributions.Categorical([0, 1]),
      new distributions.Normal(variable(zeros([2])), 1),
    ),
  () => new distributions.MultivariateNormalTriL([0, 1], variable(zeros([2, 2]))),
  () => new distributions.OneHotCategorical([0, 1]),
  () => new distributions.StudentT(3, variable(zeros([2])), 1),
  () => new distributions.Independent(new distributions.Logistic([0, 1], 1), 1),
  () => new distributions.MultivariateNormalDiag([0, 1], variable(zeros([2]))),
  () => new distributions.Normal([[0], [1]], 2),
  () => new distributions.Uniform(0, 1),
  () =>
    new distributions.Transformed(
      new StandardNormal(2),
      new Chain([affine({ loc: [0, 1], scale: [1, 2] }), new Permute({ dim: 2 })]),
    ),
  () =>
    new distributions.MixedDensity({
      categories: [0, 2],
      contextCategories: [2, 0],
      contextMap: affine({ loc: [0, 0, 1], scale: [1, 1, 2] }),
      discrete: new CategoricalMade({ categories: [2], hidden: [3], contextDim: 3, seed: 0 }),
      continuous: new distributions.Transformed(
        new StandardNormal(1),
        bijectors.maf({ dim: 1, transforms: 1, hidden: [3], contextDim: 5, seed: 0 }),
      ),
    }),
  () =>
    new Vae({
      encoder: mlpEncoder({ dataDim: 3, latentDim: 2, contextDim: 1, hidden: [4], seed: 0 }),
      likelihood: new BernoulliLikelihood(new Mlp({ inputDim: 2, hidden: [4], outputDim: 3, seed: 0 })),
      posterior: bijectors.iaf({ dim: 2, transforms: 1, hidden: [3], contextDim: 1, seed: 0 }),
    }),
  () =>
    new HierarchicalVae({
      stem: new ResNet({ inputShape: [2, 2, 1], channels: 2, blocks: 1, outputChannels: 2, seed: 0 }),
      layers: [
        new LatentLayer({
          inputShape: [2, 2, 2],
          latentChannels: 1,
          contextChannels: 1,
          flow: bijectors.iaf({ dim: 4, contextDim: 4, transforms: 1, hidden: [4], seed: 0 }),
          seed: 0,
        }),
      ],
      likelihood: new BernoulliLikelihood(
        new ResNet({ inputShape: [2, 2, 2], channels: 2, blocks: 1, outputChannels: 1, seed: 0 }),
      ),
      seed: 0,
    }),
  () => new GaussianLikelihood(new Mlp({ inputDim: 2, hidden: [], outputDim: 3, seed: 0 })),
  () => new AutoregressiveLikelihood(new BernoulliMade({ dim: 2, contextDim: 2, hidden: [3], seed: 0 })),
  () => new CategoricalLikelihood(new Mlp({ inputDim: 2, hidden: [], outputDim: 6, seed: 0 }), { categories: 3 }),
  () =>
    new PixelCnnLikelihood(
      new Mlp({ inputDim: 2, hidden: [], outputDim: 4, seed: 0 }),
      new PixelCnn({ shape: [2, 2, 1], contextChannels: 1, channels: 2, blocks: 0, seed: 1 }),
    ),
  () => new ContinuousBernoulliLikelihood(new Mlp({ inputDim: 2, hidden: [], outputDim: 3, seed: 0 })),
  () => new DiscretizedLogisticLikelihood(new Mlp({ inputDim: 2, hidden: [], outputDim: 3, seed: 0 })),
  () => new LogisticMixtureLikelihood(new Mlp({ inputDim: 2, hidden: [], outputDim: 6, seed: 0 }), { components: 2 }),
];

const wrong: Json[] = [
  null,
  'NaN',
  'a\u001b[31m\n',
  {},
  { length: 2 },
  [],
  [[]],
  -1,
  0,
  0.5,
  1e9,
  2 ** 53,
  1e300,
  true,
  [1e9],
  [null],
  ['x'],
  { type: 'Chain' },
];
const deep = JSON.parse(`${'['.repeat(400)}${']'.repeat(400)}`) as Json;

/** Every way to put something else in one place of a configuration. */
function* damaged(config: Json, path: readonly string[] = []): Generator<{ path: string; config: Json }> {
  if (config === null || typeof config !== 'object') return;
  for (const name of Object.keys(config)) {
    const own = (config as { [name: string]: Json })[name];
    const put = (value: Json | undefined): Json => {
      const copy = Array.isArray(config) ? [...config] : { ...config };
      if (value === undefined) delete (copy as { [name: string]: Json })[name];
      else (copy as { [name: string]: Json })[name] = value;
      return copy;
    };
    const here = [...path, name];
    for (const value of [undefined, ...wrong, deep, [own], { own }]) yield { path: here.join('.'), config: put(value) };
    for (const inner of damaged(own, here)) yield { path: inner.path, config: put(inner.config) };
  }
}

const foreign =
  /Cannot|is not (iterable|a function|defined|a constructor)|Maximum call stack|Invalid (array|typed)|undefined \(|\[object|out of memory|reading '|toFixed|convert/;

/** An error of ours is one line about the model, and in no words of the engine's. */
const isOwnError = ({ constructor, message }: Error) =>
  /^(Config)?Error$/.test(constructor.name) && /^model[: ][^\p{Cc}]{5,1500}$/u.test(message) && !foreign.test(message);

describe('a configuration with one thing wrong', () => {
  test('every class has an example', () => {
    const types = new Set<string>();
    const collect = (config: Json): void => {
      if (config === null || typeof config !== 'object') return;
      if (!Array.isArray(config) && typeof config.type === 'string') types.add(config.type);
      Object.values(config).forEach(collect);
    };
    for (const make of examples) {
      const module = make();
      collect(module.config());
      module.dispose();
    }
    expect(classes.map(({ type }) => type).filter((type) => !types.has(type))).toEqual([]);
  });

  test.each(
    examples.map(
      (make) =>
        [
          make
            .toString()
            .replace(/^\(\) =>\s*/, '')
            .slice(0, 60),
          make,
        ] as const,
    ),
  )('%s', { timeout: 60_000 }, (_, make) => {
    const module = make();
    const kept = { source: 'model', variables: module.variables(), ...moduleState(module) };
    const { numTensors } = memory();
    // Collected, and expected to be none: tens of thousands of expectations would take longer than what they are of.
    const broken: string[] = [];
    let tried = 0;
    for (const { path, config } of damaged(module.config())) {
      tried++;
      const started = performance.now();
      let message = 'accepted';
      try {
        // Names of modules, and what has a default, may be changed or missing, and it fits all the same.
        restoreModule({ ...kept, config }, classes, () => {}).dispose();
      } catch (error) {
        message = (error as Error).message;
        if (!isOwnError(error as Error)) broken.push(`${path}: ${JSON.stringify(config).slice(0, 300)}: ${message}`);
      }
      const [time, leaked] = [performance.now() - started, memory().numTensors - numTensors];
      if (time >= 20_000 || leaked !== 0) broken.push(`${path}: ${message}: ${time} ms, ${leaked} tensors left`);
    }
    expect(broken).toEqual([]);
    expect(tried).toBeGreaterThan(20);
    module.dispose();
  });
});

describe('factories name their options', () => {
  const { attentionMaf, flowPlusPlus, glow, iaf, lstmMaf, maf, mafMog, naf, nice, nsf, realNvp } = bijectors;
  const factories = { attentionMaf, flowPlusPlus, glow, iaf, lstmMaf, maf, mafMog, naf, nice, nsf, realNvp };

  test('lstmMaf', () => {
    expect(() => lstmMaf({ dim: 2, hidden: 8 as never })).toThrow(
      new Error('lstmMaf: hidden must be a list of integers of at least 1, got 8'),
    );
  });

  test.each(Object.entries(factories))('%s', (name, factory) => {
    const make = factory as (options: never) => Module;
    for (const value of [undefined, null, 3, 'x', [], new AffineTransform()]) {
      expect(() => make(value as never)).toThrow(
        new RegExp(`^${name}: (options must be an object|dim must be an integer|has no option)`, 'u'),
      );
    }
    const options = [
      'dim',
      'transforms',
      'contextDim',
      'hidden',
      'mixing',
      'activation',
      'checkpoint',
      'residual',
      'init',
      'transform',
      'width',
      'bins',
      'units',
    ];
    for (const option of options) {
      for (const value of [null, 'x', {}, [[]], -1]) {
        expect(() => make({ dim: 2, [option]: value } as never)).toThrow(
          new RegExp(`^${name}: (${option} must be |has no option '${option}')`, 'u'),
        );
      }
    }
  });
});
