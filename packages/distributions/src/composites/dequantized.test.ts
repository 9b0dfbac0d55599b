import { Chain, iaf, maf, PixelSigmoid, Reshape, Sigmoid } from '@pushforward/bijectors';
import { buildModule } from '@pushforward/tensor';
import {
  add,
  mean,
  mul,
  neg,
  reshape,
  type Scalar,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { distributionModules } from '../modules.js';
import { Logistic } from '../bases/logistic.js';
import { StandardNormal } from '../bases/standard-normal.js';
import { Dequantized } from './dequantized.js';
import { Independent } from './independent.js';
import { Transformed } from './transformed.js';

const LEVELS = 5;
const loc = 1.7;
const scale = 0.4;
const logistic = () => new Independent(new Logistic([loc], scale), 1);
const cumulative = (y: number) => 1 / (1 + Math.exp(-(y - loc) / scale));
/** The probability of each whole number under it, in closed form. */
const probabilities = [0, 1, 2, 3, 4].map((k) => {
  return cumulative(k + 1) - cumulative(k);
});
const numbers = () => tensor2d([[0], [1], [2], [3], [4]]);

/** Noise whose location and scale depend on x. */
const learned = (seed = 0) =>
  new Transformed(
    new StandardNormal(1),
    new Chain([iaf({ dim: 1, contextDim: 1, hidden: [16], transforms: 1, seed }), new Sigmoid()]),
  );

describe.each([
  ['uniform noise', undefined],
  ['learned noise', learned],
])('%s', (_, noise) => {
  const make = () => new Dequantized({ density: logistic(), levels: LEVELS, noise: noise?.() });

  test('many draws give the probability of the interval', async () => {
    const bound = await make().logProbBound(numbers(), { samples: 20_000, seed: 1 }).data();
    // The learned noise has thin tails at both ends of the interval, so that a few draws weigh a lot.
    for (const [k, probability] of probabilities.entries())
      expect(Math.abs(Math.exp(bound[k]) / probability - 1)).toBeLessThan(0.1);
  });

  test('the mean of single draws is below the log-probability', async () => {
    const many = reshape(numbers(), [5, 1, 1]).tile([1, 4000, 1]);
    const bound = await mean(make().logProbBound(many, { seed: 2 }), 1).data();
    for (const [k, probability] of probabilities.entries()) expect(bound[k]).toBeLessThan(Math.log(probability) + 0.03);
  });

  test('the same seed gives the same bound, nothing leaks, and a copy is the same bit for bit', async () => {
    const model = make();
    const copy = buildModule<Dequantized>(JSON.parse(JSON.stringify(model.config())), distributionModules);
    for (const [path, variable] of model.variables()) copy.variables().get(path)!.assign(variable);
    const bound = async (of: Dequantized, seed: number) => of.logProbBound(numbers(), { seed, samples: 3 }).data();
    expect(await bound(copy, 1)).toEqual(await bound(model, 1));
    expect(await bound(model, 1)).not.toEqual(await bound(model, 2));
    const x = numbers();
    await expect(() => model.logProbBound(x, { samples: 2 })).toLeakNoTensor();
    await expect(() => model.sample(4)).toLeakNoTensor();
  });
});

test('training the noise alone takes the bound nearer to the log-probability', async () => {
  const model = new Dequantized({ density: logistic(), levels: LEVELS, noise: learned(3) });
  const many = tidy(() => reshape(numbers(), [5, 1]).tile([100, 1]));
  const exact = probabilities.reduce((total, probability) => total + Math.log(probability) / 5, 0);
  const gap = async (seed: number) => exact - (await mean(model.logProbBound(many, { seed })).data())[0];
  const before = await gap(0);
  for (let step = 0; step < 200; step++) {
    const { value, grads } = variableGrads(
      () => neg(mean(model.logProbBound(many, { seed: step + 1 }))) as Scalar,
      model.trainableVariables(),
    );
    value.dispose();
    for (const variable of model.trainableVariables())
      tidy(() => variable.assign(add(variable, mul(grads[variable.name], -0.4))));
    for (const gradient of Object.values(grads)) gradient.dispose();
  }
  expect(before).toBeGreaterThan(0.3);
  expect(await gap(0)).toBeLessThan(0.7 * before);
});

test('samples are whole numbers with the probabilities of their intervals', async () => {
  const count = 10_000;
  const drawn = await new Dequantized({ density: logistic(), levels: LEVELS }).sample(count, { seed: 4 }).data();
  for (const [k, probability] of probabilities.slice(1, 4).entries()) {
    const found = drawn.filter((value) => value === k + 1).length;
    const deviation = Math.sqrt(count * probability * (1 - probability));
    expect(Math.abs(found - count * probability)).toBeLessThan(4 * deviation);
  }
  expect(drawn.every((value) => Number.isInteger(value) && value >= 0 && value < LEVELS)).toBe(true);
});

test('images, contexts, and leading axes', () => {
  const shape = [2, 2, 1];
  const toImages = () => new Reshape({ from: [4], to: shape });
  const base = new StandardNormal(4);
  const density = new Transformed(
    base,
    new Chain([maf({ dim: 4, contextDim: 3, hidden: [8], transforms: 1, seed: 0 }), toImages(), new PixelSigmoid()]),
  );
  const noise = new Transformed(
    base,
    new Chain([iaf({ dim: 4, contextDim: 4, hidden: [8], transforms: 1, seed: 1 }), toImages(), new Sigmoid()]),
  );
  const model = new Dequantized({ density, levels: 256, noise });
  const context = tensor1d([1, 2, 3]);
  expect(model.logProbBound(zeros([5, 3, ...shape]), { samples: 2, context }).shape).toEqual([5, 3]);
  expect(model.logProbBound(zeros(shape), { context }).shape).toEqual([]);
  expect(model.sample([6], { context }).shape).toEqual([6, ...shape]);
});

test('refuses what does not fit', () => {
  const density = logistic();
  expect(() => new Dequantized({ density, levels: 1 })).toThrow(
    'Dequantized: levels must be an integer of at least 2, got 1',
  );
  expect(() => new Dequantized({ density: new Logistic([0, 1], 1), levels: 2 })).toThrow(
    'Dequantized: density must have no batch of its own, got [2]',
  );
  expect(() => new Dequantized({ density, levels: 2, noise: logistic() })).toThrow(
    'Dequantized: noise must have events of [1] and a context of 1, got [1] and 0',
  );
  expect(() => new Dequantized({ density, levels: 2 }).logProbBound(tensor([[1, 2]]))).toThrow(
    'Dequantized: x must be [..., 1], got [1, 2]',
  );
});
