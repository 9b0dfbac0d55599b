import { memory, ones, zeros } from '@tensorflow/tfjs-core';
import { buildModule, key, normal } from '@pushforward/tensor';
import { representatives } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import type { Autoregressive } from '../autoregressive/autoregressive.js';
import type { AttentionConditioner } from '../autoregressive/attention/attention-conditioner.js';
import { attentionIaf, attentionMaf } from './attention.js';
import { bijectorModules } from '../modules.js';
import { checkBijector } from '../testing/index.js';
import { AffineTransform } from '../elementwise/affine/affine.js';
import { GateTransform } from '../elementwise/affine/gate.js';

const FLOWS = { attentionIaf, attentionMaf };
const TRANSFORMS = { affine: new AffineTransform(), gate: new GateTransform() };
const names = ['attentionIaf', 'attentionMaf'] as const;
const transforms = ['affine', 'gate'] as const;
const cases = names.flatMap((name) =>
  transforms.flatMap((transform) => [0, 2].map((context) => ({ name, transform, context }))),
);

describe('attentionIaf and attentionMaf', () => {
  test.each(representatives(cases))(
    '$name of $transform layers, context $context: the laws',
    async ({ name, transform, context }) => {
      const make = () =>
        FLOWS[name]({
          dim: 3,
          contextDim: context,
          transforms: 2,
          width: 4,
          heads: 2,
          blocks: 1,
          mlp: 4,
          transform: TRANSFORMS[transform],
          seed: 1,
        });
      await checkBijector(make, { eventShape: [3], noise: 0.2, steps: 2 });
    },
  );

  test.each(representatives(names))('%s of one dimension: the laws', async (name) => {
    await checkBijector(
      () => FLOWS[name]({ dim: 1, contextDim: 2, transforms: 2, width: 4, heads: 1, blocks: 1, mlp: 4, seed: 1 }),
      {
        eventShape: [1],
        // One dimension has no value before it.
        idle: [0, 1].map((part) => `parts.${part}.conditioner.valueWeights`),
        steps: 2,
      },
    );
  });

  test('attentionMaf starts at the identity, attentionIaf at 0.88 of it for each layer', async () => {
    const x = normal(key(4), [10, 3]);
    const start = attentionMaf({
      dim: 3,
      transforms: 3,
      width: 4,
      heads: 2,
      blocks: 1,
      mlp: 4,
      seed: 0,
    }).inverseAndLogDet(x);
    await expect(start.value).toBeAllClose(x);
    await expect(start.logDet).toBeAllClose(zeros([10]));
    const gate = 1 / (1 + Math.exp(-2));
    const { value } = attentionIaf({
      dim: 3,
      transforms: 2,
      width: 4,
      heads: 2,
      blocks: 1,
      mlp: 4,
      contextDim: 2,
      seed: 0,
    }).forwardAndLogDet(x, ones([2]));
    await expect(value).toBeAllClose(Array.from(await x.data(), (number) => number * gate ** 2));
  });

  test('options reach every layer, and orders alternate', () => {
    const flow = attentionMaf({
      dim: 3,
      transforms: 2,
      width: 6,
      heads: 3,
      blocks: 3,
      mlp: 5,
      contextDim: 2,
      activation: 'tanh',
      seed: 0,
    });
    const conditioners = flow.parts.map((part) => (part as Autoregressive).conditioner as AttentionConditioner);
    expect(conditioners.map(({ order }) => order)).toEqual([
      [0, 1, 2],
      [2, 1, 0],
    ]);
    for (const { width, heads, blocks, mlp, activation } of conditioners) {
      expect([width, heads, blocks.length, mlp, activation]).toEqual([6, 3, 3, 5, 'tanh']);
    }
  });

  test('is rebuilt from its configuration by the classes of this package', () => {
    const config = attentionIaf({
      dim: 3,
      transforms: 2,
      width: 4,
      heads: 2,
      blocks: 1,
      mlp: 4,
      mixing: 'random',
      seed: 0,
    }).config();
    expect(buildModule(JSON.parse(JSON.stringify(config)), bijectorModules).config()).toEqual(config);
  });

  test('errors name the flow', () => {
    expect(() => attentionIaf({ dim: 0 })).toThrow('attentionIaf: dim must be an integer of at least 1, got 0');
    expect(() => attentionMaf({ dim: 2, mixing: 'natural' as 'random' })).toThrow(
      "attentionMaf: mixing must be 'alternate', 'random' or 'lu', got 'natural'",
    );
    expect(() =>
      attentionMaf({ dim: 6, width: 4, heads: 2, blocks: 1, mlp: 4, seed: 0 }).forward(zeros([100, 5])),
    ).toThrow('attentionMaf: x must be [..., 6], got [100, 5]');
  });

  test('dispose frees everything', () => {
    const before = memory().numTensors;
    attentionIaf({ dim: 3, contextDim: 2, seed: 0 }).dispose();
    expect(memory().numTensors).toBe(before);
  });
});
