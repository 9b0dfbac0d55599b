import { square, tensor2d, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { Mlp, Network } from '@pushforward/made';
import { representatives } from '@pushforward/tensor/testing';
import { describe, expect, test, vi } from 'vitest';
import { checkBijector } from '../testing/index.js';
import { AffineTransform } from '../elementwise/affine/affine.js';
import { GateTransform } from '../elementwise/affine/gate.js';
import { ShiftTransform } from '../elementwise/affine/shift.js';
import { Coupling } from './coupling.js';

const TRANSFORMS = { shift: new ShiftTransform(), affine: new AffineTransform(), gate: new GateTransform() };

function coupling({
  dim,
  transformed,
  transform,
  contextDim,
}: {
  dim: number;
  transformed: number[];
  transform: keyof typeof TRANSFORMS;
  contextDim: number;
}) {
  const inputDim = dim - transformed.length;
  const outputDim = transformed.length * TRANSFORMS[transform].parameterCount;
  const network = new Mlp({
    inputDim,
    hidden: [12, 12],
    outputDim,
    contextDim,
    activation: 'tanh',
    init: 'identity',
    seed: 1,
  });
  return new Coupling({ dim, transformed, network, transform: TRANSFORMS[transform] });
}

/** The squares of its inputs, as a network of one's own. */
class Squares extends Network {
  static readonly type = 'Squares';
  static override fromConfig() {
    return new Squares();
  }
  readonly inputDim = 2;
  readonly outputDim = 2;
  apply(x: Tensor) {
    return square(x);
  }
  override config() {
    return { type: 'Squares' };
  }
}

// The first and the sixth are those that also run where every operation is slow.
const CASES = [
  { dim: 5, transformed: [1, 2, 4], transform: 'gate', contextDim: 3 },
  { dim: 2, transformed: [1], transform: 'shift', contextDim: 0 },
  { dim: 2, transformed: [0], transform: 'affine', contextDim: 2 },
  { dim: 3, transformed: [0, 1, 2], transform: 'affine', contextDim: 2 },
  { dim: 3, transformed: [2, 0, 1], transform: 'affine', contextDim: 0 },
  { dim: 5, transformed: [3, 0], transform: 'affine', contextDim: 0 },
  { dim: 1, transformed: [0], transform: 'affine', contextDim: 3 },
  { dim: 1, transformed: [0], transform: 'gate', contextDim: 0 },
] as const;

describe('Coupling', () => {
  test.each(representatives(CASES))(
    '$transform of $transformed of $dim dimensions, context $contextDim: the laws',
    async ({ transformed, ...options }) => {
      await checkBijector(() => coupling({ ...options, transformed: [...transformed] }), {
        eventShape: [options.dim],
        steps: 4,
      });
    },
  );

  test('with a network of one’s own: the laws', async () => {
    const options = { dim: 3, transformed: [1], network: new Squares(), transform: new AffineTransform() };
    await checkBijector(() => new Coupling(options), { eventShape: [3], steps: 4 });
  });

  test('parameters go to the transformed dimensions in the order they are named in', async () => {
    const network = new Mlp({
      inputDim: 1,
      hidden: [8],
      outputDim: 4,
      init: 'identity',
      outputBias: [10, 0, 20, Math.log(2)],
      seed: 0,
    });
    const layer = new Coupling({
      dim: 3,
      transformed: [2, 0],
      network,
      transform: new AffineTransform({ bound: null }),
    });
    const { value, logDet } = layer.forwardAndLogDet(tensor2d([[1, 2, 3]]));
    await expect(value).toBeAllClose(tensor2d([[22, 2, 13]]));
    await expect(logDet).toBeAllClose([Math.log(2)]);
  });

  test('runs its network once, for the value and its log-determinant', () => {
    const layer = coupling({ dim: 3, transformed: [1], transform: 'affine', contextDim: 0 });
    const passes = vi.spyOn(layer.network, 'applyToVectors');
    layer.inverseAndLogDet(zeros([4, 3]));
    expect(passes).toHaveBeenCalledTimes(1);
  });

  test('refuses what does not fit', () => {
    const transform = new AffineTransform();
    const make = (dim: number, transformed: number[], inputDim: number, outputDim: number) => () =>
      new Coupling({
        dim,
        transformed,
        network: new Mlp({ inputDim, hidden: [8], outputDim, seed: 0 }),
        transform,
        name: 'pair',
      });
    expect(make(2, [], 2, 1)).toThrow(
      'pair: transformed must hold different indices from 0 to 1, at least one, got []',
    );
    expect(make(2, [2], 1, 2)).toThrow(
      'pair: transformed must hold different indices from 0 to 1, at least one, got [2]',
    );
    expect(make(3, [1, 1], 1, 4)).toThrow(
      'pair: transformed must hold different indices from 0 to 2, at least one, got [1, 1]',
    );
    expect(make(3, [1], 1, 2)).toThrow('pair: network must read 2 dimensions, got 1');
    expect(make(3, [1], 2, 3)).toThrow('pair: network must give 1 × 2 parameters, got 3');
    expect(() => make(2, [0], 1, 2)().inverse(zeros([4, 3]))).toThrow('pair: y must be [..., 2], got [4, 3]');
  });
});
