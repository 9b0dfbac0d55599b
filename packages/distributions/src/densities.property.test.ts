import {
  affine,
  attentionIaf,
  attentionMaf,
  Chain,
  Exp,
  glow,
  iaf,
  Invert,
  lstmIaf,
  lstmMaf,
  maf,
  naf,
  nice,
  nsf,
  Planar,
  Power,
  Radial,
  realNvp,
  Sigmoid,
  Softplus,
  Sylvester,
  Tanh,
} from '@pushforward/bijectors';
import { BernoulliMade, GaussianMade } from '@pushforward/made';
import { foldIn, key, type Module, normal } from '@pushforward/tensor';
import { add, mul, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bernoulli } from './bases/bernoulli.js';
import { ContinuousBernoulli } from './bases/continuous-bernoulli.js';
import { Laplace } from './bases/laplace.js';
import { LogNormal } from './composites/log-normal.js';
import { MixtureSameFamily } from './composites/mixture-same-family.js';
import { MultivariateNormalTriL } from './composites/multivariate-normal-tril.js';
import { OneHotCategorical } from './bases/one-hot-categorical.js';
import { StudentT } from './bases/student-t.js';
import { Categorical } from './bases/categorical.js';
import { DiscretizedLogistic } from './bases/discretized-logistic.js';
import { Independent } from './composites/independent.js';
import { Logistic } from './bases/logistic.js';
import { MultivariateNormalDiag } from './composites/multivariate-normal-diag.js';
import { Normal } from './bases/normal.js';
import { StandardNormal } from './bases/standard-normal.js';
import { Transformed } from './composites/transformed.js';
import { Uniform } from './bases/uniform.js';

/** How many events each density is tried on. */
const CASES = Number(process.env.PUSHFORWARD_CASES ?? 200);
const BATCH = 100;
const dim = 3;

/** Weights as after training: away from the identity. */
function trained<M extends Module>(module: M): M {
  [...module.variables().values()].forEach((weights, i) => {
    tidy(() => weights.assign(add(weights, mul(normal(foldIn(key(9), i), weights.shape), 0.3))));
  });
  return module;
}

const flow = (bijector: ConstructorParameters<typeof Transformed>[1]) => () =>
  trained(new Transformed(new StandardNormal(dim), bijector));
const small = { dim, hidden: [8], transforms: 2, seed: 1 };
const spread = () => affine({ loc: [0, 1, -2], scale: [1, 5, 0.1] });

const densities: [string, () => { logProb(x: Tensor): Tensor } & Module][] = [
  ['normal', () => new Independent(new Normal([0, 1, -2], [1, 1e-3, 1e4]), 1)],
  ['standard normal', () => new StandardNormal(dim)],
  ['diagonal normal', () => new MultivariateNormalDiag([0, 1, -2], [1, 1e-3, 1e4])],
  ['uniform', () => new Independent(new Uniform([0, -1, 1e30], [1, 1, 2e30]), 1)],
  ['logistic', () => new Independent(new Logistic([0, 1, -2], [1, 1e-3, 1e4]), 1)],
  ['laplace', () => new Independent(new Laplace([0, 1, -2], [1, 1e-3, 1e4]), 1)],
  ["student's t", () => new Independent(new StudentT([0.5, 3, 1e6], [0, 1, -2], [1, 1e-3, 1e4]), 1)],
  ['log-normal', () => new Independent(new LogNormal([0, 1, -2], [1, 1e-3, 1e4]), 1)],
  ['continuous bernoulli', () => new Independent(new ContinuousBernoulli({ logits: [0, 20, -1e4] }), 1)],
  ['one-hot categorical', () => new OneHotCategorical([0, 1, -Infinity])],
  [
    'normal with a full covariance',
    () =>
      new MultivariateNormalTriL(
        [0, 1, -2],
        [
          [1, 0, 0],
          [50, 1e-3, 0],
          [-1, 2, 1e4],
        ],
      ),
  ],
  [
    'mixture',
    () =>
      new MixtureSameFamily(
        new Categorical([0, -1]),
        new MultivariateNormalDiag(
          [
            [0, 1, -2],
            [3, 4, 5],
          ],
          [1, 1e-3, 1e4],
        ),
      ),
  ],
  ['discretised logistic', () => new Independent(new DiscretizedLogistic([0, 100, 300], 8), 1)],
  ['bernoulli', () => new Independent(new Bernoulli({ logits: [0, 20, -1e4] }), 1)],
  [
    'categorical',
    () =>
      new Independent(
        new Categorical([
          [0, 1, -Infinity],
          [1e4, 1e4, 0],
          [0, 0, 0],
        ]),
        1,
      ),
  ],
  ['bernoulliMade', () => trained(new BernoulliMade({ dim, hidden: [8], seed: 1 }))],
  ['gaussianMade', () => trained(new GaussianMade({ dim, hidden: [8], seed: 1 }))],
  ['maf', flow(maf(small))],
  ['maf, residual', flow(maf({ ...small, hidden: [8, 8], residual: true }))],
  ['iaf', flow(iaf(small))],
  ['nsf', flow(nsf(small))],
  ['nsf of coupling layers', flow(nsf({ ...small, layers: 'coupling' }))],
  ['naf', flow(naf(small))],
  ['realNvp', flow(realNvp(small))],
  ['nice', flow(nice(small))],
  ['glow', flow(glow(small))],
  ['lstmMaf', flow(lstmMaf(small))],
  ['lstmIaf', flow(lstmIaf(small))],
  ['attentionMaf', flow(attentionMaf({ dim, transforms: 2, width: 16, heads: 2, seed: 1 }))],
  ['attentionIaf', flow(attentionIaf({ dim, transforms: 2, width: 16, heads: 2, seed: 1 }))],
  ['planar', flow(new Invert(new Planar({ dim, seed: 1 })))],
  ['radial', flow(new Radial({ dim, seed: 1 }))],
  ['sylvester', flow(new Invert(new Sylvester({ dim, seed: 1 })))],
  ['exp', flow(new Chain([spread(), new Exp()]))],
  ['sigmoid', flow(new Chain([spread(), new Sigmoid()]))],
  ['sigmoid twice', flow(new Chain([spread(), new Sigmoid(), new Sigmoid()]))],
  ['tanh', flow(new Chain([spread(), new Tanh()]))],
  ['softplus', flow(new Chain([spread(), new Softplus()]))],
  ['power', flow(new Chain([new Exp(), new Power(-0.5)]))],
  ['square', flow(new Chain([new Exp(), new Power(2)]))],
  ['maf behind tanh', flow(new Chain([maf(small), new Tanh()]))],
];

