import { tensor2d } from '@tensorflow/tfjs-core';
import { affine, maf } from '@pushforward/bijectors';
import {
  Categorical,
  Independent,
  Logistic,
  MultivariateNormalDiag,
  Normal,
  StandardNormal,
  Transformed,
  Uniform,
} from '@pushforward/distributions';
import { expect, test } from 'vitest';
import { hasResiduals, residuals } from './residuals.js';

const x = tensor2d([[1, 3]]);

test.each([
  ['Normal', new Independent(new Normal([0, 1], 2), 1), [0.6914624612740131, 0.8413447460685429]],
  ['MultivariateNormalDiag', new MultivariateNormalDiag([0, 1], [2, 2]), [0.6914624612740131, 0.8413447460685429]],
  ['Logistic', new Independent(new Logistic([0, 1], 2), 1), [1 / (1 + Math.exp(-0.5)), 1 / (1 + Math.exp(-1))]],
  ['Uniform', new Independent(new Uniform([0, 1], 4), 1), [0.25, 2 / 3]],
  [
    'Transformed twice',
    new Transformed(
      new Transformed(new StandardNormal(2), affine({ loc: [0, 1], scale: [1, 1] })),
      affine({ loc: [0, 0], scale: [2, 2] }),
    ),
    [0.6914624612740131, 0.6914624612740131],
  ],
])('of %s', async (_, model, expected) => {
  const { u } = await residuals(model, x);
  for (const [i, value] of expected.entries()) expect(u.values[i]).toBeCloseTo(value, 6);
});

test('of a flow are what its inverse gives, with the context', async () => {
  const flow = new Transformed(new StandardNormal(2), maf({ dim: 2, contextDim: 1, hidden: [8], seed: 0 }));
  const context = tensor2d([[0.5]]);
  const { z } = await residuals(flow, x, { context });
  await expect(flow.bijector.inverse(x, context)).toBeAllClose([...z.values]);
});

test('are unknown for a discrete base', async () => {
  const model = new Categorical([0.5, 0.5]);
  expect(hasResiduals(model)).toBe(false);
  await expect(residuals(model, x)).rejects.toThrow(/residuals: model must have a base .* got Categorical/);
});
