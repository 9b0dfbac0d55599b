import { grad, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { inverseLogNormalCdf } from './inverse-log-normal-cdf.js';
import { logNormalCdf } from './log-normal-cdf.js';

// [p, the x with log Φ(x) = p, its derivative], computed with 60 digits at the float32 nearest to p.
const PINNED = [
  [-1e30, -1.41421357301e15, 7.07106775866e-16],
  [-1e10, -141421.356147, 7.07106781603e-6],
  [-1e5, -447.197893679, 0.00223613530801],
  [-5000, -99.9447481748, 0.0100045268783],
  [-500, -31.4842997756, 0.031729917103],
  [-100, -13.888476033, 0.0716345193668],
  [-50, -9.67482528361, 0.102290412222],
  [-20, -5.87920935649, 0.165545344284],
  [-10, -3.91394624053, 0.24133388728],
  [-5, -2.47093863726, 0.357617037701],
  [-3, -1.64692172053, 0.484379838374],
  [-2, -1.1015196285, 0.622265318069],
  [-1.5, -0.761664412639, 0.747519319882],
  [-1, -0.337474963764, 0.976171694825],
  [-0.8, -0.127356912241, 1.13547198786],
  [-0.7, -0.0085594637433, 1.24480037704],
  [-0.6931471824645996, -2.38713015856e-9, 1.25331413493],
  [-0.69, 0.00395063255786, 1.25727457101],
  [-0.6, 0.12265947721, 1.3860544463],
  [-0.5, 0.270288020739, 1.57690858759],
  [-0.3, 0.645869958931, 2.28762125224],
  [-0.1, 1.30961779149, 5.34674471702],
  [-0.01, 2.32822174588, 37.3094550982],
  [-1e-3, 3.09038077282, 296.831665015],
  [-1e-5, 4.26489191595, 22327.6267985],
  [-1e-8, 5.61200124609, 17300007.9027],
  [-1e-15, 7.94134532572, 1.24014712586e14],
  [-1e-30, 11.4640246882, 8.65802775609e28],
];

const p = () => tensor(PINNED.map(([p]) => p));

describe('inverseLogNormalCdf', () => {
  test('value', async () => {
    await expect(inverseLogNormalCdf(p())).toBeAllClose(
      PINNED.map(([, value]) => value),
      { rtol: 1e-6, atol: 5e-7 },
    );
  });

  test('derivative', async () => {
    // The error of x²/2 is in an exponent: 70 · 6e-8.
    await expect(grad(inverseLogNormalCdf)(p())).toBeAllClose(
      PINNED.map(([, , derivative]) => derivative),
      { rtol: 1e-5, atol: 0 },
    );
  });

  test('inverts logNormalCdf', async () => {
    const x = tensor(Array.from({ length: 61 }, (_, i) => -25 + i / 2));
    await expect(inverseLogNormalCdf(logNormalCdf(x))).toBeAllClose(x, { rtol: 1e-5, atol: 1e-6 });
  });

  test('infinities and NaN', async () => {
    await expect(inverseLogNormalCdf(tensor([-Infinity, 0, 1, NaN]))).toBeAllClose([-Infinity, Infinity, NaN, NaN]);
  });

  test('leaks nothing', async () => {
    const input = p();
    await expect(() => inverseLogNormalCdf(input)).toLeakNoTensor();
    await expect(() => grad(inverseLogNormalCdf)(input)).toLeakNoTensor();
  });
});
