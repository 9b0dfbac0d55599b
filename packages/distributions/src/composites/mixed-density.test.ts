import { add, exp, mul, sum, tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { affine, maf } from '@pushforward/bijectors';
import { CategoricalMade } from '@pushforward/made';
import { key, normal, uniform } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { StandardNormal } from '../bases/standard-normal.js';
import { checkDistribution } from '../testing/index.js';
import { MixedDensity } from './mixed-density.js';
import { Transformed } from './transformed.js';

function perturb<T extends MixedDensity>(model: T): T {
  [...model.variables().values()]
    .filter(({ trainable }) => trainable)
    .forEach((variable, i) =>
      tidy(() => variable.assign(add(variable, mul(normal(key(50 + i), variable.shape), 0.3)) as never)),
    );
  return model;
}

const flow = (dim: number, contextDim: number) =>
  new Transformed(new StandardNormal(dim), maf({ dim, contextDim, transforms: 1, hidden: [8], seed: 1 }));

const alone = () =>
  perturb(
    new MixedDensity({
      categories: [0, 3, 0, 2],
      discrete: new CategoricalMade({ categories: [3, 2], hidden: [8], seed: 0 }),
      continuous: flow(2, 5),
    }),
  );
const given = () =>
  perturb(
    new MixedDensity({
      categories: [3, 0],
      contextCategories: [0, 2],
      contextMap: affine({ loc: [10, 0, 0], scale: [4, 1, 1] }),
      discrete: new CategoricalMade({ categories: [3], hidden: [8], contextDim: 3, seed: 0 }),
      continuous: flow(1, 6),
    }),
  );
// Of one dimension a masked network has weights that nothing reads, and so without a gradient.
const severalGiven = () =>
  perturb(
    new MixedDensity({
      categories: [3, 0, 2, 0],
      contextCategories: [0, 2],
      contextMap: affine({ loc: [10, 0, 0], scale: [4, 1, 1] }),
      discrete: new CategoricalMade({ categories: [3, 2], hidden: [8], contextDim: 3, seed: 0 }),
      continuous: flow(2, 8),
    }),
  );
const categoriesAlone = () =>
  perturb(
    new MixedDensity({
      categories: [2, 2],
      discrete: new CategoricalMade({ categories: [2, 2], hidden: [8], seed: 0 }),
    }),
  );
const numbersAlone = () =>
  perturb(new MixedDensity({ categories: [0, 0], contextCategories: [3], continuous: flow(2, 3) }));

describe('it is a distribution', () => {
  test.each([
    ['of categories and numbers', alone, undefined],
    [
      'given a number and a category',
      severalGiven,
      () =>
        tensor2d([
          [8, 1],
          [12, 0],
          [10, 1],
        ]),
    ],
    ['of categories alone', categoriesAlone, undefined],
    ['of numbers given a category', numbersAlone, () => tensor2d([[0], [2]])],
  ] as const)('%s', (_, make, context) =>
    checkDistribution(make, { reparameterized: false, ...(context && { context: context() }) }),
  );
});

test('the log-density is that of the categories plus that of the numbers given them', async () => {
  const model = given();
  const x = tensor2d([
    [2, 0.3],
    [0, -1],
  ]);
  const context = tensor2d([
    [14, 1],
    [6, 0],
  ]);
  const seen = tensor2d([
    [1, 0, 1],
    [-1, 1, 0],
  ]);
  const [codes, numbers] = [tensor2d([[2], [0]]), tensor2d([[0.3], [-1]])];
  const own = tensor2d([
    [1, 0, 1, 0, 0, 1],
    [-1, 1, 0, 1, 0, 0],
  ]);
  const expected = add(model.discrete!.logProb(codes, seen), model.continuous!.logProb(numbers, own));
  await expect(model.logProb(x, context)).toBeAllClose(await expected.data());
  const parts = model.conditional(x, context);
  await expect(parts.numbers).toBeAllClose([[0.3], [-1]], { atol: 1e-6 });
  await expect(parts.context).toBeAllClose((await own.array()) as number[][], { atol: 1e-6 });
});

test('categories and numbers together have a probability of 1', async () => {
  const model = given();
  // Importance sampling over an interval that holds the numbers, each category in turn.
  const [count, width] = [20_000, 24];
  const numbers = uniform(key(5), [count, 1], { minval: -width / 2, maxval: width / 2 });
  let total = 0;
  for (let k = 0; k < 3; k++) {
    const x = tidy(() => add(mul(numbers, tensor1d([0, 1])), tensor1d([k, 0])));
    const [mass] = await sum(exp(model.logProb(x, tensor([12, 1])))).data();
    total += (mass * width) / count;
  }
  // The error of so many draws: about 2 %.
  expect(Math.abs(total - 1)).toBeLessThan(0.08);
});

test('samples have the categories that it says, and the numbers that go with them', async () => {
  const model = alone();
  const count = 5000;
  const drawn = (await model.sample(count, { seed: 1 }).array()) as number[][];
  const share = (a: number, b: number) => drawn.filter((row) => row[1] === a && row[3] === b).length / count;
  for (const [a, b] of [
    [0, 0],
    [1, 1],
    [2, 0],
  ]) {
    const [probability] = await exp(model.discrete!.logProb(tensor2d([[a, b]]))).data();
    expect(Math.abs(share(a, b) - probability)).toBeLessThan(4 * Math.sqrt(probability / count));
  }
  // The mean of the numbers of one category is that of the flow given it.
  const of = drawn.filter((row) => row[1] === 2 && row[3] === 1);
  const context = tensor1d([0, 0, 1, 0, 1]);
  const direct = (await model.continuous!.sample(count, { seed: 2, context }).array()) as number[][];
  for (const [place, own] of [
    [0, 0],
    [2, 1],
  ]) {
    const mean = of.reduce((total, row) => total + row[place], 0) / of.length;
    const expected = direct.reduce((total, row) => total + row[own], 0) / count;
    expect(Math.abs(mean - expected)).toBeLessThan(6 / Math.sqrt(of.length));
  }
});

test('a category that it does not have is impossible, and NaN stays in its row', async () => {
  const found = await alone()
    .logProb(
      tensor2d([
        [0, 3, 0, 0],
        [0, 0.5, 0, 0],
        [NaN, 0, 0, 0],
        [0, NaN, 0, 0],
        [0, 1, 0, 1],
      ]),
    )
    .data();
  expect(Array.from(found.slice(0, 4))).toEqual([-Infinity, -Infinity, NaN, NaN]);
  expect(Number.isFinite(found[4])).toBe(true);
});

test('parts that do not fit are refused', () => {
  const discrete = new CategoricalMade({ categories: [3], seed: 0 });
  expect(() => new MixedDensity({ categories: [] })).toThrow('MixedDensity: categories must be at least one number');
  expect(() => new MixedDensity({ categories: [2], discrete })).toThrow(
    'MixedDensity: discrete must be of categories [2], got [3]',
  );
  expect(() => new MixedDensity({ categories: [3, 0], discrete })).toThrow(
    'MixedDensity: continuous must be of eventShape [1], got none',
  );
  expect(() => new MixedDensity({ categories: [3], discrete, continuous: flow(1, 3) })).toThrow(
    'MixedDensity: continuous must be left out, got [1]',
  );
  expect(() => new MixedDensity({ categories: [3, 0], discrete, continuous: flow(1, 2) })).toThrow(
    'MixedDensity: continuous must take a context of 3 numbers, got 2',
  );
  expect(
    () =>
      new MixedDensity({
        categories: [3, 0],
        discrete,
        continuous: flow(1, 3),
        contextMap: affine({ loc: [0], scale: [1] }),
      }),
  ).toThrow('MixedDensity: contextMap must map vectors of 0 numbers');
});
