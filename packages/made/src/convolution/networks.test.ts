import { add, mul, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import type { Network } from '../contract/network.js';
import { Mlp } from '../mlp/mlp.js';
import { ResidualMlp } from '../mlp/residual-mlp.js';
import { checkNetwork } from '../testing/index.js';
import { ConvDecoder } from './conv-decoder.js';
import { ConvEncoder } from './conv-encoder.js';
import { ResNet } from './res-net.js';

const encoder = (options: object = {}) =>
  new ConvEncoder({ inputShape: [7, 6, 2], channels: [3, 4], hidden: [5], outputDim: 3, seed: 0, ...options });
const decoder = (options: object = {}) =>
  new ConvDecoder({ inputDim: 3, hidden: [5], channels: [4, 3], outputShape: [7, 6, 2], seed: 0, ...options });
const resNet = (options: object = {}) =>
  new ResNet({ inputShape: [4, 5, 2], channels: 6, outputChannels: 3, seed: 0, ...options });

const networks: [string, () => Network][] = [
  ['an encoder', encoder],
  ['an encoder of one level without hidden layers', () => encoder({ channels: [3], hidden: [] })],
  ['an encoder of two blocks a level', () => encoder({ blocks: 2, activation: 'silu' })],
  ['a decoder', decoder],
  ['a decoder of one level without hidden layers', () => decoder({ channels: [3], hidden: [] })],
  ['a decoder of two blocks a level', () => decoder({ blocks: 2, activation: 'tanh' })],
  ['a residual network', resNet],
  ['a residual network with context', () => resNet({ contextDim: 2 })],
  [
    'a residual multilayer perceptron',
    () => new ResidualMlp({ inputDim: 3, hidden: 8, outputDim: 2, contextDim: 1, seed: 0 }),
  ],
  ['a multilayer perceptron', () => new Mlp({ inputDim: 3, hidden: [8], outputDim: 2, contextDim: 1, seed: 0 })],
];

test.each(networks)('%s obeys every law', (_, make) => checkNetwork(make, { noise: 0.05 }));

const shapes = (levels: readonly { first: { inputs: number; outputs: number } }[]) =>
  levels.map(({ first }) => [first.inputs, first.outputs]);

describe('networks of images', () => {
  test('say what they map to what', () => {
    expect([encoder().inputShape, encoder().outputShape]).toEqual([[7, 6, 2], [3]]);
    expect([decoder().inputShape, decoder().outputShape]).toEqual([[3], [7, 6, 2]]);
    expect([resNet().inputShape, resNet().outputShape, resNet().outputDim]).toEqual([[4, 5, 2], [4, 5, 3], 60]);
  });

  test('halve and double what is odd, and mirror each other', () => {
    expect(shapes(encoder({ channels: [2, 3, 4], blocks: 2 }).levels)).toEqual([
      [2, 2],
      [2, 2],
      [2, 3],
      [3, 3],
      [3, 4],
      [4, 4],
    ]);
    expect(shapes(decoder({ channels: [4, 3, 2], blocks: 2 }).levels)).toEqual([
      [4, 4],
      [4, 3],
      [3, 3],
      [3, 2],
      [2, 2],
      [2, 2],
    ]);
    expect(encoder({ channels: [2, 3, 4] }).head[0].kernel).toEqual([1, 1]);
    expect(encoder().head[0].kernel).toEqual([2, 2]);
  });

  test('a residual network starts at 0 where it is told to', async () => {
    const network = resNet({ init: 'identity' });
    await expect(network.apply(normal(key(0), [3, 4, 5, 2]))).toBeAllClose(zeros([3, 4, 5, 3]), { rtol: 0, atol: 0 });
  });

  // A shift of the image shifts the result: filters are the same everywhere.
  test('a residual network knows no place but the edges', async () => {
    const network = new ResNet({ inputShape: [1, 24, 1], channels: 4, blocks: 1, outputChannels: 1, seed: 0 });
    const at = (place: number) =>
      network.apply(
        add(
          zeros([1, 24, 1]),
          mul(3, tensor1d(Array.from({ length: 24 }, (_, i) => Number(i === place)))).reshape([1, 24, 1]),
        ),
      );
    const difference = async (place: number) => {
      const [y, empty] = [await at(place).data(), await network.apply(zeros([1, 24, 1]) as Tensor).data()];
      return Array.from({ length: 9 }, (_, i) => y[place - 4 + i] - empty[place - 4 + i]);
    };
    await expect(await difference(10)).toBeAllClose(await difference(13), { atol: 1e-6 });
  });

  test('refuse what is out of range', () => {
    expect(() => encoder({ inputShape: [7, 6] })).toThrow(
      'ConvEncoder: inputShape must be [height, width, channels], got [7, 6]',
    );
    expect(() => encoder({ channels: [] })).toThrow('ConvEncoder: channels must name at least one level, got none');
    expect(() => encoder({ blocks: 0 })).toThrow('ConvEncoder: blocks must be an integer of at least 1, got 0');
    expect(() => decoder({ outputShape: [7, 6, 0] })).toThrow(
      'ConvDecoder: outputShape must be an integer of at least 1, got 0',
    );
    expect(() => decoder({ activation: 'sin' })).toThrow('ConvDecoder: activation must be one of');
    expect(() => resNet({ init: 'zeros' })).toThrow("ResNet: init must be 'uniform' or 'identity', got 'zeros'");
    expect(() => encoder().apply(zeros([7, 6, 3]))).toThrow('ConvEncoder: x must be [..., 7, 6, 2], got [7, 6, 3]');
  });
});
