import { grad, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { logNormalCdf } from './log-normal-cdf.js';

// [x, log Φ(x), its derivative], computed with 60 digits at the float32 nearest to x.
const PINNED = [
  [-1e10, -5.0e19, 1e10],
  [-1000, -500007.826695, 1000.001],
  [-100, -5005.52420869, 100.009998001],
  [-30, -454.321243956, 30.0332596674],
  [-14, -101.563034407, 14.0707176322],
  [-10, -53.2312851505, 10.098093234],
  [-5, -15.064998394, 5.18650396713],
  [-3, -6.60772622151, 3.28309865493],
  [-2, -3.78318433368, 2.37321553282],
  [-1.2, -2.16221758651, 1.6875520641],
  [-0.7, -1.41896774615, 1.29049933037],
  [-0.3, -0.962102830068, 0.998165977166],
  [-0.05, -0.733841695988, 0.829985675102],
  [-1e-4, -0.693226972197, 0.797948223869],
  [0, -Math.LN2, 0.797884560803],
  [1e-4, -0.693067395289, 0.797820899917],
  [0.05, -0.654044154841, 0.766328478233],
  [0.3, -0.481410154231, 0.617220846864],
  [0.7, -0.277023947188, 0.411924755879],
  [1.2, -0.122246350024, 0.219436531109],
  [2, -0.023012909329, 0.055247862679],
  [3, -0.00135080996475, 0.00443783904213],
  [5, -2.86651612964e-7, 1.4867199409e-6],
  [10, -7.61985302416e-24, 7.69459862671e-23],
  [14, 0, 0],
  [100, 0, 0],
];

const x = () => tensor(PINNED.map(([x]) => x));

describe('logNormalCdf', () => {
  test('value', async () => {
    await expect(logNormalCdf(x())).toBeAllClose(
      PINNED.map(([, value]) => value),
      { rtol: 1e-6, atol: 5e-7 },
    );
  });

  test('derivative, and its own', async () => {
    await expect(grad(logNormalCdf)(x())).toBeAllClose(
      PINNED.map(([, , derivative]) => derivative),
      // At −1e10 it is the exponential of 23, a number whose last digit is 2e-6.
      { rtol: 2e-6, atol: 5e-7 },
    );
    // With r = φ/Φ, r′ = −r·(x + r). Far out x and r cancel.
    const near = PINNED.filter(([x]) => x > -10);
    const second = near.map(([x, , ratio]) => -ratio * (x + ratio));
    await expect(grad(grad(logNormalCdf))(tensor(near.map(([x]) => x)))).toBeAllClose(second, {
      rtol: 1e-5,
      atol: 1e-5,
    });
  });

  test('infinities and NaN', async () => {
    await expect(logNormalCdf(tensor([-Infinity, Infinity, NaN]))).toBeAllClose([-Infinity, 0, NaN]);
  });

  test('leaks nothing', async () => {
    const input = x();
    await expect(() => logNormalCdf(input)).toLeakNoTensor();
    await expect(() => grad(logNormalCdf)(input)).toLeakNoTensor();
  });
});
