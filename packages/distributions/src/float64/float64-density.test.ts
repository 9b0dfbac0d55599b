import { add, cast, greater, mul, type Tensor, tensor, tidy, variable } from '@tensorflow/tfjs-core';
import {
  ActNorm,
  affine,
  AffineTransform,
  Autoregressive,
  type Bijector,
  Chain,
  CircularSplineTransform,
  Coupling,
  Elementwise,
  EmbedContext,
  Exp,
  FillTriangular,
  GateTransform,
  glow,
  Householder,
  iaf,
  Invert,
  InvertTransform,
  LuLinear,
  maf,
  MapContext,
  Mlp,
  nice,
  nsf,
  Partition,
  Permute,
  Power,
  RationalQuadraticSplineTransform,
  realNvp,
  ResidualMlp,
  Reshape,
  Scale,
  Shift,
  ShiftTransform,
  Sigmoid,
  SigmoidAffineTransform,
  SoftclipAffineTransform,
  SoftclipSplineTransform,
  Softplus,
  SoftplusAffineTransform,
  Tanh,
} from '@pushforward/bijectors';
import { BernoulliMade, GaussianMade, Made, type MadeOptions } from '@pushforward/made';
import { key, type Module, normal, split } from '@pushforward/tensor';
import { allClose } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import { Independent } from '../composites/independent.js';
import { MultivariateNormalDiag } from '../composites/multivariate-normal-diag.js';
import { Transformed } from '../composites/transformed.js';
import { MultivariateNormalTriL } from '../composites/multivariate-normal-tril.js';
import { Categorical } from '../bases/categorical.js';
import { Laplace } from '../bases/laplace.js';
import { Logistic } from '../bases/logistic.js';
import { Normal } from '../bases/normal.js';
import { StandardNormal } from '../bases/standard-normal.js';
import { Uniform } from '../bases/uniform.js';
import type { Distribution } from '../contract/distribution.js';
import { compareFloat32, differences } from './compare-float32.js';
import { float64Density } from './float64-density.js';

/** Away from the identity that it starts at. */
function perturb<M extends Module>(module: M): M {
  const variables = [...module.variables().values()];
  for (const [i, own] of split(key(7), variables.length).entries())
    tidy(() => variables[i].assign(add(variables[i], mul(normal(own, variables[i].shape), 0.3))));
  return module;
}

const numbers = async (x: Tensor) => Float64Array.from(await x.data());
const flow = (bijector: Bijector, dim = 3) => new Transformed(new StandardNormal(dim), bijector);
const made = (options: Partial<MadeOptions>) =>
  new Made({ dim: 3, parameterCount: 2, hidden: [8, 8], seed: 0, ...options });
const over = (options: Partial<MadeOptions>) =>
  flow(new Autoregressive(made(options), new AffineTransform(), 'inverse'));

const TRIL = {
  loc: [0.1, -0.2, 0.3],
  scaleTril: [
    [1.5, 0, 0],
    [0.4, -0.7, 0],
    [-0.3, 0.9, 2.5],
  ],
};

