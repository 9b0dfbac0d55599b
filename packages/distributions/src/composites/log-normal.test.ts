import { grad, scalar, sum, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { LogNormal } from './log-normal.js';

const distribution = new LogNormal(0.5, 0.75);

test('values in float64', async () => {
  // By mpmath, with 50 digits.
  await expect(distribution.logProb(tensor1d([0.0009765625, 0.25, 1, 2, 10, 1e6]))).toBeAllClose(
    [-42.7902497195264, -2.40772335900429, -0.853478682975114, -1.35756438207573, -5.82211979151081, -172.049274946947],
    { rtol: 1e-6, atol: 1e-6 },
  );
  await expect(distribution.mean()).toBeAllClose(2.18420081081562, { rtol: 1e-6 });
  await expect(distribution.stddev()).toBeAllClose(1.89793685515606, { rtol: 1e-6 });
  await expect(distribution.entropy()).toBeAllClose(1.63125646075289, { rtol: 1e-6 });
});

test('only positive numbers have a density', async () => {
  await expect(distribution.logProb(tensor1d([-1, 0, Infinity, NaN]))).toBeAllClose([
    -Infinity,
    -Infinity,
    -Infinity,
    NaN,
  ]);
});

test('a sample moves with its parameters: by itself, and by its noise', async () => {
  const draw = new LogNormal(0.5, 0.75).sample(5, { seed: 0 });
  // x = exp(loc + scale ε): ∂x/∂loc = x.
  await expect(grad((loc) => sum(new LogNormal(loc, 0.75).sample(5, { seed: 0 })))(scalar(0.5))).toBeAllClose(
    sum(draw),
  );
});

test('names what does not fit', () => {
  expect(() => new LogNormal(0, -1)).toThrow('LogNormal: scale must be positive, got -1');
  expect(() => new LogNormal([0, 1], 1).logProb(tensor1d([1, 2, 3]))).toThrow(
    'LogNormal: x must broadcast with [2], got [3]',
  );
});
