import { tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { Chain } from '../combinators/chain.js';
import { affine } from '../combinators/elementwise.js';
import { checkBijector } from '../testing/index.js';
import { Exp } from './exp.js';
import { FillTriangular } from './fill-triangular.js';
import { Scale } from './scale.js';

/** The places of the lower triangle in a flattened n × n matrix. */
const lower = (n: number) =>
  Array.from({ length: n * n }, (_, place) => place).filter((place) => place % n <= Math.floor(place / n));
const halved = () => new FillTriangular({ dim: 2, diagonal: new Chain([new Scale(0.5), new Exp()]) });

describe('FillTriangular', () => {
  test.each([1, 2, 3])('of %d rows obeys the laws', async (dim) => {
    await checkBijector(() => new FillTriangular({ dim }), {
      eventShape: [(dim * (dim + 1)) / 2],
      coordinates: lower(dim),
      steps: 4,
    });
  });

  test('with another diagonal, behind a trainable layer, it obeys the laws', async () => {
    await checkBijector(() => new Chain([affine({ loc: [1, 2, 3], scale: [1, 2, 3], trainable: true }), halved()]), {
      eventShape: [3],
      coordinates: lower(2),
      steps: 2,
    });
  });

  test('fills row by row', async () => {
    const fill = new FillTriangular({ dim: 3, diagonal: new Exp() });
    const { value, logDet } = fill.forwardAndLogDet(tensor1d([0, 2, 1, 4, 5, -1]));
    await expect(value).toBeAllClose(
      tensor2d([
        [1, 0, 0],
        [2, Math.E, 0],
        [4, 5, 1 / Math.E],
      ]),
    );
    await expect(logDet).toBeAllClose(0);
    // What stands above the diagonal is not read.
    await expect(
      fill.inverse(
        tensor2d([
          [1, 9, 9],
          [2, Math.E, 9],
          [4, 5, 1 / Math.E],
        ]),
      ),
    ).toBeAllClose([0, 2, 1, 4, 5, -1]);
  });

  test('refuses what does not fit', () => {
    expect(() => new FillTriangular({ dim: 0 })).toThrow('FillTriangular: dim must be an integer of at least 1, got 0');
    expect(() => new FillTriangular({ dim: 2, diagonal: affine({ loc: [0, 0], scale: [1, 1] }) })).toThrow(
      'FillTriangular: diagonal must be a bijector of numbers that takes no context',
    );
    expect(() => new FillTriangular({ dim: 2 }).forward(zeros([4]))).toThrow(
      'FillTriangular: x must be [..., 3], got [4]',
    );
    expect(() => new FillTriangular({ dim: 2 }).inverse(zeros([2, 3]))).toThrow(
      'FillTriangular: y must be [..., 2, 2], got [2, 3]',
    );
  });
});
