import { add, mul, profile, sub, tidy } from '@tensorflow/tfjs-core';
import { key, normal, permutation, randomBits, split } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import type { Step } from '../contract/conditioner.js';
import type { DependencyGraph } from './graph.js';
import { Made, type MadeOptions } from '../made/made.js';
import { checkConditioner } from '../testing/index.js';

/** 0 and 2 depend on nothing, 4 on both of them, 1 on 4, and 3 on 0 and 1. */
const family = [
  [0, 0, 0, 0, 0],
  [0, 0, 0, 0, 1],
  [0, 0, 0, 0, 0],
  [1, 1, 0, 0, 0],
  [1, 0, 1, 0, 0],
];

/** A random graph without cycles: edges go up a random order. */
function randomGraph(seed: number, dim: number): DependencyGraph {
  const [orderKey, edgeKey] = split(key(seed), 2);
  const places = permutation(orderKey, dim);
  const bits = randomBits(edgeKey, dim * dim);
  return places.map((own, i) => places.map((other, j) => (other < own && bits[i * dim + j] % 3 === 0 ? 1 : 0)));
}

const networks: [string, MadeOptions][] = [
  ['a family', { dim: 5, hidden: [12, 12], graph: family }],
  ['a family with context', { dim: 5, hidden: [12, 9], graph: family, contextDim: 2 }],
  ['direct connections', { dim: 5, hidden: [9], graph: family, direct: true }],
  ['residual', { dim: 5, hidden: [12, 9, 8], graph: family, residual: true, contextDim: 1 }],
  [
    'everything',
    { dim: 5, hidden: [12, 9], graph: family, residual: true, direct: true, weightNorm: true, activation: 'tanh' },
  ],
  ['linear', { dim: 5, hidden: [], graph: family }],
  [
    'no connection',
    {
      dim: 3,
      hidden: [4],
      graph: [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
    },
  ],
  [
    'no connection but a context',
    {
      dim: 3,
      hidden: [4],
      graph: [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
      contextDim: 2,
    },
  ],
  ...Array.from({ length: 6 }, (_, i): [string, MadeOptions] => [
    `a random graph, ${i}`,
    { dim: 2 + i, hidden: [16, 16], graph: randomGraph(i, 2 + i), contextDim: i % 2, activation: 'tanh' },
  ]),
];

describe.each(networks)('made with a graph: %s', (_, options) => {
  test('the laws of conditioners, the exact connectivity among them', async () => {
    const isIdle = options.graph!.every((row) => !row.includes(1));
    await checkConditioner(() => new Made({ ...options, parameterCount: 2, seed: 7 }), {
      idle: isIdle ? ['layers.0.weights'] : [],
    });
  });
});

/** A step that no kernel knows, which counts its calls. */
function counting(): { step: Step; calls: () => number } {
  let calls = 0;
  return {
    step: (input, parameters) => {
      calls++;
      const first = tidy(() => parameters.slice([0, 0, 0], [-1, -1, 1]).reshape(input.shape));
      return { value: add(input, first), logDet: mul(input, 0) };
    },
    calls: () => calls,
  };
}

test('unrolling takes as many steps as the longest path has dimensions, and chooses those of a level at once', async () => {
  using made = new Made({ dim: 5, hidden: [12, 12], graph: family, init: 'orthogonal', seed: 0 });
  const x = normal(key(0), [7, 5]);
  const { step, calls } = counting();
  const { value } = made.unroll(x, step);
  expect(calls()).toBe(4);
  const parameters = made.parameters(value).reshape([7, 5]);
  await expect(sub(value, x)).toBeAllClose(parameters, { atol: 1e-6 });

  using chain = new Made({ dim: 5, hidden: [12, 12], seed: 0 });
  const other = counting();
  chain.unroll(x, other.step);
  expect(other.calls()).toBe(5);
});

test('a shallow graph takes fewer operations than an order', async () => {
  const dim = 32;
  const star = Array.from({ length: dim }, (_, i) => Array.from({ length: dim }, (_, j) => (i > 0 && j === 0 ? 1 : 0)));
  const x = normal(key(0), [4, dim]);
  const operations = async (made: Made) => (await profile(() => made.unroll(x, counting().step).value)).kernels.length;
  using graph = new Made({ dim, graph: star, seed: 0 });
  using order = new Made({ dim, seed: 0 });
  expect(await operations(graph)).toBeLessThan((await operations(order)) / 5);
});

test('a config rebuilds the same masks', () => {
  using made = new Made({ dim: 5, hidden: [7, 9], graph: family, contextDim: 1, seed: 1 });
  using copy = Made.fromConfig(JSON.parse(JSON.stringify(made.config())));
  expect(copy.layers.map(({ mask }) => mask)).toEqual(made.layers.map(({ mask }) => mask));
  expect(copy.config()).toEqual(made.config());
});

describe('a wrong graph', () => {
  test.each<[string, object, string]>([
    [
      'a cycle',
      {
        dim: 3,
        graph: [
          [0, 0, 1],
          [0, 0, 0],
          [1, 0, 0],
        ],
      },
      'Made: graph must have no cycle, got 0 → 2 → 0',
    ],
    [
      'a loop',
      {
        dim: 2,
        graph: [
          [0, 0],
          [1, 1],
        ],
      },
      'Made: graph must have no cycle, got 1 → 1',
    ],
    ['another size', { dim: 2, graph: [[0]] }, 'Made: graph must be 2 lists of 2 zeros and ones, got [[0]]'],
    [
      'an order too',
      {
        dim: 2,
        graph: [
          [0, 0],
          [1, 0],
        ],
        order: 'reverse',
      },
      'Made: order must be left out where there is a graph',
    ],
    [
      'degrees too',
      {
        dim: 2,
        graph: [
          [0, 0],
          [1, 0],
        ],
        degrees: 'even',
      },
      'Made: degrees must be left out where there is a graph',
    ],
    [
      'too few units',
      { dim: 5, graph: family, hidden: [8, 2] },
      'Made: hidden must be at least 3 for a graph with as many different sets of parents, got 2',
    ],
  ])('%s is refused', (_, options, message) => {
    expect(() => new Made(options as MadeOptions)).toThrow(message);
  });
});
