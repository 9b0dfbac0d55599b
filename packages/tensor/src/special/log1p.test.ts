import { getBackend, grad, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { log1p } from './log1p.js';
import { flushedBelow } from '../testing/flushed-below.js';

/* oxlint-disable oxc/approx-constant */
// [x, log1p(x), its derivative], computed with 50 digits at the float32 nearest to x.
const PINNED = [
  [-0.99999994, -16.6355323334, 16777216],
  [-0.999, -6.90776815367, 1000.01287477],
  [-0.75, -1.38629436112, 4],
  [-0.5, -0.69314718056, 2],
  [-0.3, -0.356674960969, 1.4285714529],
  [-0.1, -0.105360517314, 1.11111111295],
  [-0.001, -0.00100050038113, 1.00100100105],
  [-1e-5, -1.00000497477e-5, 1.0000100001],
  [-6e-8, -5.9999999659e-8, 1.00000006],
  [-1e-8, -9.99999998923e-9, 1.00000001],
  [-1e-30, -1.00000000317e-30, 1],
  [0, 0, 1],
  [1e-38, 9.99999935046e-39, 1],
  [1e-30, 1.00000000317e-30, 1],
  [1e-8, 9.99999988923e-9, 0.99999999],
  [6e-8, 5.9999996059e-8, 0.99999994],
  [1e-7, 9.99999961686e-8, 0.9999999],
  [3e-7, 2.99999965611e-7, 0.9999997],
  [1e-5, 9.99994974771e-6, 0.9999900001],
  [0.00017, 1.69985550981e-4, 0.999830028896],
  [0.001, 9.99500380534e-4, 0.999000998954],
  [0.1, 0.095310181159, 0.909090907859],
  [0.3, 0.262364273637, 0.769230762177],
  [0.7, 0.53062824405, 0.588235298243],
  [1, 0.69314718056, 0.5],
  [1.0000001, 0.693147240165, 0.499999970198],
  [1.5, 0.916290731874, 0.4],
  [3, 1.38629436112, 0.25],
  [100, 4.61512051684, 0.00990099009901],
  [100000, 11.5129354649, 9.999900001e-6],
  [1.6777216e7, 16.635532393, 5.96046412227e-8],
  [1e10, 23.02585093, 9.999999999e-11],
  [1e30, 69.0775528049, 9.99999984953e-31],
  [3.4028235e38, 88.7228390521, 2.93873605222e-39],
];

const x = () => tensor(PINNED.map(([x]) => x));

describe('log1p', () => {
  test('value', async () => {
    // TensorFlow's logarithm is off by one unit in the last place next to 1.
    const rtol = getBackend() === 'tensorflow' ? 2.5e-7 : 2e-7;
    await expect(log1p(x())).toBeAllClose(
      PINNED.map(([, value]) => value),
      { rtol, atol: flushedBelow() },
    );
  });

  test('derivative', async () => {
    await expect(grad(log1p)(x())).toBeAllClose(
      PINNED.map(([, , derivative]) => derivative),
      { rtol: 2e-7, atol: 1e-44 + flushedBelow() },
    );
  });

  test('infinities and NaN', async () => {
    await expect(log1p(tensor([-1, -1.5, Infinity, NaN]))).toBeAllClose([-Infinity, NaN, Infinity, NaN], {
      rtol: 0,
      atol: 0,
    });
  });

  test('leaks nothing', async () => {
    const input = x();
    await expect(() => log1p(input)).toLeakNoTensor();
    await expect(() => grad(log1p)(input)).toLeakNoTensor();
  });
});