const flows: Record<string, () => Distribution | GaussianMade | BernoulliMade> = {
  maf: () => flow(maf({ dim: 3, hidden: [8, 8], seed: 0 })),
  'maf with a context': () => flow(maf({ dim: 3, hidden: [8], contextDim: 2, seed: 0 })),
  'iaf with a context': () => flow(iaf({ dim: 3, hidden: [8], contextDim: 2, seed: 0 })),
  'nsf, autoregressive': () => flow(nsf({ dim: 3, hidden: [8], seed: 0 })),
  'nsf, coupling, with a context': () => flow(nsf({ dim: 3, layers: 'coupling', hidden: [8], contextDim: 2, seed: 0 })),
  realNvp: () => flow(realNvp({ dim: 3, hidden: [8], seed: 0 })),
  nice: () => flow(nice({ dim: 3, hidden: [8], seed: 0 })),
  glow: () => flow(glow({ dim: 3, hidden: [8], seed: 0 })),
  'a residual network with direct connections': () => over({ residual: true, direct: true }),
  'weight normalisation': () => over({ weightNorm: true }),
  'a network without hidden layers': () => over({ hidden: [], contextDim: 2 }),
  'transforms as in zuko': () =>
    flow(
      new Chain([
        new Autoregressive(made({}), new SigmoidAffineTransform(), 'inverse'),
        new Autoregressive(made({}), new SoftclipAffineTransform(), 'inverse'),
        new Autoregressive(made({ parameterCount: 11 }), new SoftclipSplineTransform({ bins: 4 }), 'inverse'),
      ]),
    ),
  'a graph, sequentially': () =>
    flow(
      new Autoregressive(
        made({
          graph: [
            [0, 0, 0],
            [1, 0, 0],
            [1, 0, 0],
          ],
        }),
        new GateTransform(),
        'forward',
      ),
    ),
  'every activation': () =>
    flow(
      new Chain(
        (['leakyRelu', 'elu', 'silu', 'softplus', 'tanh'] as const).map(
          (activation) => new Autoregressive(made({ activation }), new SoftplusAffineTransform(), 'inverse'),
        ),
      ),
    ),
  'a coupling that sees only the context': () =>
    flow(
      new Coupling({
        dim: 3,
        transformed: [0, 1, 2],
        network: new Mlp({ inputDim: 0, hidden: [4], outputDim: 6, contextDim: 2, seed: 0 }),
        transform: new InvertTransform(new AffineTransform({ bound: 2 })),
      }),
    ),
  'a coupling that sees nothing': () =>
    flow(
      new Coupling({
        dim: 3,
        transformed: [2, 0, 1],
        network: new Mlp({ inputDim: 0, hidden: [4], outputDim: 3, seed: 0 }),
        transform: new ShiftTransform(),
      }),
    ),
  'linear maps': () =>
    flow(
      new Chain([
        new LuLinear({ dim: 3, permutation: [2, 0, 1] }),
        new Householder({ dim: 3, seed: 0 }),
        new ActNorm({ dim: 3 }),
        new Permute({ dim: 3, permutation: [1, 2, 0] }),
        new Invert(new LuLinear({ dim: 3 })),
      ]),
    ),
  'splines with parameters of their own': () =>
    flow(
      new Chain([
        new Elementwise({ transform: new RationalQuadraticSplineTransform({ bins: 4, bound: 1.5 }), eventShape: [3] }),
        new Elementwise({ transform: new CircularSplineTransform({ bins: 4, bound: 1 }) }),
      ]),
    ),
  'numbers, vectors and images': () =>
    new Transformed(
      new StandardNormal([2, 3]),
      new Chain([
        new Permute({ dim: 3 }),
        new Reshape({ from: [2, 3], to: [6] }),
        maf({ dim: 6, hidden: [8], seed: 0 }),
        // About zero, since the numbers of float32 have fewer digits far out.
        affine({ loc: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], scale: [1, 2, 1, 2, 1, 2] }),
      ]),
    ),
  'units of the context': () =>
    flow(new MapContext(maf({ dim: 3, hidden: [8], contextDim: 2, seed: 0 }), affine({ loc: [1, 2], scale: [3, 4] }))),
  'a network of the context, and residual networks': () =>
    flow(
      new EmbedContext(
        new Coupling({
          dim: 3,
          transformed: [0, 2],
          network: new ResidualMlp({ inputDim: 1, hidden: 4, outputDim: 4, contextDim: 3, seed: 0 }),
          transform: new AffineTransform(),
        }),
        new ResidualMlp({ inputDim: 2, hidden: 4, outputDim: 3, activation: 'tanh', seed: 0 }),
      ),
    ),
  'parts of a vector': () =>
    flow(
      new Partition({
        bijectors: [new Chain([new Sigmoid(), new Scale(8), new Shift(-4)]), null],
        indices: [[0, 2], [1]],
      }),
    ),
  'parts side by side': () =>
    flow(new Partition({ bijectors: [null, maf({ dim: 2, hidden: [4], seed: 0 })], sizes: [1, 2] })),
  'a normal base of vectors': () => new Transformed(new MultivariateNormalDiag([0.1, 0.2, 0.3], 2), new Scale(-1.1)),
  'bases of numbers': () => new Independent(new Logistic(variable(tensor([0.1, 0.2, 0.3])), 1.5), 1),
  'a normal base with a batch of two axes': () => new Independent(new Normal([[0.1], [0.2]], [1, 2, 3]), 2),
  'a Laplace base': () => new Independent(new Laplace(variable(tensor([0.1, 0.2, 0.3])), [1, 2, 0.5]), 1),
  'a normal base with correlations': () =>
    new Transformed(new MultivariateNormalTriL(TRIL.loc, TRIL.scaleTril), new Scale(-1.1)),
  'a uniform base': () => new Independent(new Uniform(-9, [9, 10, 11]), 1),
  GaussianMade: () => new GaussianMade({ dim: 3, hidden: [8], contextDim: 2, seed: 0 }),
  BernoulliMade: () => new BernoulliMade({ dim: 3, hidden: [8], seed: 0 }),
};