/** Float32 numbers by their bits, so that every size is as likely as any other; NaN among them; and the ends that functions have. */
const number = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
      .map((bits) => new Float32Array(Int32Array.of(bits).buffer)[0]),
  },
  { weight: 3, arbitrary: fc.float({ min: -4, max: 4, noNaN: true }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      0,
      -0,
      1,
      -1,
      2,
      0.5,
      1 - 2 ** -24,
      2 ** -24 - 1,
      1 + 2 ** -23,
      3.4028234663852886e38,
      -3.4028234663852886e38,
      1e-45,
      Infinity,
      -Infinity,
    ),
  },
  { weight: 1, arbitrary: fc.constant(NaN) },
);
const batch = fc.array(fc.array(number, { minLength: dim, maxLength: dim }), { minLength: BATCH, maxLength: BATCH });

describe(
  'densities over the whole line are numbers or −∞, and NaN stays in its event',
  { timeout: 60_000 + 20 * CASES },
  () => {
    test.each(densities)('%s', async (_, make) => {
      using density = make();
      const logProbs = async (rows: number[][]) => {
        const result = tidy(() => density.logProb(tensor(rows, [rows.length, dim], 'float32')));
        const values = Array.from(await result.data());
        result.dispose();
        return values;
      };
      await fc.assert(
        fc.asyncProperty(batch, async (rows) => {
          const values = await logProbs(rows);
          for (const [i, row] of rows.entries()) {
            if (row.some(Number.isNaN)) expect(values[i], `of ${row}`).toBeNaN();
            else expect(values[i] < Infinity, `of ${row}: ${values[i]}`).toBe(true);
          }
          // The others alone, with nothing strange beside them: each has the same density as before.
          const plain = rows
            .map((row, i) => ({ row, value: values[i] }))
            .filter(({ row }) => row.every((x) => Math.abs(x) < 4));
          if (plain.length === 0) return;
          await expect(await logProbs(plain.map(({ row }) => row))).toBeAllClose(
            plain.map(({ value }) => value),
            { rtol: 1e-5, atol: 1e-5 },
          );
        }),
        { numRuns: Math.ceil(CASES / BATCH), seed: 11 },
      );
    });
  },
);

describe("a flow's own samples", () => {
  test.each([
    ['tanh of a wide Gaussian', new Tanh()],
    ['sigmoid of a wide Gaussian', new Chain([affine({ loc: [15], scale: [1] }), new Sigmoid()])],
  ])('%s: every density is finite', async (_, squash) => {
    const policy = new Transformed(new StandardNormal(1), new Chain([affine({ loc: [0], scale: [5] }), squash]));
    const { value, logProb } = policy.sampleAndLogProb(2000, { seed: 1 });
    const own = await policy.logProb(value).data();
    expect(own.every(Number.isFinite)).toBe(true);
    expect(Array.from(await value.data()).some((x) => x === 1)).toBe(true);
    // Short of the end both ways agree.
    const [values, both] = [await value.data(), await logProb.data()];
    for (const [i, x] of values.entries())
      if (x < 0.99 && x > -0.99) expect(Math.abs(own[i] - both[i])).toBeLessThan(1e-3);
  });
});

const density = async (parts: ConstructorParameters<typeof Chain>[0], x: number[]) =>
  Array.from(await new Transformed(new StandardNormal(1), new Chain(parts)).logProb(tensor(x, [x.length, 1])).data());

describe('outside of the support', () => {
  test('the density vanishes, and at an end that it vanishes towards', async () => {
    expect(await density([new Exp()], [-1, 0])).toEqual([-Infinity, -Infinity]);
    expect(await density([new Softplus()], [-1, 0])).toEqual([-Infinity, -Infinity]);
    expect(await density([new Sigmoid()], [-0.1, 0, 1.1])).toEqual([-Infinity, -Infinity, -Infinity]);
    expect(await density([new Tanh()], [-1.1, 1.1])).toEqual([-Infinity, -Infinity]);
    expect(await density([new Power(2)], [-1, 0])).toEqual([-Infinity, -Infinity]);
    const [atEnd, inside] = await density([new Sigmoid(), new Sigmoid()], [0, 0.51]);
    expect(atEnd).toBe(-Infinity);
    expect(inside).toBeLessThan(0);
  });
});
