import { grad, sum, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { lgamma } from './lgamma.js';
import { flushedBelow } from '../../testing/flushed-below.js';

/* oxlint-disable oxc/approx-constant */
// [x, log Γ(x), its derivative], computed with 50 digits at the float32 nearest to x.
const PINNED = [
  [1e-37, 85.1956484497, -1.0000000089e37],
  [1e-30, 69.0775527867, -9.99999996829e29],
  [1e-10, 23.0258509165, -9.99999986706e9],
  [1e-5, 11.5129197182, -100000.579725],
  [0.001, 6.90717883786, -1000.57552443],
  [0.1, 2.2527126362, -10.4237547893],
  [0.3, 1.09579795306, -3.50252407622],
  [0.5, 0.572364942925, -1.96351002602],
  [0.7, 0.260867261075, -1.22002358748],
  [0.9, 0.0663762577336, -0.754926995784],
  [0.999, 5.78031080275e-4, -0.5788617809],
  [0.99999994, 3.44047375872e-8, -0.577215762947],
  [1, 0, -0.577215664902],
  [1.0000001, -6.88094576425e-8, -0.57721546881],
  [1.001, -5.76420494782e-4, -0.575571855055],
  [1.1, -0.0498724513629, -0.423754906239],
  [1.3, -0.10817480144, -0.169190942952],
  [1.4616321, -0.121486290536, -1.20360525491e-8],
  [1.5, -0.120782237635, 0.0364899739786],
  [1.8, -0.0710838865038, 0.284991398152],
  [1.99, -0.00419552511851, 0.416314712235],
  [1.9999999, -5.03998156378e-8, 0.422784258216],
  [2, 0, 0.422784335098],
  [2.0000002, 1.00799658771e-7, 0.422784488863],
  [2.01, 0.0042600188138, 0.42921354592],
  [2.3, 0.154189426348, 0.600039854494],
  [2.7, 0.434820591649, 0.796783190316],
  [2.9999998, 0.693146960551, 0.922784240939],
  [3, 0.69314718056, 0.922784335098],
  [3.5, 1.20097360235, 1.10315664065],
  [5, 3.17805383035, 1.50611766843],
  [8, 8.52516136107, 2.01564147796],
  [13, 19.9872144957, 2.52599501331],
  [40, 106.631760261, 3.67632737403],
  [100, 359.13420537, 4.60016185274],
  [1000, 5905.22042321, 6.90725519565],
  [100000, 1051287.70897, 11.512920465],
  [10000000000, 2.20258509289e11, 23.0258509299],
  [1e20, 4.50517027828e21, 46.0517018799],
  [1e30, 6.80775538293e31, 69.0775528049],
  [4e36, 3.33117417921e38, 84.2793576706],
];

const x = () => tensor(PINNED.map(([x]) => x));

describe('lgamma', () => {
  test('value', async () => {
    await expect(lgamma(x())).toBeAllClose(
      PINNED.map(([, value]) => value),
      { rtol: 5e-7, atol: flushedBelow() },
    );
  });

  test('derivative', async () => {
    await expect(grad(lgamma)(x())).toBeAllClose(
      PINNED.map(([, , derivative]) => derivative),
      { rtol: 5e-7, atol: flushedBelow() },
    );
  });

  test('second derivative', async () => {
    // ψ′ at ½, 1, 2.5 and 10, with 50 digits.
    const second = grad((x) => sum(grad((x) => sum(lgamma(x)))(x)));
    await expect(second(tensor([0.5, 1, 2.5, 10]))).toBeAllClose(
      [4.93480220054, 1.64493406685, 0.4903577561, 0.105166335682],
      { rtol: 1e-5, atol: 0 },
    );
  });

  test('the ends, outside and NaN', async () => {
    await expect(lgamma(tensor([0, 3e38, Infinity, -1, -0.5, -Infinity, NaN]))).toBeAllClose(
      [Infinity, Infinity, Infinity, NaN, NaN, NaN, NaN],
      { rtol: 0, atol: 0 },
    );
  });

  test('leaks nothing', async () => {
    const input = x();
    await expect(() => lgamma(input)).toLeakNoTensor();
    await expect(() => grad(lgamma)(input)).toLeakNoTensor();
  });
});
