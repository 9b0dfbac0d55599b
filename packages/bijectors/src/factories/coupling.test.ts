import { zeros } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { repetitions, representatives } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import type { Chain } from '../combinators/chain.js';
import { checkBijector } from '../testing/index.js';
import { GateTransform } from '../elementwise/affine/gate.js';
import { Coupling } from '../coupling/coupling.js';
import { glow, nice, realNvp } from './coupling.js';

const FLOWS = { nice, realNvp, glow };
const names = ['nice', 'realNvp', 'glow'] as const;

const seeded = (seed: number) => realNvp({ dim: 4, transforms: 3, hidden: [4], seed });
const transformedBy = (flow: Chain) =>
  flow.parts.filter((part) => part instanceof Coupling).map((part) => part.transformed);
const weights = async (flow: Chain) =>
  Promise.all([...flow.variables().values()].map(async (variable) => [...(await variable.data())]));

describe('nice, realNvp and glow', () => {
  test.each(
    representatives(
      names.flatMap((name) => [1, 5].flatMap((dim) => [0, 3].map((context) => ({ name, dim, context })))),
    ),
  )('$name of $dim dimensions, context $context: the laws', async ({ name, dim, context }) => {
    await checkBijector(
      () => FLOWS[name]({ dim, contextDim: context, transforms: 2, hidden: [8], activation: 'silu', seed: 1 }),
      {
        eventShape: [dim],
        steps: 2,
      },
    );
  });

  test('with random orders and another transform: the laws', async () => {
    const options = {
      dim: 3,
      transforms: 3,
      hidden: [6],
      mixing: 'random',
      transform: new GateTransform(),
      seed: 2,
    } as const;
    await checkBijector(() => realNvp(options), { eventShape: [3], steps: 2 });
  });

  test('100 training steps leave no tensor behind', async () => {
    await checkBijector(() => realNvp({ dim: 3, contextDim: 2, transforms: 2, hidden: [6], seed: 3 }), {
      eventShape: [3],
      steps: repetitions(100),
    });
  });

  test.each(names)('%s starts at the identity', async (name) => {
    const x = normal(key(4), [10, 5]);
    const { value, logDet } = FLOWS[name]({ dim: 5, seed: 0 }).inverseAndLogDet(x);
    await expect(value).toBeAllClose(x);
    await expect(logDet).toBeAllClose(zeros([10]));
  });

  test('layers transform one half of the dimensions and the other in turn', () => {
    expect(transformedBy(nice({ dim: 5, transforms: 3, seed: 0 }))).toEqual([
      [2, 3, 4],
      [0, 1],
      [2, 3, 4],
    ]);
    expect(transformedBy(realNvp({ dim: 1, transforms: 2, seed: 0 }))).toEqual([[0], [0]]);
    const [first, second, third, fourth] = transformedBy(
      realNvp({ dim: 12, transforms: 4, mixing: 'random', seed: 0 }),
    );
    const all = Array.from({ length: 12 }, (_, i) => i);
    expect([...first, ...second].toSorted((a, b) => a - b)).toEqual(all);
    expect([...third, ...fourth].toSorted((a, b) => a - b)).toEqual(all);
    expect(third).not.toEqual(first);
  });

  test('glow normalises, mixes and couples on the way from data to base', () => {
    const types = glow({ dim: 2, transforms: 2, hidden: [4], seed: 0 }).parts.map((part) => part.config().type);
    expect(types).toEqual(['Coupling', 'Invert', 'ActNorm', 'Coupling', 'Invert', 'ActNorm']);
  });

  test('the seed decides the weights, and every layer has its own', async () => {
    expect(await weights(seeded(0))).toEqual(await weights(seeded(0)));
    expect(await weights(seeded(0))).not.toEqual(await weights(seeded(1)));
    const [first, , third] = seeded(0).parts.map((part) => [...part.variables().values()][0]);
    expect([...(await first.data())]).not.toEqual([...(await third.data())]);
  });

  test('refuses under its own name', () => {
    expect(() => nice({ dim: 0 })).toThrow('nice: dim must be an integer of at least 1, got 0');
    expect(() => glow({ dim: 6, hidden: [4] }).inverse(zeros([5]))).toThrow('ActNorm: y must be [..., 6], got [5]');
    expect(() => realNvp({ dim: 2, transforms: 0 })).toThrow(
      'realNvp: transforms must be an integer of at least 1, got 0',
    );
    expect(() => realNvp({ dim: 2, mixing: 'natural' as 'random' })).toThrow(
      "realNvp: mixing must be 'alternate', 'random' or 'lu', got 'natural'",
    );
    expect(() => realNvp({ dim: 6, contextDim: 3, hidden: [4] }).forward(zeros([100, 5]), zeros([3]))).toThrow(
      'realNvp: x must be [..., 6], got [100, 5]',
    );
    expect(() => realNvp({ dim: 6, contextDim: 3, hidden: [4] }).forward(zeros([100, 6]))).toThrow(
      'realNvp: context must be [..., 3], got none',
    );
  });
});
