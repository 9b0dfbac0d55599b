import { div, grad, sub, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { digammaHalfStep, lgammaHalfStep } from './half-step.js';

/* oxlint-disable oxc/approx-constant */
// [x, log Γ(x + ½) − log Γ(x) − ½ log x, ψ(x + ½) − ψ(x)], computed with 120 digits at the float32 nearest to x.
const PINNED = [
  [1e-30, -33.9664114504, 9.99999996829e29],
  [1e-5, -5.18411166497, 99998.6162647],
  [0.01, -1.74392097799, 98.6459001682],
  [0.1, -0.703186241382, 8.88313558079],
  [0.25, -0.391594392707, 3.14159265359],
  [0.5, -0.225791352645, 1.38629436112],
  [1, -0.120782237635, 0.61370563888],
  [1.5, -0.0819503164188, 0.38629436112],
  [2, -0.0618907198071, 0.280372305547],
  [2.5, -0.0496810558501, 0.219627694453],
  [2.9999998, -0.0414797258146, 0.180372320943],
  [3, -0.0414797225469, 0.180372305547],
  [3.5, -0.0355956173667, 0.152961027787],
  [5, -0.0249588189463, 0.10497548015],
  [10, -0.0124948071747, 0.051248445231],
  [50, -0.00249995833833, 0.0100499975005],
  [1000, -1.24999994792e-4, 5.00124999984e-4],
  [1000000, -1.25e-7, 5.00000125e-7],
  [1000000000000, -1.25000000512e-13, 5.00000002048e-13],
];

const x = () => tensor(PINNED.map(([x]) => x));

const near = () => tensor([0.01, 0.3, 1, 2.9, 3, 7, 1000]);

describe('half steps of the gamma functions', () => {
  test('lgammaHalfStep', async () => {
    await expect(lgammaHalfStep(x())).toBeAllClose(
      PINNED.map(([, value]) => value),
      // Below 3 it is a difference of numbers up to 1; beyond, relative.
      { rtol: 1e-6, atol: 3e-7 },
    );
    const large = PINNED.filter(([x]) => x >= 3);
    await expect(lgammaHalfStep(tensor(large.map(([x]) => x)))).toBeAllClose(
      large.map(([, value]) => value),
      { rtol: 5e-7, atol: 0 },
    );
  });

  test('digammaHalfStep', async () => {
    await expect(digammaHalfStep(x())).toBeAllClose(
      PINNED.map(([, , value]) => value),
      { rtol: 2e-6, atol: 0 },
    );
  });

  test('the derivative of one is the other, less that of ½ log x', async () => {
    const expected = sub(digammaHalfStep(near()), div(0.5, near()));
    // Where the terms of the expected difference cancel, at 1000, it keeps no more than 10⁻¹⁰ of their size.
    await expect(grad(lgammaHalfStep)(near())).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-7 });
  });

  test('leak nothing', async () => {
    const input = x();
    await expect(() => lgammaHalfStep(input)).toLeakNoTensor();
    await expect(() => digammaHalfStep(input)).toLeakNoTensor();
  });
});
