import { clipByValue, tensor1d, tensor2d, tensor3d, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { maf } from '../factories/maf-iaf.js';
import { Chain } from './chain.js';
import { affine } from './elementwise.js';
import { Invert } from './invert.js';
import { checkBijector } from '../testing/index.js';
import { Exp } from '../elementary/exp.js';
import { Reshape } from './reshape.js';

/** Numbers, then matrices, vectors, matrices and vectors again. */
const mixed = () =>
  new Chain([
    new Exp(),
    new Reshape({ from: [2, 3], to: [6] }),
    affine({ loc: [1, 2, 3, 4, 5, 6], scale: [1, 2, 3, 4, 5, 6], trainable: true }),
    new Reshape({ from: [6], to: [3, 2] }),
    affine({ loc: [1, 2], scale: [3, 4] }),
  ]);

/** Far below, exp(x) is lost beside the location that is added to it, and there is no way back. */
const clipped = (x: Tensor) => clipByValue(x, -4, 4);

const flattening = () =>
  new Chain([
    affine({ loc: [1, 2], scale: [3, 4] }),
    new Reshape({ from: [2, 2], to: [4] }),
    maf({ dim: 4, hidden: [8], transforms: 1, seed: 0 }),
  ]);

describe('Reshape', () => {
  test.each([
    { from: [6], to: [2, 3] },
    { from: [2, 3], to: [3, 2] },
    { from: [2, 1, 3], to: [6] },
    { from: [1], to: [] },
  ])('from $from to $to obeys the laws', async (options) => {
    await checkBijector(() => new Reshape(options), { eventShape: options.from, steps: 2 });
    await checkBijector(() => new Invert(new Reshape(options)), { eventShape: options.to, steps: 2 });
  });

  test('a chain sums log-determinants over the axes that an event has there', async () => {
    await checkBijector(mixed, { eventShape: [2, 3], domain: clipped, steps: 2 });
    const chain = mixed();
    expect([chain.eventRank, chain.outputEventRank]).toEqual([2, 2]);
    expect(chain.forwardEventShape([2, 3])).toEqual([3, 2]);
    expect(chain.inverseEventShape([3, 2])).toEqual([2, 3]);
  });

  test('the first part’s events may have more axes than it needs', async () => {
    const { eventRank, outputEventRank } = flattening();
    expect([eventRank, outputEventRank]).toEqual([2, 1]);
    await checkBijector(flattening, { eventShape: [2, 2], steps: 2 });
  });

  test('keeps the order of the numbers', async () => {
    const reshape = new Reshape({ from: [4], to: [2, 2] });
    await expect(
      reshape.forward(
        tensor2d([
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ]),
      ),
    ).toBeAllClose(
      tensor3d([
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ]),
    );
    await expect(
      reshape.inverse(
        tensor2d([
          [1, 2],
          [3, 4],
        ]),
      ),
    ).toBeAllClose(tensor1d([1, 2, 3, 4]));
  });

  test('refuses what does not fit', () => {
    expect(() => new Reshape({ from: [4], to: [3] })).toThrow(
      'Reshape: to must hold 4 numbers as from does, got [3] for [4]',
    );
    expect(() => new Reshape({ from: [0], to: [0] })).toThrow('Reshape: from must be an integer of at least 1, got 0');
    expect(() => new Reshape({ from: [4], to: [2, 2] }).inverse(zeros([4]))).toThrow(
      'Reshape: y must be [..., 2, 2], got [4]',
    );
  });
});
