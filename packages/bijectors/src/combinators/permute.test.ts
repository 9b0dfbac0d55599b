import { tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkBijector } from '../testing/index.js';
import { Permute } from './permute.js';

const random = (seed: number) => new Permute({ dim: 20, permutation: 'random', seed });
const given = (permutation: number[]) => () => new Permute({ dim: 3, permutation });

describe('Permute', () => {
  test.each([
    ['reverse', { dim: 4, permutation: 'reverse' as const }],
    ['random', { dim: 5, permutation: 'random' as const, seed: 3 }],
    ['given', { dim: 3, permutation: [2, 0, 1] }],
    ['of one dimension', { dim: 1 }],
  ])('%s obeys the laws', async (_, options) => {
    const { permutation } = new Permute(options);
    await checkBijector(() => new Permute(options), { eventShape: [options.dim], steps: 4 });
    const values = Array.from({ length: options.dim }, (_, i) => 10 * i);
    await expect(new Permute(options).forward(tensor1d(values))).toBeAllClose(
      permutation.map((index) => values[index]),
    );
  });

  test('place i holds x[permutation[i]], along any batch', async () => {
    const permute = new Permute({ dim: 3, permutation: [2, 0, 1] });
    const x = tensor2d([
      [10, 20, 30],
      [1, 2, 3],
    ]);
    await expect(permute.forward(x)).toBeAllClose(
      tensor2d([
        [30, 10, 20],
        [3, 1, 2],
      ]),
    );
    await expect(permute.inverse(permute.forward(x))).toBeAllClose(x);
  });

  test('a reversal turns the Jacobian round exactly', async () => {
    await checkBijector(() => new Permute({ dim: 4 }), {
      eventShape: [4],
      connectivity: (output, input) => output === 3 - input,
      steps: 0,
    });
  });

  test('a random permutation follows from its seed and stands in the configuration', () => {
    expect(random(1).permutation).toEqual(random(1).permutation);
    expect(random(1).permutation).not.toEqual(random(2).permutation);
    expect(random(1).config().permutation).toEqual(random(1).permutation);
  });

  test('refuses what is no permutation', () => {
    expect(given([0, 1])).toThrow('Permute: permutation must hold each of 0 to 2 once, got [0, 1]');
    expect(given([0, 1, 1])).toThrow('Permute: permutation must hold each of 0 to 2 once, got [0, 1, 1]');
    expect(given([1, 2, 3])).toThrow('Permute: permutation must hold each of 0 to 2 once, got [1, 2, 3]');
    expect(() => new Permute({ dim: 0 })).toThrow('Permute: dim must be an integer of at least 1, got 0');
    expect(() => new Permute({ dim: 3, permutation: 'backwards' as 'reverse' })).toThrow(
      "Permute: permutation must be 'reverse', 'random' or a list, got 'backwards'",
    );
    expect(() => new Permute({ dim: 3 }).forward(zeros([2, 4]))).toThrow('Permute: x must be [..., 3], got [2, 4]');
    expect(() => new Permute({ dim: 3 }).inverse(zeros([]))).toThrow('Permute: y must be [..., 3], got []');
  });

  test('a seed without a random order is refused, by types and when run', () => {
    // @ts-expect-error: nothing is drawn
    expect(() => new Permute({ dim: 3, seed: 0 })).toThrow(
      "Permute: seed must be left out where permutation is not 'random'",
    );
  });
});
