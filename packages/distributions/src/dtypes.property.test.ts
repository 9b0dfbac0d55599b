import {
  attentionIaf,
  attentionMaf,
  type Bijector,
  glow,
  iaf,
  lstmIaf,
  lstmMaf,
  maf,
  naf,
  nice,
  nsf,
  realNvp,
} from '@pushforward/bijectors';
import { BernoulliMade, GaussianMade } from '@pushforward/made';
import { foldIn, key, type Module, normal } from '@pushforward/tensor';
import { allClose, otherTypes } from '@pushforward/tensor/testing';
import { add, mul, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
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
import { grid, interval, reals, restrictTo } from './contract/support.js';
import { Transformed } from './composites/transformed.js';
import { Uniform } from './bases/uniform.js';

/** How many events all functions are tried on together. */
const CASES = Number(process.env.PUSHFORWARD_CASES ?? 200);
/** How many of them a table has at most, and half as many on average. */
const MOST = 40;
const [dim, contextDim] = [3, 2];

const modules: Module[] = [];
afterAll(() => {
  for (const module of modules) module.dispose();
});

/** Weights as after training: away from the identity, and not whole numbers. */
function trained<M extends Module>(module: M): M {
  modules.push(module);
  [...module.variables().values()].forEach((weights, i) => {
    tidy(() => weights.assign(add(weights, mul(normal(foldIn(key(9), i), weights.shape), 0.3))));
  });
  return module;
}

/** What is asked of a flow, or of a density, all of it for one table of events and one of contexts. */
type Run = (x: Tensor, context: Tensor) => Tensor[];

function ofFlow(make: () => Bijector): () => Run {
  return () => {
    const flow = trained(new Transformed(new StandardNormal(dim), make()));
    const takes = flow.contextDim > 0;
    return (x, given) => {
      const context = takes ? given : undefined;
      const [forward, inverse] = [
        flow.bijector.forwardAndLogDet(x, context),
        flow.bijector.inverseAndLogDet(x, context),
      ];
      return [forward.value, forward.logDet, inverse.value, inverse.logDet, flow.logProb(x, context)];
    };
  };
}

function ofDensity(
  make: () => Module & { readonly contextDim: number; logProb(x: Tensor, context?: Tensor): Tensor },
): () => Run {
  return () => {
    const density = trained(make());
    return (x, context) => [density.logProb(x, density.contextDim > 0 ? context : undefined)];
  };
}

const small = { dim, hidden: [8], transforms: 2, seed: 1 };
const attention = { dim, width: 8, heads: 2, transforms: 2, seed: 1 };
const withContext = { contextDim };

const subjects: Record<string, () => Run> = {
  ...Object.fromEntries(
    [{}, withContext].flatMap((more) => {
      const name = 'contextDim' in more ? ' with a context' : '';
      return [
        [`maf${name}`, ofFlow(() => maf({ ...small, ...more }))],
        [`residual maf${name}`, ofFlow(() => maf({ ...small, ...more, hidden: [8, 8], residual: true }))],
        [`iaf${name}`, ofFlow(() => iaf({ ...small, ...more }))],
        [`nsf${name}`, ofFlow(() => nsf({ ...small, ...more }))],
        [`nsf of coupling layers${name}`, ofFlow(() => nsf({ ...small, ...more, layers: 'coupling' }))],
        [`naf${name}`, ofFlow(() => naf({ ...small, ...more }))],
        [`realNvp${name}`, ofFlow(() => realNvp({ ...small, ...more }))],
        [`nice${name}`, ofFlow(() => nice({ ...small, ...more }))],
        [`glow${name}`, ofFlow(() => glow({ ...small, ...more }))],
        [`lstmMaf${name}`, ofFlow(() => lstmMaf({ ...small, ...more }))],
        [`lstmIaf${name}`, ofFlow(() => lstmIaf({ ...small, ...more }))],
        [`attentionMaf${name}`, ofFlow(() => attentionMaf({ ...attention, ...more }))],
        [`attentionIaf${name}`, ofFlow(() => attentionIaf({ ...attention, ...more }))],
        [`bernoulliMade${name}`, ofDensity(() => new BernoulliMade({ dim, hidden: [8], seed: 1, ...more }))],
        [`gaussianMade${name}`, ofDensity(() => new GaussianMade({ dim, hidden: [8], seed: 1, ...more }))],
      ];
    }),
  ),
  normal: ofDensity(() => new Independent(new Normal([0, 1.5, -2], [1, 0.3, 2]), 1)),
  'standard normal': ofDensity(() => new StandardNormal(dim)),
  'diagonal normal': ofDensity(() => new MultivariateNormalDiag([0, 1.5, -2], [1, 0.3, 2])),
  uniform: ofDensity(() => new Independent(new Uniform([0, -1.5, -2], [1, 1.5, 2.5]), 1)),
  logistic: ofDensity(() => new Independent(new Logistic([0, 1.5, -2], [1, 0.3, 2]), 1)),
  laplace: ofDensity(() => new Independent(new Laplace([0, 1.5, -2], [1, 0.3, 2]), 1)),
  "student's t": ofDensity(() => new Independent(new StudentT(3, [0, 1.5, -2], [1, 0.3, 2]), 1)),
  'log-normal': ofDensity(() => new Independent(new LogNormal([0, 1.5, -2], [1, 0.3, 2]), 1)),
  'continuous bernoulli': ofDensity(() => new Independent(new ContinuousBernoulli({ logits: [0, 1.5, -2] }), 1)),
  'one-hot categorical': ofDensity(() => new OneHotCategorical([0, 1.5, -2])),
  'normal with a full covariance': ofDensity(
    () =>
      new MultivariateNormalTriL(
        [0, 1.5, -2],
        [
          [1, 0, 0],
          [0.5, 0.3, 0],
          [-1, 2, 2],
        ],
      ),
  ),
  mixture: ofDensity(
    () =>
      new MixtureSameFamily(
        new Categorical([0, -1]),
        new MultivariateNormalDiag(
          [
            [0, 1.5, -2],
            [3, 4, 5],
          ],
          [1, 0.3, 2],
        ),
      ),
  ),
  'discretised logistic': ofDensity(() => new Independent(new DiscretizedLogistic([0, 1.5, 4], 1.7, { high: 8 }), 1)),
  bernoulli: ofDensity(() => new Independent(new Bernoulli({ logits: [0, 1.5, -2] }), 1)),
  categorical: ofDensity(
    () =>
      new Independent(
        new Categorical([
          [0, 1.5, -2],
          [1, 2, 3],
          [0, 0, 0.5],
        ]),
        1,
      ),
  ),
};

const dtypes = ['float32', ...otherTypes] as const;

/** A table of whole numbers, or of zeros and ones, and the type that it is given in. */
const table = (rows: number, columns: number) =>
  fc.constantFrom(...dtypes).chain((dtype) => {
    const number = dtype === 'bool' ? fc.integer({ min: 0, max: 1 }) : fc.integer({ min: -9, max: 9 });
    return fc
      .array(number, { minLength: rows * columns, maxLength: rows * columns })
      .map((data) => ({ data, shape: [rows, columns], dtype }));
  });

const tables = fc.integer({ min: 1, max: MOST }).chain((rows) => fc.tuple(table(rows, dim), table(rows, contextDim)));

async function numbers(run: Run, x: Tensor, context: Tensor): Promise<ArrayLike<number>[]> {
  const results = tidy(() => run(x, context));
  const found = await Promise.all(results.map((result) => result.data()));
  for (const used of [...results, x, context]) used.dispose();
  return found;
}

const bits = () => tensor([0, 1, 1], [3], 'bool');

describe('every function of events gives the same numbers for whole numbers of any type', () => {
  test('a support of truth values', async () => {
    for (const support of [reals(), grid(0, 2, 1), interval(0, 1)]) {
      await expect(tidy(() => support.contains(bits()))).toBeAllClose(tensor([1, 1, 1], [3], 'bool'));
    }
    await expect(tidy(() => restrictTo(grid(1, 2, 1), bits(), tensor([5, 6, 7])))).toBeAllClose([-Infinity, 6, 7]);
  });

  const entries = Object.entries(subjects);
  const numRuns = Math.ceil((2 * CASES) / (MOST * entries.length));
  test.each(entries)(
    '%s',
    async (name, make) => {
      const run = make();
      const property = fc.asyncProperty(tables, async ([x, context]) => {
        const found = await numbers(
          run,
          tensor(x.data, [...x.shape], x.dtype),
          tensor(context.data, [...context.shape], context.dtype),
        );
        const expected = await numbers(
          run,
          tensor(x.data, [...x.shape], 'float32'),
          tensor(context.data, [...context.shape], 'float32'),
        );
        for (const [i, values] of found.entries())
          expect(allClose(values, expected[i], { rtol: 0, atol: 0 })).toBeNull();
      });
      await fc.assert(property, { numRuns, seed: entries.findIndex(([own]) => own === name) });
    },
    120_000,
  );
});
