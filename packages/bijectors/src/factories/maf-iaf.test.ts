import { memory, ones, slice, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { key, normal, vjp } from '@pushforward/tensor';
import { repetitions, representatives } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import type { Autoregressive } from '../autoregressive/autoregressive.js';
import { iaf, maf } from './maf-iaf.js';
import type { Chain } from '../combinators/chain.js';
import { checkBijector } from '../testing/index.js';
import { AffineTransform } from '../elementwise/affine/affine.js';
import { ShiftTransform } from '../elementwise/affine/shift.js';

const FLOWS = { iaf, maf };
const names = ['iaf', 'maf'] as const;
const cases = names.flatMap((name) => [1, 2, 5].flatMap((dim) => [0, 3].map((context) => ({ name, dim, context }))));

const seeded = (seed: number) => maf({ dim: 3, transforms: 2, hidden: [4], seed });
const orders = (flow: Chain) => flow.parts.map((part) => (part as Autoregressive).conditioner.order);
const weights = async (flow: Chain) =>
  Promise.all([...flow.variables().values()].map(async (variable) => [...(await variable.data())]));

describe('iaf and maf', () => {
  test.each(representatives(cases))(
    '$name of $dim dimensions, context $context: the laws',
    async ({ name, dim, context }) => {
      await checkBijector(() => FLOWS[name]({ dim, contextDim: context, transforms: 2, hidden: [8, 8], seed: 1 }), {
        eventShape: [dim],
        // With one dimension there is none before it for the first layer to see.
        idle: dim === 1 ? [0, 1].map((part) => `parts.${part}.conditioner.layers.0.weights`) : [],
        steps: 2,
      });
    },
  );

  test.each([
    { name: 'iaf' as const, transform: new ShiftTransform(), mixing: 'random' as const },
    { name: 'maf' as const, transform: new AffineTransform({ bound: 2 }), residual: true, activation: 'tanh' as const },
    { name: 'iaf' as const, hidden: [] },
  ])('with the options $mixing, $residual, $activation, $hidden: the laws', async ({ name, ...options }) => {
    await checkBijector(
      () => FLOWS[name]({ dim: 3, contextDim: 2, hidden: [6, 6], transforms: 2, seed: 2, ...options }),
      {
        eventShape: [3],
        steps: 2,
      },
    );
  });

  test.each(names)('100 training steps of %s leave no tensor behind', async (name) => {
    await checkBijector(() => FLOWS[name]({ dim: 3, contextDim: 2, transforms: 1, hidden: [6], seed: 3 }), {
      eventShape: [3],
      steps: repetitions(100),
    });
  });

  test('maf starts at the identity, iaf at 0.88 of it for each layer', async () => {
    const x = normal(key(4), [10, 3]);
    const start = maf({ dim: 3, transforms: 3, seed: 0 }).inverseAndLogDet(x);
    await expect(start.value).toBeAllClose(x);
    await expect(start.logDet).toBeAllClose(zeros([10]));
    const gate = 1 / (1 + Math.exp(-2));
    const { value, logDet } = iaf({ dim: 3, transforms: 2, contextDim: 2, seed: 0 }).forwardAndLogDet(x, ones([2]));
    await expect(value).toBeAllClose(Array.from(await x.data(), (number) => number * gate ** 2));
    await expect(logDet).toBeAllClose(Array.from({ length: 10 }, () => 3 * 2 * Math.log(gate)));
  });

  test('orders alternate between the layers', () => {
    expect(orders(maf({ dim: 3, transforms: 3, seed: 0 }))).toEqual([
      [0, 1, 2],
      [2, 1, 0],
      [0, 1, 2],
    ]);
    const [first, second, third, fourth] = orders(iaf({ dim: 20, transforms: 4, mixing: 'random', seed: 0 }));
    expect(second).toEqual(first.toReversed());
    expect(fourth).toEqual(third.toReversed());
    expect(third).not.toEqual(first);
    expect(first.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test('the seed decides the weights, and every layer has its own', async () => {
    expect(await weights(seeded(0))).toEqual(await weights(seeded(0)));
    expect(await weights(seeded(0))).not.toEqual(await weights(seeded(1)));
    const flow = seeded(0);
    const [first, second] = flow.parts.map((part) => [...part.variables().values()][0]);
    expect([...(await first.data())]).not.toEqual([...(await second.data())]);
  });

  test('an empty batch gives an empty result', async () => {
    for (const name of names) {
      const flow = FLOWS[name]({ dim: 2, contextDim: 1, transforms: 2, hidden: [4], seed: 0 });
      for (const { value, logDet } of [
        flow.forwardAndLogDet(zeros([0, 2]), zeros([1])),
        flow.inverseAndLogDet(zeros([3, 0, 2]), zeros([0, 1])),
      ]) {
        expect([value.size, logDet.size]).toEqual([0, 0]);
        expect(value.shape).toEqual([...logDet.shape, 2]);
      }
    }
  });

  test('NaN stays in its row, in both directions', async () => {
    const x = tensor2d([
      [1, 2],
      [Number.NaN, 0],
      [3, 4],
    ]);
    for (const name of names) {
      const flow = FLOWS[name]({ dim: 2, transforms: 2, hidden: [4], seed: 0 });
      for (const result of [flow.forward(x), flow.inverse(x)]) {
        const rows = (await result.array()) as number[][];
        expect(rows.map((row) => row.some(Number.isNaN))).toEqual([false, true, false]);
      }
    }
  });

  test('errors name the flow, the argument, what was expected and what came', () => {
    const flow = maf({ dim: 6, hidden: [8], contextDim: 3, seed: 0 });
    const context = zeros([100, 3]);
    expect(() => flow.forward(zeros([100, 5]), context)).toThrow('maf: x must be [..., 6], got [100, 5]');
    expect(() => flow.inverse(zeros([5]), context)).toThrow('maf: y must be [..., 6], got [5]');
    expect(() => flow.inverse(zeros([]), context)).toThrow('maf: y must be [..., 6], got []');
    expect(() => flow.inverse(zeros([100, 6]))).toThrow('maf: context must be [..., 3], got none');
    expect(() => flow.inverse(zeros([100, 6]), zeros([100, 2]))).toThrow('maf: context must be [..., 3], got [100, 2]');
    expect(() => flow.inverse(zeros([100, 6]), zeros([99, 3]))).toThrow(
      'maf: context batch must broadcast to [100], got [99]',
    );
    expect(() => iaf({ dim: 2, seed: 0 }).forward(zeros([2]), zeros([1]))).toThrow(
      'iaf takes no context, got one of shape [1]',
    );
  });

  test('refuses options out of range', () => {
    expect(() => maf({ dim: 0 })).toThrow('maf: dim must be an integer of at least 1, got 0');
    expect(() => iaf({ dim: 2, transforms: 0 })).toThrow('iaf: transforms must be an integer of at least 1, got 0');
    expect(() => iaf({ dim: 2, mixing: 'natural' as 'random' })).toThrow(
      "iaf: mixing must be 'alternate', 'random' or 'lu', got 'natural'",
    );
    expect(() => maf({ dim: 2, contextDim: -1 })).toThrow('contextDim must be an integer of at least 0, got -1');
  });

  test('dispose frees everything', () => {
    const before = memory().numTensors;
    const flow = iaf({ dim: 3, contextDim: 2, seed: 0 });
    expect(memory().numTensors).toBeGreaterThan(before);
    flow.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe('with a graph', () => {
  // 1 and 2 depend on 0 alone.
  const graph = [
    [0, 0, 0],
    [1, 0, 0],
    [1, 0, 0],
  ];

  test.each([
    ['maf', maf],
    ['iaf', iaf],
  ] as const)('%s passes the laws, and keeps independent dimensions apart', async (_, factory) => {
    const make = () => factory({ dim: 3, transforms: 3, hidden: [8], graph, init: 'orthogonal', seed: 0 });
    await checkBijector(make, { eventShape: [3] });
    using flow = make();
    const x = normal(key(0), [5, 3]);
    const jacobian = (row: number) =>
      vjp((input) => slice(flow.forward(input), [0, row], [5, 1]), [x], [ones([5, 1])])[0];
    for (const [row, zero] of [
      [0, [1, 2]],
      [1, [2]],
      [2, [1]],
    ] as const) {
      const numbers = (await jacobian(row).array()) as number[][];
      for (const event of numbers) for (const column of zero) expect(event[column]).toBe(0);
    }
  });

  test('an order beside it is refused', () => {
    expect(() => maf({ dim: 3, graph, mixing: 'random' })).toThrow(
      'maf: mixing must be left out where there is a graph',
    );
  });
});