describe.each(Object.entries(flows))('%s', (_, make) => {
  test('is what float32 says, to its digits', async () => {
    using density = perturb(make());
    const event = 'dim' in density ? [density.dim] : density.eventShape;
    const drawn = normal(key(1), [20, ...event]);
    const x = density instanceof BernoulliMade ? cast(greater(drawn, 0), 'float32') : drawn;
    const context = density.contextDim > 0 ? normal(key(2), [20, density.contextDim]) : undefined;
    const exact = await float64Density(density);
    const logProb = exact.logProb(await numbers(x), context && (await numbers(context)));
    expect(allClose(logProb, await density.logProb(x, context).data(), { rtol: 2e-5, atol: 2e-5 })).toBeNull();
  });
});

test.each([
  ['positive numbers', new Exp()],
  ['positive numbers that grow slowly', new Softplus()],
  ['powers', new Chain([new Exp(), new Power(-0.5)])],
  ['numbers between −1 and 1', new Tanh()],
])('%s have the density of float32, and other numbers none', async (_, bijector) => {
  const density = flow(bijector, 2);
  const exact = await float64Density(density);
  const inside = Float64Array.of(0.25, 0.5);
  expect(allClose(exact.logProb(inside), await density.logProb(tensor([[...inside]])).data())).toBeNull();
  expect([...exact.logProb(Float64Array.of(-2, 0.5))]).toEqual([-Infinity]);
});

describe('what has no float32', () => {
  const density = flow(affine({ loc: [1e8, 0], scale: [1, 1] }), 2);

  test('a difference that float32 cannot hold', async () => {
    // log N(1/4) − log N(0) = −1/32, of a number that is 10⁸ + 1/4.
    const { logProb } = await float64Density(density);
    const [at, beside] = logProb(Float64Array.of(1e8, 0, 1e8 + 0.25, 0));
    expect(beside - at).toBeCloseTo(-1 / 32, 14);
    const { max, median, float32 } = await compareFloat32(density, Float64Array.of(1e8, 0, 1e8 + 0.25, 0, 1e8, 0));
    expect(max).toBeCloseTo(1 / 32, 5);
    expect(median).toBeLessThan(1e-6);
    expect(float32).toHaveLength(3);
  });

  test('NaN stays in its row, and infinity has no density', async () => {
    const { logProb } = await float64Density(flow(maf({ dim: 2, hidden: [4], seed: 0 }), 2));
    const [nan, infinite, fine] = logProb(Float64Array.of(NaN, 0, Infinity, 0, 0, 0));
    expect([nan, infinite]).toEqual([NaN, -Infinity]);
    expect(fine).toBeCloseTo(-Math.log(2 * Math.PI), 14);
  });

  test('rows beyond a chunk, and one context for all, are computed alike', async () => {
    const conditional = perturb(flow(maf({ dim: 2, hidden: [4], contextDim: 1, seed: 0 }), 2));
    const { logProb } = await float64Density(conditional);
    const x = Float64Array.from({ length: 600 }, (_, i) => Math.sin(i));
    const context = Float64Array.of(0.5);
    const together = logProb(x, context);
    const alone = Array.from({ length: 300 }, (_, row) => logProb(x.subarray(2 * row, 2 * row + 2), context)[0]);
    expect([...together]).toEqual(alone);
    expect([...logProb(x, new Float64Array(300).fill(0.5))]).toEqual(alone);
  });
});

