import { tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { affine, Elementwise } from './elementwise.js';
import { checkBijector } from '../testing/index.js';
import { AffineTransform } from '../elementwise/affine/affine.js';
import { GateTransform } from '../elementwise/affine/gate.js';
import { ShiftTransform } from '../elementwise/affine/shift.js';

const TRANSFORMS = { shift: new ShiftTransform(), affine: new AffineTransform(), gate: new GateTransform() };

describe('Elementwise', () => {
  test.each([
    ['shift', []],
    ['shift', [4]],
    ['affine', []],
    ['affine', [1]],
    ['affine', [4]],
    ['affine', [2, 3]],
    ['gate', []],
    ['gate', [4]],
  ] as const)('%s over events of shape [%s] obeys the laws', async (name, eventShape) => {
    await checkBijector(() => new Elementwise({ transform: TRANSFORMS[name], eventShape }), {
      eventShape,
      connectivity: (output, input) => output === input,
      steps: 4,
    });
  });

  test('starts at the identity', async () => {
    const bijector = new Elementwise({ transform: new AffineTransform(), eventShape: [3] });
    const { value, logDet } = bijector.forwardAndLogDet(tensor2d([[1, -2, 3]]));
    await expect(value).toBeAllClose(tensor2d([[1, -2, 3]]));
    await expect(logDet).toBeAllClose(tensor1d([0]));
  });

  test('takes its parameters in row-major order', async () => {
    const bijector = new Elementwise({ transform: new AffineTransform(), eventShape: [2], parameters: [10, 0, 20, 1] });
    await expect(bijector.forward(tensor1d([1, 1]))).toBeAllClose([11, 20 + Math.exp(5 * Math.tanh(0.2))]);
  });

  test('refuses what does not fit', () => {
    const transform = new AffineTransform();
    expect(() => new Elementwise({ transform, eventShape: [0] })).toThrow(
      'Elementwise: eventShape must be an integer of at least 1, got 0',
    );
    expect(() => new Elementwise({ transform, eventShape: [3], parameters: [1, 2] })).toThrow(
      'Elementwise: parameters must hold 3 × 2 numbers, got 2',
    );
    expect(() => new Elementwise({ transform, eventShape: [3] }).inverse(zeros([3, 2]))).toThrow(
      'Elementwise: y must be [..., 3], got [3, 2]',
    );
  });
});

describe('affine', () => {
  test('obeys the laws, fixed and trainable', async () => {
    const options = { loc: [1, -2, 0], scale: [0.5, 3, 1] };
    await checkBijector(() => affine(options), { eventShape: [3], steps: 4 });
    await checkBijector(() => affine({ ...options, trainable: true }), { eventShape: [3], steps: 4 });
  });

  test('standardises numbers of any unit', async () => {
    const bijector = affine({ loc: [1e6, -3e-9], scale: [2e5, 1e-9] });
    const { value, logDet } = bijector.inverseAndLogDet(
      tensor2d([
        [1.4e6, -1e-9],
        [8e5, -3e-9],
      ]),
    );
    await expect(value).toBeAllClose(
      tensor2d([
        [2, 2],
        [-1, 0],
      ]),
      { rtol: 1e-5 },
    );
    await expect(logDet).toBeAllClose([-(Math.log(2e5) + Math.log(1e-9)), -(Math.log(2e5) + Math.log(1e-9))]);
  });

  test('scales from 1e-30 to 1e30 keep a relative accuracy of 1e-5', async () => {
    const scale = [1e-30, 1e-7, 1e12, 1e30];
    await expect(affine({ loc: [0, 0, 0, 0], scale }).forward(tensor1d([1, 1, 1, 1]))).toBeAllClose(scale, {
      rtol: 1e-5,
      atol: 0,
    });
  });

  test('is fixed unless trainable', () => {
    expect(affine({ loc: [0], scale: [1] }).trainableVariables()).toHaveLength(0);
    expect(affine({ loc: [0], scale: [1], trainable: true }).trainableVariables()).toHaveLength(1);
  });

  test('refuses a location or scale that is none', () => {
    expect(() => affine({ loc: [0, 1], scale: [1] })).toThrow('affine: scale must hold 2 numbers as loc does, got 1');
    expect(() => affine({ loc: [Number.NaN], scale: [1] })).toThrow('affine: loc must be finite, got NaN');
    expect(() => affine({ loc: [0], scale: [0] })).toThrow('affine: scale must be positive and finite, got 0');
  });
});
