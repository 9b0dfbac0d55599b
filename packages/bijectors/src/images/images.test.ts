import { PixelCnn, ResNet } from '@pushforward/made';
import { key, normal } from '@pushforward/tensor';
import { moments, mul, reshape, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { Autoregressive } from '../autoregressive/autoregressive.js';
import { Chain } from '../combinators/chain.js';
import { AffineTransform } from '../elementwise/affine/affine.js';
import { RationalQuadraticSplineTransform } from '../elementwise/spline/rational-quadratic-spline.js';
import { multiscaleGlow, type MultiscaleGlowOptions } from '../factories/multiscale-glow.js';
import { initializeActNorm } from '../linear/act-norm.js';
import { LuLinear } from '../linear/lu-linear.js';
import { checkBijector } from '../testing/index.js';
import { ImageCoupling } from './image-coupling.js';
import { PixelSigmoid } from './pixel-sigmoid.js';
import { Squeeze } from './squeeze.js';

describe('Squeeze', () => {
  test('obeys every law', () => checkBijector(() => new Squeeze({ shape: [2, 4, 3] }), { eventShape: [2, 4, 3] }));
  test('by three obeys every law', () =>
    checkBijector(() => new Squeeze({ shape: [3, 6, 1], factor: 3 }), { eventShape: [3, 6, 1] }));

  test('puts the pixels of a square into one', async () => {
    const image = reshape(tensor1d(Array.from({ length: 16 }, (_, i) => i)), [2, 4, 2]);
    await expect(new Squeeze({ shape: [2, 4, 2] }).forward(image)).toBeAllClose(
      tensor([
        [
          [0, 1, 2, 3, 8, 9, 10, 11],
          [4, 5, 6, 7, 12, 13, 14, 15],
        ],
      ]),
    );
  });

  test('refuses sizes that do not divide', () => {
    expect(() => new Squeeze({ shape: [3, 4, 1] })).toThrow(
      'Squeeze: shape must be [height, width, channels] with a height and a width that 2 divides, got [3, 4, 1]',
    );
    expect(() => new Squeeze({ shape: [2, 2, 1], factor: 1 })).toThrow(
      'Squeeze: factor must be an integer of at least 2, got 1',
    );
  });
});

describe('PixelSigmoid', () => {
  test.each([
    [256, 1e-6],
    [256, 0.05],
    [2, 0.01],
  ])('of %i levels with α %f obeys every law', (levels, alpha) =>
    checkBijector(() => new PixelSigmoid({ levels, alpha })),
  );

  test('has the logit of the pixels for its inverse, to the last digits at both ends', async () => {
    const pixels = [0, 1e-3, 0.5, 128, 255, 255.9375, 256];
    const expected = pixels.map((pixel) => {
      const p = 1e-6 + (1 - 2e-6) * (pixel / 256);
      return Math.log(p) - Math.log1p(-p);
    });
    await expect(new PixelSigmoid().inverse(tensor1d(pixels))).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-6 });
  });

  test('refuses what is out of range', () => {
    expect(() => new PixelSigmoid({ levels: 1 })).toThrow(
      'PixelSigmoid: levels must be an integer of at least 2, got 1',
    );
    expect(() => new PixelSigmoid({ alpha: 0.5 })).toThrow(
      'PixelSigmoid: alpha must be above 0 and below 0.5, got 0.5',
    );
  });
});

const coupling = ({
  transformed,
  ...network
}: { transformed?: string; outputChannels?: number; contextDim?: number } = {}) =>
  new ImageCoupling({
    network: new ResNet({ inputShape: [2, 3, 1], channels: 4, blocks: 1, outputChannels: 4, ...network, seed: 0 }),
    transform: new AffineTransform(),
    transformed: transformed as 'first',
  });

describe('ImageCoupling', () => {
  test.each(['first', 'last'] as const)('of the %s channels obeys every law', (transformed) => {
    const isTransformed = (place: number) => (transformed === 'last' ? place % 3 > 0 : place % 3 < 2);
    return checkBijector(() => coupling({ transformed, contextDim: 2 }), {
      eventShape: [2, 3, 3],
      noise: 0.05,
      contextReach: isTransformed,
      // Two convolutions in a row, and a residual block of two more, reach every pixel of so small an image.
      connectivity: (output, input) => output === input || (isTransformed(output) && !isTransformed(input)),
    });
  });

  test('refuses networks that do not fit', () => {
    expect(() => coupling({ outputChannels: 3 })).toThrow(
      'ImageCoupling: network must map images to images of the same size and of a multiple of 2 channels, got [2, 3, 1] to [2, 3, 3]',
    );
    expect(() => coupling({ transformed: 'all' })).toThrow(
      "ImageCoupling: transformed must be 'first' or 'last', got all",
    );
  });
});

test('a linear map of every pixel is an invertible 1 × 1 convolution', () =>
  checkBijector(() => new Chain([new Squeeze({ shape: [2, 4, 1] }), new LuLinear({ dim: 4 })]), {
    eventShape: [2, 4, 1],
  }));

const make = (options: Partial<MultiscaleGlowOptions> = {}) =>
  multiscaleGlow({ shape: [4, 4, 1], levels: 2, transforms: 1, channels: 4, blocks: 1, seed: 0, ...options });

describe('multiscaleGlow', () => {
  test('of two scales obeys every law', () =>
    checkBijector(() => make(), { eventShape: [4, 4, 1], noise: 0.05, steps: 2 }));
  test('with splines and a context obeys every law', () =>
    checkBijector(
      () =>
        make({
          shape: [2, 2, 2],
          levels: 1,
          transforms: 2,
          contextDim: 1,
          transform: new RationalQuadraticSplineTransform({ bins: 3 }),
        }),
      { eventShape: [2, 2, 2], noise: 0.05, steps: 2 },
    ));

  test('starts at the identity, and its base has mean 0 and variance 1 once it has seen data', async () => {
    const flow = make();
    const images = mul(normal(key(1), [200, 4, 4, 1]), 7);
    await expect(flow.inverse(images)).toBeAllClose(images, { rtol: 1e-4, atol: 1e-4 });
    initializeActNorm(flow, images);
    const { variance } = moments(flow.inverse(images), [0, 1, 2, 3]);
    await expect(variance).toBeAllClose(1, { rtol: 0.02 });
  });

  test('refuses sizes that cannot be halved so often', () => {
    expect(() => make({ shape: [4, 6, 1] })).toThrow(
      'multiscaleGlow: shape must be [height, width, channels] with a height and a width that 4 divides, got [4, 6, 1]',
    );
  });
});

test('an autoregressive flow of images by a PixelCNN obeys every law', () =>
  checkBijector(
    () =>
      new Autoregressive(
        new PixelCnn({
          shape: [2, 3, 1],
          parameterCount: 2,
          channels: 4,
          blocks: 1,
          firstKernel: 5,
          contextDim: 1,
          seed: 0,
        }),
        new AffineTransform(),
        'inverse',
      ),
    { eventShape: [6], steps: 2 },
  ));
