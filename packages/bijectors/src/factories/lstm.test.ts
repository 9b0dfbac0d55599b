import { memory, ones, zeros } from '@tensorflow/tfjs-core';
import { buildModule, key, normal } from '@pushforward/tensor';
import { representatives } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import type { Autoregressive } from '../autoregressive/autoregressive.js';
import type { LstmConditioner } from '../autoregressive/lstm/lstm-conditioner.js';
import { lstmIaf, lstmMaf } from './lstm.js';
import { bijectorModules } from '../modules.js';
import { checkBijector } from '../testing/index.js';
import { AffineTransform } from '../elementwise/affine/affine.js';
import { GateTransform } from '../elementwise/affine/gate.js';

const FLOWS = { lstmIaf, lstmMaf };
const TRANSFORMS = { affine: new AffineTransform(), gate: new GateTransform() };
const names = ['lstmIaf', 'lstmMaf'] as const;
const transforms = ['affine', 'gate'] as const;
const cases = names.flatMap((name) =>
  transforms.flatMap((transform) => [0, 2].map((context) => ({ name, transform, context }))),
);

describe('lstmIaf and lstmMaf', () => {
  test.each(representatives(cases))(
    '$name of $transform layers, context $context: the laws',
    async ({ name, transform, context }) => {
      const make = () =>
        FLOWS[name]({
          dim: 3,
          contextDim: context,
          transforms: 2,
          hidden: [4],
          transform: TRANSFORMS[transform],
          seed: 1,
        });
      await checkBijector(make, { eventShape: [3], noise: 0.2, steps: 2 });
    },
  );

  test.each(representatives(names))('%s of one dimension: the laws', async (name) => {
    await checkBijector(() => FLOWS[name]({ dim: 1, contextDim: 2, transforms: 2, hidden: [3, 2], seed: 1 }), {
      eventShape: [1],
      steps: 2,
    });
  });

  test('lstmMaf starts at the identity, lstmIaf at 0.88 of it for each layer', async () => {
    const x = normal(key(4), [10, 3]);
    const start = lstmMaf({ dim: 3, transforms: 3, hidden: [4], seed: 0 }).inverseAndLogDet(x);
    await expect(start.value).toBeAllClose(x);
    await expect(start.logDet).toBeAllClose(zeros([10]));
    const gate = 1 / (1 + Math.exp(-2));
    const { value } = lstmIaf({ dim: 3, transforms: 2, hidden: [4], contextDim: 2, seed: 0 }).forwardAndLogDet(
      x,
      ones([2]),
    );
    await expect(value).toBeAllClose(Array.from(await x.data(), (number) => number * gate ** 2));
  });

  test('options reach every layer, and orders alternate', () => {
    const flow = lstmMaf({ dim: 3, transforms: 2, hidden: [4, 5], contextDim: 2, forgetBias: 2, seed: 0 });
    const conditioners = flow.parts.map((part) => (part as Autoregressive).conditioner as LstmConditioner);
    expect(conditioners.map(({ order }) => order)).toEqual([
      [0, 1, 2],
      [2, 1, 0],
    ]);
    for (const conditioner of conditioners) expect([conditioner.hidden, conditioner.contextDim]).toEqual([[4, 5], 2]);
  });

  test('is rebuilt from its configuration by the classes of this package', () => {
    const config = lstmIaf({ dim: 3, transforms: 2, hidden: [4], mixing: 'random', seed: 0 }).config();
    expect(buildModule(JSON.parse(JSON.stringify(config)), bijectorModules).config()).toEqual(config);
  });

  test('errors name the flow', () => {
    expect(() => lstmIaf({ dim: 0 })).toThrow('lstmIaf: dim must be an integer of at least 1, got 0');
    expect(() => lstmMaf({ dim: 2, mixing: 'natural' as 'random' })).toThrow(
      "lstmMaf: mixing must be 'alternate', 'random' or 'lu', got 'natural'",
    );
    expect(() => lstmMaf({ dim: 6, hidden: [4], seed: 0 }).forward(zeros([100, 5]))).toThrow(
      'lstmMaf: x must be [..., 6], got [100, 5]',
    );
  });

  test('dispose frees everything', () => {
    const before = memory().numTensors;
    lstmIaf({ dim: 3, contextDim: 2, seed: 0 }).dispose();
    expect(memory().numTensors).toBe(before);
  });
});
