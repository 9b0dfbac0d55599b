import {
  add,
  cast,
  less,
  mean,
  mul,
  profile,
  reshape,
  sigmoid,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { key, normal, uniform } from '@pushforward/tensor';
import { bernoulliLogProb } from '@pushforward/tensor/kernels';
import { describe, expect, test } from 'vitest';
import { checkConditioner } from '../testing/index.js';
import type { Step } from '../contract/conditioner.js';
import { PixelCnn, type PixelCnnOptions } from './pixel-cnn.js';
import { channelGroups, pixelGraph } from './receptive-field.js';

const make = (options: Partial<PixelCnnOptions> = {}) =>
  new PixelCnn({ shape: [3, 3, 1], parameterCount: 2, channels: 6, blocks: 1, firstKernel: 3, seed: 0, ...options });

describe.each([
  ['one channel', {}],
  ['two channels, a context', { shape: [2, 3, 2], channels: 5, contextDim: 2 }],
  ['three channels', { shape: [2, 2, 3], parameterCount: 1, blocks: 2, activation: 'tanh' }],
  ['wide filters, weight normalization', { shape: [2, 4, 1], firstKernel: 5, kernel: 5, weightNorm: true }],
  ['a context that is an image', { shape: [2, 3, 2], channels: 4, contextChannels: 2 }],
  ['no blocks, filters of one pixel', { shape: [2, 2, 2], blocks: 0, firstKernel: 1, kernel: 1, contextDim: 1 }],
] as [string, Partial<PixelCnnOptions>][])('%s', (_, options) => {
  test('obeys every law', async () => {
    await checkConditioner(() => make(options), { steps: 2 });
  });
});

describe('the receptive field', () => {
  test('of one layer is what the filter covers', () => {
    // 3 × 3 pixels under a filter of 3 × 3: above, and to the left.
    const rows = pixelGraph([3, 3, 1], 3, 1, 0);
    expect(rows[4]).toEqual([1, 1, 1, 1, 0, 0, 0, 0, 0]);
    expect(rows[8]).toEqual([0, 0, 0, 0, 1, 1, 0, 1, 0]);
    expect(rows[0]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('grows with the blocks, and channels see those before them', () => {
    expect(pixelGraph([1, 4, 2], 3, 3, 0)[6]).toEqual([0, 0, 0, 0, 1, 1, 0, 0]);
    expect(pixelGraph([1, 4, 2], 3, 3, 1)[7]).toEqual([0, 0, 1, 1, 1, 1, 1, 0]);
    expect(pixelGraph([1, 4, 2], 3, 3, 2)[7]).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
  });

  test('groups are as equal as they can be', () => {
    expect(channelGroups(5, 3)).toEqual([0, 0, 1, 1, 2]);
    expect(channelGroups(2, 2)).toEqual([0, 1]);
  });
});

const coin: Step = (noise, parameters) => ({
  value: cast(less(noise, sigmoid(reshape(parameters, noise.shape))), 'float32'),
  logDet: zerosLike(noise),
});

const shift: Step = (input, parameters) => ({ value: add(input, mean(parameters, -1)), logDet: zerosLike(input) });

describe('PixelCnn', () => {
  test('starts at its initial parameters', async () => {
    const network = make({ shape: [2, 2, 3], initialParameters: [1, -2] });
    await expect(network.parameters(normal(key(0), [4, 12]))).toBeAllClose(
      Array.from({ length: 48 }, () => [1, -2]),
      { rtol: 0, atol: 0 },
    );
  });

  test('samples images of the frequencies that it says', async () => {
    const network = make({ shape: [2, 2, 1], parameterCount: 1, channels: 8, init: 'orthogonal', contextDim: 1 });
    for (const [i, variable] of [...network.variables().values()].entries())
      tidy(() => variable.assign(add(variable, mul(normal(key(i + 1), variable.shape), 0.4))));
    const context = tensor([0.7]);
    const states = tensor(Array.from({ length: 16 }, (_, state) => [0, 1, 2, 3].map((i) => (state >> i) & 1)));
    const logProb = (x: Tensor) => sum(bernoulliLogProb(reshape(network.parameters(x, context), x.shape), x), -1);
    const count = 10_000;
    const drawn = await network.unroll(uniform(key(9), [count, 4]), coin, context).value.data();
    const found = Array.from({ length: 16 }, () => 0);
    for (let i = 0; i < count; i++)
      found[drawn[4 * i] + 2 * drawn[4 * i + 1] + 4 * drawn[4 * i + 2] + 8 * drawn[4 * i + 3]]++;
    const expected = Array.from(await logProb(states).data(), (value) => count * Math.exp(value));
    expect(expected.reduce((total, n) => total + n)).toBeCloseTo(count, 0);
    const chiSquared = found.reduce((total, n, state) => total + (n - expected[state]) ** 2 / expected[state], 0);
    // 15 degrees of freedom: above 37.7 once in a thousand seeds.
    expect(chiSquared).toBeLessThan(37.7);
  });

  test('unrolling computes every unit once: one product for each layer and pixel', async () => {
    const network = make({ shape: [6, 5, 1], channels: 8 });
    const { kernels } = await profile(() => network.unroll(normal(key(0), [3, 30]), shift).value);
    const products = kernels.filter(({ name }) => ['Dense', 'BatchMatMul', '_FusedMatMul'].includes(name));
    expect(products).toHaveLength(30 * 3);
  });

  test('of a context that is an image, a pixel reads its own part and those of the pixels it depends on', async () => {
    const network = make({ shape: [3, 3, 1], contextChannels: 2, init: 'orthogonal', blocks: 0 });
    const [x, context] = [normal(key(1), [9]), normal(key(2), [18])];
    const base = await network.parameters(x, context).data();
    for (let pixel = 0; pixel < 9; pixel++) {
      const changed = tensor1d(Array.from({ length: 18 }, (_, i) => Number(i >> 1 === pixel)));
      const found = await network.parameters(x, add(context, changed)).data();
      // Without blocks no pixel reads hidden units of another.
      expect(Array.from({ length: 9 }, (_, i) => found[2 * i] !== base[2 * i])).toEqual(
        Array.from({ length: 9 }, (_, i) => i === pixel),
      );
    }
    expect(() => make({ contextChannels: 1, contextDim: 2 })).toThrow(
      'PixelCnn: contextDim must be left out where contextChannels is 1, got 2',
    );
  });

  test('refuses what is out of range', () => {
    expect(() => make({ shape: [3, 3] })).toThrow('PixelCnn: shape must be [height, width, channels], got [3, 3]');
    expect(() => make({ firstKernel: 4 })).toThrow('PixelCnn: firstKernel must be odd, got 4');
    expect(() => make({ kernel: 5 })).toThrow('PixelCnn: kernel must be at most firstKernel, 3, got 5');
    expect(() => make({ shape: [2, 2, 3], channels: 2 })).toThrow(
      'PixelCnn: channels must be an integer of at least 3, got 2',
    );
    expect(() => make({ initialParameters: [1] })).toThrow('PixelCnn: initialParameters must be 2 numbers, got 1');
  });
});