// By TensorFlow Probability 0.25 in float64.
test.each<[string, () => Distribution, number[]]>([
  ['Laplace', () => new Independent(new Laplace(TRIL.loc, [1, 2, 0.5]), 1), [-8.279441541679837, -204.05444154167984]],
  [
    'MultivariateNormalTriL',
    () => new MultivariateNormalTriL(TRIL.loc, TRIL.scaleTril),
    [-5.640288332392299, -826.6907373119843],
  ],
])('%s has the log-densities of another library', async (_, make, expected) => {
  const { logProb } = await float64Density(make());
  const found = logProb(Float64Array.of(0.25, -1.5, 3, -2, 0.75, 100));
  expect(allClose(found, expected, { rtol: 1e-14, atol: 1e-14 })).toBeNull();
});

test('a number that no coin shows has no probability', async () => {
  const coins = new BernoulliMade({ dim: 2, hidden: [4], seed: 0 });
  const rows = Float64Array.of(1, 0.5, NaN, 0, 1, 0);
  const { float64, float32 } = await compareFloat32(coins, rows);
  expect(Array.from(float64.subarray(0, 2))).toEqual([-Infinity, NaN]);
  expect(Array.from(float32.subarray(0, 2))).toEqual([-Infinity, NaN]);
  expect(float64[2]).toBeCloseTo(-2 * Math.LN2, 14);
});

test('differences of equal infinities are 0, and the median of an even number is between two', () => {
  expect(differences(Float64Array.of(1, -Infinity, 3, NaN), [1.5, -Infinity, 4, NaN])).toEqual({
    max: 1,
    median: 0.25,
  });
  expect(differences(new Float64Array(0), [])).toEqual({ max: 0, median: 0 });
});

describe('what does not fit is refused', () => {
  class OwnTransform extends AffineTransform {
    static override readonly type = 'OwnTransform';
  }

  test.each<[string, () => Promise<unknown>, string]>([
    [
      'a bijector without a formula',
      () => float64Density(new Transformed(new StandardNormal(3), new Chain([new FillTriangular({ dim: 2 })]))),
      'float64Density: FillTriangular has no formula in float64; give it one in formulas',
    ],
    [
      'a linear map that depends on a context',
      () => float64Density(flow(new LuLinear({ dim: 3, contextDim: 1 }))),
      'float64Density: LuLinear with a context has no formula in float64; give it one in formulas',
    ],
    [
      'a class that extends one with a formula',
      () => float64Density(flow(new Elementwise({ transform: new OwnTransform(), eventShape: [3] }))),
      'float64Density: OwnTransform has no formula in float64; give it one in formulas',
    ],
    [
      'a density without a formula',
      () => float64Density(new Categorical([0, 1])),
      'float64Density: Categorical has no formula in float64; give it one in formulas',
    ],
    [
      'a batch of densities',
      () => float64Density(new Normal([0, 1], 1)),
      'float64Density: density must have no batch shape, got [2]',
    ],
    [
      'half a row',
      async () => (await float64Density(new StandardNormal(2))).logProb(new Float64Array(3)),
      'float64Density: x must be rows of 2 numbers, got 3 numbers',
    ],
    [
      'a context where none is taken',
      async () => (await float64Density(new StandardNormal(2))).logProb(new Float64Array(2), new Float64Array(1)),
      'float64Density: context must be left out',
    ],
    [
      'contexts for other rows',
      async () => {
        const conditional = flow(maf({ dim: 2, hidden: [4], contextDim: 2, seed: 0 }), 2);
        return (await float64Density(conditional)).logProb(new Float64Array(6), new Float64Array(4));
      },
      'float64Density: context must hold 3 × 2 numbers, or 2, got 4',
    ],
  ])('%s', async (_, action, message) => {
    await expect(action()).rejects.toThrow(message);
  });

  test('unless it brings a formula of its own', async () => {
    const own = flow(new Elementwise({ transform: new OwnTransform(), eventShape: [3] }));
    const formula = { value: 0, logDerivative: 1 };
    const { logProb } = await float64Density(own, {
      formulas: { transforms: [[OwnTransform, () => ({ forward: () => formula, inverse: () => formula })]] },
    });
    expect(logProb(new Float64Array(3))[0]).toBeCloseTo(3 - 1.5 * Math.log(2 * Math.PI), 14);
  });
});
