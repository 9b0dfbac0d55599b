import { sum, square, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { checkBijector } from '../testing/index.js';
import { Householder } from './householder.js';

const make = (dim: number) => new Householder({ dim, reflections: 4, contextDim: 2, hidden: [5], seed: 1 });

describe('Householder', () => {
  test.each([
    { dim: 2 },
    { dim: 2, reflections: 1 },
    { dim: 3, reflections: 3 },
    { dim: 3, reflections: 7 },
    { dim: 5 },
    { dim: 6, reflections: 2 },
  ])('of $dim dimensions, $reflections reflections: the laws', async (options) => {
    await checkBijector(() => new Householder({ ...options, seed: 1 }), {
      eventShape: [options.dim],
      noise: 0.5,
      steps: 4,
    });
  });

  test('of one dimension the laws hold, and the vectors have no effect but the sign', async () => {
    await checkBijector(() => new Householder({ dim: 1, reflections: 3, seed: 0 }), {
      eventShape: [1],
      idle: ['vectors'],
      steps: 4,
    });
    await expect(new Householder({ dim: 1, reflections: 3, seed: 0 }).forward(tensor1d([5]))).toBeAllClose([-5]);
  });

  test('with a context: the laws, and the identity at first', async () => {
    await checkBijector(() => make(3), { eventShape: [3], noise: 0.3, steps: 4 });
    const x = normal(key(1), [4, 5]);
    await expect(make(5).forward(x, normal(key(2), [4, 2]))).toBeAllClose(x, { atol: 1e-5 });
  });

  test('an even number of reflections starts at the identity, an odd one at a reflection', async () => {
    const x = normal(key(1), [4, 5]);
    await expect(new Householder({ dim: 5, seed: 0 }).forward(x)).toBeAllClose(x, { atol: 1e-5 });
    const once = new Householder({ dim: 5, reflections: 3, seed: 0 }).forward(x);
    await expect(once).not.toBeAllClose(x);
    await expect(new Householder({ dim: 5, reflections: 3, seed: 0 }).forward(once)).toBeAllClose(x, { atol: 1e-5 });
  });

  // H₁·H₂·H₃·x in float64, with numpy.
  test('equals a float64 reference', async () => {
    const rotation = new Householder({ dim: 3, reflections: 3, seed: 0 });
    rotation.vectors.assign(
      tensor2d([
        [1, 2, -1],
        [0.5, 0, 3],
        [-2, 1, 1],
      ]),
    );
    await expect(rotation.forward(tensor1d([1, -2, 0.5]))).toBeAllClose([
      -1.027027027027027, 0.716216216216216, -1.918918918918919,
    ]);
  });

  test('keeps lengths, with 64 random reflections of 64 dimensions', async () => {
    const rotation = new Householder({ dim: 64, seed: 0 });
    rotation.vectors.assign(normal(key(5), [64, 64]));
    const x = normal(key(6), [5, 64]);
    await expect(sum(square(rotation.forward(x)), 1)).toBeAllClose(sum(square(x), 1), { rtol: 1e-5 });
    await expect(rotation.inverse(rotation.forward(x))).toBeAllClose(x, { atol: 2e-5 });
  });

  test('refuses what does not fit', () => {
    expect(() => new Householder({ dim: 0 })).toThrow('Householder: dim must be an integer of at least 1, got 0');
    expect(() => new Householder({ dim: 2, reflections: 0 })).toThrow(
      'Householder: reflections must be an integer of at least 1, got 0',
    );
    expect(() => new Householder({ dim: 2, seed: 0 }).forward(zeros([3]))).toThrow(
      'Householder: x must be [..., 2], got [3]',
    );
  });
});
