import {
  add,
  exp,
  mul,
  ones,
  reshape,
  sum,
  tensor,
  tensor2d,
  tidy,
  tile,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { buildModule, key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { CategoricalMade, type CategoricalMadeOptions } from './categorical-made.js';
import { oneHot } from './categorical.js';
import { madeModules } from '../modules.js';

function perturb(model: CategoricalMade, size = 1): CategoricalMade {
  [...model.variables().values()].forEach((variable, i) => {
    tidy(() => variable.assign(add(variable, mul(normal(key(50 + i), variable.shape), size))));
  });
  return model;
}

/** Every vector of categories, in lexicographic order. */
function allStates(categories: readonly number[]): number[][] {
  return categories.reduce<number[][]>(
    (states, own) => states.flatMap((state) => Array.from({ length: own }, (_, k) => [...state, k])),
    [[]],
  );
}

const shapes: [string, CategoricalMadeOptions][] = [
  ['three dimensions', { categories: [3, 2, 4], hidden: [10, 12] }],
  ['a context', { categories: [3, 2, 4], hidden: [10, 12], contextDim: 2, activation: 'silu' }],
  ['one dimension', { categories: [5], hidden: [4] }],
  ['one dimension with a context', { categories: [5], hidden: [4], contextDim: 2 }],
  ['linear', { categories: [3, 4, 2], hidden: [], contextDim: 2 }],
  ['a dimension of one category', { categories: [3, 1, 2], hidden: [6] }],
];

describe.each(shapes)('%s', (_, options) => {
  const { categories, contextDim = 0 } = options;
  const states = allStates(categories);
  const given = () => (contextDim > 0 ? normal(key(1), [3, contextDim]) : undefined);

  test('starts with all categories equally likely', async () => {
    const model = new CategoricalMade({ ...options, seed: 0 });
    const x = zeros([3, categories.length]);
    await expect(model.logProb(x, given())).toBeAllClose([1, 1, 1].map(() => -Math.log(states.length)));
  });

  test('the probabilities of all vectors add up to 1, for every context', async () => {
    const model = perturb(new CategoricalMade({ ...options, seed: 0 }));
    const x = tile(reshape(tensor2d(states), [states.length, 1, categories.length]), [1, 3, 1]);
    await expect(sum(exp(model.logProb(x, given())), 0)).toBeAllClose([1, 1, 1], { rtol: 5e-6 });
  });

  test('each dimension depends on the dimensions before it and the context, and on no other', async () => {
    const model = perturb(new CategoricalMade({ ...options, seed: 0 }));
    const total = async (rows: number[][], context?: number[]) =>
      model.logProb(tensor2d(rows), context && tensor(context)).data();
    // The probability of what stands before a place, summed over what follows, is the same however that is summed.
    const context = contextDim > 0 ? [0.5, -1] : undefined;
    const logProb = await total(states, context);
    const marginal = (place: number) => {
      const sums = new Map<string, number>();
      for (const [i, state] of states.entries()) {
        const prefix = state.slice(0, place).join();
        sums.set(prefix, (sums.get(prefix) ?? 0) + Math.exp(logProb[i]));
      }
      return sums;
    };
    // p(x₁ … xᵢ) / p(x₁ … xᵢ₋₁) differs with what stands before, as an independent one would not.
    for (let place = 1; place < categories.length; place++) {
      if (categories[place] === 1 || categories[place - 1] === 1) continue;
      const [before, with0] = [marginal(place), marginal(place + 1)];
      const conditionals = [...before].map(([prefix, mass]) => with0.get(`${prefix},0`)! / mass);
      expect(Math.max(...conditionals) - Math.min(...conditionals), `dimension ${place}`).toBeGreaterThan(1e-3);
    }
    if (contextDim > 0) expect([...(await total(states, [3, 2]))]).not.toEqual([...logProb]);
  });

  test('samples have the frequencies that it says', async () => {
    const model = perturb(new CategoricalMade({ ...options, seed: 2 }), 0.5);
    const context = contextDim > 0 ? tensor([0.5, -1]) : undefined;
    const count = 20_000;
    const drawn = await model.sample(count, { seed: 7, context }).data();
    const found = new Map(states.map((state) => [state.join(), 0]));
    for (let i = 0; i < count; i++) {
      const state = drawn.slice(i * categories.length, (i + 1) * categories.length).join();
      found.set(state, found.get(state)! + 1);
    }
    const expected = await mul(exp(model.logProb(tensor2d(states), context)), count).data();
    const chiSquared = states.reduce(
      (total, state, i) => total + (found.get(state.join())! - expected[i]) ** 2 / expected[i],
      0,
    );
    const freedom = states.length - 1;
    // Wilson and Hilferty's quantile, exceeded once in ten thousand seeds.
    const bound = freedom * (1 - 2 / (9 * freedom) + 3.719 * Math.sqrt(2 / (9 * freedom))) ** 3;
    expect(chiSquared).toBeLessThan(bound);
  });

  test('rebuilt from its configuration and weights it is the same bit for bit', async () => {
    const model = perturb(new CategoricalMade({ ...options, seed: 0 }));
    const copy = buildModule<CategoricalMade>(JSON.parse(JSON.stringify(model.config())), madeModules);
    for (const [path, variable] of model.variables()) copy.variables().get(path)!.assign(variable);
    const context = given();
    const [x, again] = [model, copy].map((from) => from.sample(5, { seed: 0, context }));
    expect(await again.data()).toEqual(await x.data());
    expect(await copy.logProb(x, context).data()).toEqual(await model.logProb(x, context).data());
  });

  test('leaks no tensor', async () => {
    await expect(() => new CategoricalMade(options)).toLeakNoTensor();
    const model = new CategoricalMade(options);
    const [x, context] = [zeros([3, categories.length]), given()];
    await expect(() => model.logProb(x, context)).toLeakNoTensor();
    await expect(() => model.sample(3, { context })).toLeakNoTensor();
  });
});

const logSoftmax = (logits: number[], k: number) =>
  logits[k] - Math.log(logits.reduce((total, logit) => total + Math.exp(logit), 0));

test('the logits are those of the masked network', async () => {
  const model = perturb(new CategoricalMade({ categories: [2, 3], hidden: [], seed: 0 }));
  const [layer] = model.layers;
  const [weights, bias] = [await layer.weights.array(), await layer.bias!.data()] as [number[][], Float32Array];
  const states = allStates([2, 3]);
  const expected = states.map(([a, b]) => {
    const second = [2, 3, 4].map((unit) => bias[unit] + weights[a][unit]);
    return logSoftmax([bias[0], bias[1]], a) + logSoftmax(second, b);
  });
  await expect(model.logProb(tensor2d(states))).toBeAllClose(expected);
});

test('what is no category has no probability, and NaN stays in its row', async () => {
  const model = perturb(new CategoricalMade({ categories: [2, 3], hidden: [4], seed: 0 }));
  const rows = [
    [0, 3],
    [-1, 0],
    [0.5, 0],
    [Infinity, 0],
    [NaN, 0],
    [1, 2],
  ];
  const found = await model.logProb(tensor2d(rows)).data();
  expect(Array.from(found.slice(0, 5))).toEqual([-Infinity, -Infinity, -Infinity, -Infinity, NaN]);
  expect(Number.isFinite(found[5])).toBe(true);
});

test('stays finite at logits of any size', async () => {
  const model = new CategoricalMade({ categories: [3], seed: 0 });
  model.layers[0].bias!.assign(tensor([1e4, 0, 9999]));
  const rest = Math.log1p(Math.exp(-1));
  await expect(model.logProb(tensor2d([[0], [1], [2]]))).toBeAllClose([-rest, -1e4 - rest, -1 - rest]);
});

test('every variable has a gradient', async () => {
  const model = perturb(new CategoricalMade({ categories: [3, 2, 4], hidden: [8], contextDim: 2, seed: 0 }));
  const context = normal(key(3), [40, 2]);
  const x = model.sample([], { seed: 1, context });
  const { grads } = variableGrads(() => sum(model.logProb(x, context)).asScalar(), model.trainableVariables());
  for (const [path, variable] of model.variables())
    expect(
      (await grads[variable.name].data()).some((value) => value !== 0),
      path,
    ).toBe(true);
});

test('what does not fit is refused', () => {
  const model = new CategoricalMade({ categories: [2, 3], contextDim: 2, seed: 0 });
  expect(() => new CategoricalMade({ categories: [] })).toThrow('CategoricalMade: categories must be');
  expect(() => new CategoricalMade({ categories: [2, 0] })).toThrow('CategoricalMade: categories');
  expect(() => model.logProb(ones([4]), ones([2]))).toThrow('CategoricalMade: x must be [..., 2], got [4]');
  expect(() => model.logProb(ones([2]))).toThrow('CategoricalMade: context must be [..., 2], got none');
  expect(() => model.sample(-1, { context: ones([2]) })).toThrow(
    'CategoricalMade: count must be an integer of at least 0, got -1',
  );
  expect(() => model.sample(1)).toThrow('CategoricalMade: context must be [..., 2], got none');
  expect(model.sample([4, 0], { context: ones([7, 2]) }).shape).toEqual([4, 0, 7, 2]);
  expect(model.logProb(zeros([0, 2]), ones([2])).shape).toEqual([0]);
});

test('one-hot vectors', async () => {
  await expect(oneHot(tensor([1, NaN, 0.5, 2, -1]), 2)).toBeAllClose([
    [0, 1],
    [0, 0],
    [0, 0],
    [0, 0],
    [0, 0],
  ]);
});
