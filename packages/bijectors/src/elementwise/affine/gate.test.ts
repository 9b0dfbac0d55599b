import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkElementwiseTransform } from '../../testing/index.js';
import { GateTransform } from './gate.js';

const PARAMETERS = [
  [0, 0],
  [1.5, 1],
  [-0.3, -4],
  [2, 100],
  [2, -100],
];
const X = [0.5, -2, 3, 1, 1];

describe('GateTransform', () => {
  // At the identity parameters y = σ·x, so it is off by 1 − σ of |x|, and its inverse by 1/σ − 1.
  test.each([
    [{}, 0.14],
    [{ forgetBias: 1 }, 0.37],
    [{ forgetBias: 0, bound: 2 }, 1],
  ])('obeys the laws with %j', async (options, identityTolerance) => {
    await checkElementwiseTransform(() => new GateTransform(options), { identityTolerance });
  });

  // σ = sigmoid(2 + 7·tanh(raw/7)); y = σ·x + (1 − σ)·m and its inverse, in float64.
  test('equals a float64 reference', async () => {
    const logGate = [
      -0.12692801104297263, -0.04890839502386866, -1.7962745651019214, -0.0001234021897240064, -5.006715348483688,
    ];
    const gate = new GateTransform();
    const forward = gate.forwardAndLogDet(tensor1d(X), tensor2d(PARAMETERS));
    await expect(forward.logDet).toBeAllClose(logGate);
    await expect(forward.value).toBeAllClose([
      0.44039853898894116, -1.8329392537818512, 0.24752229501637268, 1.0001233945759869, 1.9933071490756789,
    ]);
    const inverse = gate.inverseAndLogDet(tensor1d(X), tensor2d(PARAMETERS));
    await expect(inverse.logDet).toBeAllClose(logGate.map((value) => -value));
    await expect(inverse.value).toBeAllClose([
      0.5676676416183064, -2.175434524076625, 19.589601024693167, 0.9998765901959126, -147.41315910176527,
    ]);
  });

  test('the inverse of a shut gate is bounded', async () => {
    const { value } = new GateTransform().inverseAndLogDet(tensor1d([1]), tensor2d([[0, -Infinity]]));
    await expect(value).toBeAllClose([1 + Math.exp(5)]);
  });

  test('refuses options that make no gate, and parameters of another number', () => {
    expect(() => new GateTransform({ forgetBias: Infinity })).toThrow(
      'GateTransform: forgetBias must be finite, got Infinity',
    );
    expect(() => new GateTransform({ bound: -1 })).toThrow('GateTransform: bound must be positive and finite, got -1');
    expect(() => new GateTransform().inverseAndLogDet(tensor1d([1]), tensor2d([[1]]))).toThrow(
      'GateTransform: parameters must be [..., 2], got [1, 1]',
    );
  });
});
