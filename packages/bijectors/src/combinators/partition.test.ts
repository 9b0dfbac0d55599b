import { tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { maf } from '../factories/maf-iaf.js';
import { affine } from './elementwise.js';
import { Permute } from './permute.js';
import { checkBijector } from '../testing/index.js';
import { Exp } from '../elementary/exp.js';
import { FillTriangular } from '../elementary/fill-triangular.js';
import { Partition } from './partition.js';
import { Simplex } from '../elementary/simplex.js';
import { Softplus } from '../elementary/softplus.js';

const flow = (dim: number, context: number) => maf({ dim, contextDim: context, transforms: 1, hidden: [6], seed: 0 });
const scales = () => affine({ loc: [1, 2], scale: [3, 4], trainable: true });
const grown = () => new Partition({ bijectors: [new Simplex({ dim: 3 }), new Exp()], sizes: [2, 2] });

describe('Partition', () => {
  test('of sizes obeys the laws', async () => {
    await checkBijector(() => new Partition({ bijectors: [new Exp(), null, scales()], sizes: [1, 2, 2] }), {
      eventShape: [5],
      steps: 2,
    });
    await checkBijector(() => new Partition({ bijectors: [scales()], sizes: [2] }), { eventShape: [2], steps: 2 });
  });

  test('of index sets obeys the laws', async () => {
    await checkBijector(() => new Partition({ bijectors: [scales(), new Exp(), null], indices: [[3, 0], [1], [2]] }), {
      eventShape: [4],
      steps: 2,
    });
  });

  test('hands its context to the parts that take one', async () => {
    await checkBijector(
      () => new Partition({ bijectors: [new Softplus(), flow(2, 3), flow(1, 3)], sizes: [1, 2, 1] }),
      {
        eventShape: [4],
        contextReach: (output) => output > 0,
        // With one dimension there is none before it to see.
        idle: ['bijectors.2.parts.0.conditioner.layers.0.weights'],
        steps: 2,
      },
    );
  });

  test('of another axis obeys the laws', async () => {
    await checkBijector(
      () => new Partition({ bijectors: [scales(), new Permute({ dim: 2 })], indices: [[2, 0], [1]], axis: -2 }),
      {
        eventShape: [3, 2],
        steps: 2,
      },
    );
  });

  test('whose parts change their size obeys the laws', async () => {
    expect(grown().forwardEventShape([7, 4])).toEqual([7, 5]);
    expect(grown().inverseEventShape([7, 5])).toEqual([7, 4]);
    await checkBijector(grown, { eventShape: [4], coordinates: [0, 1, 3, 4], steps: 2 });
  });

  test('every part gets its own entries, and they go back to where they were', async () => {
    const partition = new Partition({
      bijectors: [affine({ loc: [10, 20], scale: [1, 1] }), new Exp(), null],
      indices: [[2, 0], [3], [1]],
    });
    const { value, logDet } = partition.forwardAndLogDet(tensor2d([[1, 2, 3, 0.5]]));
    await expect(value).toBeAllClose(tensor2d([[21, 2, 13, Math.exp(0.5)]]));
    await expect(logDet).toBeAllClose([0.5]);
  });

  test('refuses what does not fit', () => {
    const exp = new Exp();
    expect(() => new Partition({ bijectors: [exp] })).toThrow(
      'Partition: either sizes or indices must be given, and not both',
    );
    expect(() => new Partition({ bijectors: [exp], sizes: [1, 2] })).toThrow(
      'Partition: bijectors must be as many as the parts, at least one, got 1 for 2',
    );
    expect(() => new Partition({ bijectors: [exp], sizes: [0] })).toThrow(
      'Partition: the size of every part must be an integer of at least 1, got 0',
    );
    expect(() => new Partition({ bijectors: [exp, null], indices: [[0], [2]] })).toThrow(
      'Partition: indices must hold each of 0 to 1 once, got [[0], [2]]',
    );
    expect(() => new Partition({ bijectors: [exp], sizes: [1], axis: 0 })).toThrow(
      'Partition: minus axis must be an integer of at least 1, got',
    );
    expect(() => new Partition({ bijectors: [new FillTriangular({ dim: 2 })], sizes: [3] })).toThrow(
      'Partition: bijectors must keep the number of event axes',
    );
    expect(() => new Partition({ bijectors: [flow(1, 2), flow(1, 3)], sizes: [1, 1] })).toThrow(
      'Partition: bijectors must take contexts of one width, got 2 and 3',
    );
    const torn = new Partition({ bijectors: [new Simplex({ dim: 2 }), null], indices: [[0], [1]] });
    expect(() => torn.forwardEventShape([2])).toThrow(
      'Partition: bijectors that change the size of their part need sizes, not indices',
    );
    const two = new Partition({ bijectors: [exp, null], sizes: [1, 2] });
    expect(() => two.forward(zeros([4]))).toThrow(
      'Partition: x must have 1 event axes and 3 entries along axis -1, got [4]',
    );
    expect(() => new Partition({ bijectors: [scales(), null], sizes: [3, 1] }).forward(zeros([4]))).toThrow(
      'Partition: part 0 of x [4]: Elementwise: x must be [..., 2], got [3]',
    );
    expect(() => two.inverse(tensor1d([1, 2, 3]), zeros([1]))).toThrow('Partition takes no context');
  });
});
