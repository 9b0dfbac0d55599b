import {
  mean,
  moments,
  mul,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { conv2d, key, normal } from '@pushforward/tensor';
import { rebuild } from '@pushforward/tensor/testing';
import { describe, expect, test } from 'vitest';
import { Mlp } from '../mlp/mlp.js';
import { ConvDecoder } from './conv-decoder.js';
import { ConvEncoder } from './conv-encoder.js';
import { initializeWeightNorm, WeightNormConv2d, type WeightNormConv2dOptions } from './weight-norm-conv2d.js';

const make = (options: Partial<WeightNormConv2dOptions> = {}) =>
  new WeightNormConv2d({ inputs: 2, outputs: 3, seed: 0, ...options });
const images = (scale = 1) => tidy(() => mul(normal(key(1), [50, 6, 5, 2]), scale));

/** The mean and the standard deviation of each channel. */
function statistics(x: Tensor): { loc: Tensor; deviation: Tensor } {
  const { mean: loc, variance } = moments(reshape(x, [-1, x.shape.at(-1)!]), 0);
  return { loc, deviation: sqrt(variance) };
}

describe('WeightNormConv2d', () => {
  test.each([false, true])('has filters of length g in the direction v, transposed %j', async (transposed) => {
    const layer = make({ transposed, stride: transposed ? 2 : 1 });
    const axes = transposed ? [0, 1, 3] : [0, 1, 2];
    // At the start the length is that of v.
    await expect(layer.scale).toBeAllClose(sqrt(sum(square(layer.direction), axes)));
    const before = layer.apply(images());
    layer.direction.assign(mul(layer.direction, 3));
    await expect(layer.apply(images())).toBeAllClose(before, { rtol: 1e-4, atol: 1e-5 });
    layer.scale.assign(mul(layer.scale, 2));
    await expect(layer.apply(images())).toBeAllClose(mul(before, 2), { rtol: 1e-4, atol: 1e-5 });
  });

  test('is a convolution with those filters', async () => {
    const layer = make({ activation: 'elu', stride: 2 });
    await expect(layer.apply(images())).toBeAllClose(
      conv2d(images(), layer.direction, layer.bias, { stride: 2, activation: 'elu' }),
      { rtol: 1e-4, atol: 1e-5 },
    );
  });

  test('a copy gives the same numbers', async () => {
    const layer = make({ kernel: [2, 3], stride: 2, padding: 'valid', activation: 'tanh', gain: 0.5 });
    using copy = rebuild(layer);
    await expect(copy.apply(images())).toBeAllClose(layer.apply(images()), { rtol: 0, atol: 0 });
  });

  // The gradient of v is at right angles to v: its length changes nothing.
  test('the direction has no gradient along itself', async () => {
    const layer = make();
    const { grads } = variableGrads(() => mean(square(layer.apply(images()))), layer.trainableVariables());
    const along = sum(mul(grads[layer.direction.name], layer.direction), [0, 1, 2]);
    await expect(along).toBeAllClose([0, 0, 0], { atol: 1e-5 });
  });

  test('refuses what is out of range', () => {
    expect(() => make({ kernel: [3] })).toThrow('WeightNormConv2d: kernel must be a height and a width, got [3]');
    expect(() => make({ gain: NaN })).toThrow('WeightNormConv2d: gain must be finite, got NaN');
    expect(() => make({ padding: 'full' as 'same' })).toThrow("WeightNormConv2d: padding must be 'same' or 'valid'");
  });
});

describe('initializeWeightNorm', () => {
  test.each([false, true])('makes outputs of mean 0 and the given deviation, transposed %j', async (transposed) => {
    const layer = make({ transposed, gain: 0.7 });
    const data = sub(images(40), 100);
    initializeWeightNorm(layer, () => layer.apply(data));
    const { loc, deviation } = statistics(layer.apply(data));
    await expect(loc).toBeAllClose([0, 0, 0], { atol: 1e-3 });
    await expect(deviation).toBeAllClose([0.7, 0.7, 0.7], { rtol: 1e-3 });
    // Once only.
    const scale = await layer.scale.data();
    layer.apply(images());
    expect(await layer.scale.data()).toEqual(scale);
  });

  test('reaches every layer of two networks in one pass', async () => {
    const encoder = new ConvEncoder({ inputShape: [6, 5, 2], channels: [4, 4], hidden: [9], outputDim: 6, seed: 0 });
    const decoder = new ConvDecoder({ inputDim: 6, channels: [4], outputShape: [6, 5, 2], seed: 1 });
    const data = images(7);
    initializeWeightNorm(encoder, () => encoder.apply(data));
    initializeWeightNorm(decoder, () => decoder.apply(encoder.apply(data)));
    const { loc, deviation } = statistics(encoder.apply(data));
    await expect(loc).toBeAllClose(
      Array.from({ length: 6 }, () => 0),
      { atol: 1e-4 },
    );
    await expect(deviation).toBeAllClose(
      Array.from({ length: 6 }, () => 1),
      { rtol: 1e-3 },
    );
    const decoded = statistics(decoder.apply(encoder.apply(data)));
    await expect(decoded.deviation).toBeAllClose([1, 1], { rtol: 1e-3 });
  });

  test('leaks nothing, and leaves no layer waiting when a pass fails', async () => {
    const layer = make();
    const data = images();
    await expect(() => initializeWeightNorm(layer, () => layer.apply(data))).toLeakNoTensor();
    expect(() =>
      initializeWeightNorm(layer, () => {
        throw new Error('no data');
      }),
    ).toThrow('no data');
    const scale = await layer.scale.data();
    layer.apply(images(9));
    expect(await layer.scale.data()).toEqual(scale);
    expect(() => initializeWeightNorm(new Mlp({ inputDim: 1, hidden: [], outputDim: 1 }), () => {})).toThrow(
      'initializeWeightNorm: module must hold a layer with weight normalization',
    );
  });
});
