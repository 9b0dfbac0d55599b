import { sum, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { key, normal } from '@pushforward/tensor';
import { describe, expect, test } from 'vitest';
import { maf } from '../factories/maf-iaf.js';
import { Chain } from '../combinators/chain.js';
import { Invert } from '../combinators/invert.js';
import { checkBijector } from '../testing/index.js';
import { Simplex } from './simplex.js';
const flow = () =>
  new Chain([maf({ dim: 3, contextDim: 2, transforms: 1, hidden: [6], seed: 0 }), new Simplex({ dim: 4 })]);
const thereAndBack = () => new Chain([new Simplex({ dim: 4 }), new Invert(new Simplex({ dim: 4 }))]);

describe('Simplex', () => {
  test.each([2, 3, 5])('of %d probabilities obeys the laws', async (dim) => {
    const coordinates = Array.from({ length: dim - 1 }, (_, i) => i);
    await checkBijector(() => new Simplex({ dim }), { eventShape: [dim - 1], coordinates, steps: 4 });
  });

  test('in other coordinates the log-determinant is the same, for the probabilities sum to 1', async () => {
    await checkBijector(() => new Simplex({ dim: 4 }), { eventShape: [3], coordinates: [3, 0, 2], steps: 0 });
  });

  test('behind a flow, and there and back again, it obeys the laws', async () => {
    await checkBijector(flow, { eventShape: [3], coordinates: [0, 1, 2], steps: 2 });
    await checkBijector(thereAndBack, { eventShape: [3], steps: 2 });
  });

  // Stick-breaking in float64.
  test('equals a float64 reference', async () => {
    const { value, logDet } = new Simplex({ dim: 4 }).forwardAndLogDet(tensor2d([[0.3, -1, 2]]));
    await expect(value).toBeAllClose(
      tensor2d([[0.3103224420123704, 0.1071499630468746, 0.5130886034653004, 0.06943899147545451]]),
    );
    await expect(logDet).toBeAllClose([-6.738282753317737]);
  });

  test('0 is the uniform distribution, and everything sums to 1', async () => {
    await expect(new Simplex({ dim: 5 }).forward(zeros([4]))).toBeAllClose([0.2, 0.2, 0.2, 0.2, 0.2]);
    const values = new Simplex({ dim: 50 }).forward(normal(key(0), [20, 49]));
    await expect(sum(values, -1)).toBeAllClose(Array.from({ length: 20 }, () => 1));
  });

  test('the log-determinant is exact where probabilities vanish', async () => {
    const { logDet } = new Simplex({ dim: 3 }).forwardAndLogDet(tensor1d([-200, 200]));
    // y₁ = e⁻²⁰⁰/2, y₂ = 1, y₃ = e⁻²⁰⁰.
    await expect(logDet).toBeAllClose(-400 - Math.log(2), { rtol: 1e-6 });
  });

  test('knows the shapes of events', () => {
    const simplex = new Simplex({ dim: 4 });
    expect(simplex.forwardEventShape([7, 3])).toEqual([7, 4]);
    expect(simplex.inverseEventShape([4])).toEqual([3]);
    expect(new Invert(simplex).forwardEventShape([4])).toEqual([3]);
    expect(() => simplex.forwardEventShape([4])).toThrow('Simplex: x must be [..., 3], got [4]');
    expect(() => simplex.inverseEventShape([3])).toThrow('Simplex: y must be [..., 4], got [3]');
    expect(() => new Simplex({ dim: 1 })).toThrow('Simplex: dim must be an integer of at least 2, got 1');
  });
});
