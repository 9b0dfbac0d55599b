import { grad, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { expm1 } from './expm1.js';
import { flushedBelow } from '../testing/flushed-below.js';

/* oxlint-disable oxc/approx-constant */
// [x, expm1(x), its derivative], computed with 50 digits at the float32 nearest to x.
const PINNED = [
  [-100, -1, 3.72007597602e-44],
  [-17, -0.999999958601, 4.13993771879e-8],
  [-5, -0.993262053001, 0.00673794699909],
  [-1, -0.632120558829, 0.367879441171],
  [-0.5, -0.393469340287, 0.606530659713],
  [-0.1, -0.0951625833124, 0.904837416688],
  [-0.001, -9.99500214075e-4, 0.999000499786],
  [-1e-5, -9.99994974755e-6, 0.99999000005],
  [-1e-8, -9.99999988923e-9, 0.99999999],
  [-1e-30, -1.00000000317e-30, 1],
  [0, 0, 1],
  [1e-38, 9.99999935046e-39, 1],
  [1e-30, 1.00000000317e-30, 1],
  [1e-8, 9.99999998923e-9, 1.00000001],
  [1e-7, 1.00000006169e-7, 1.0000001],
  [1e-5, 1.00000497475e-5, 1.00001000005],
  [0.001, 0.00100050021425, 1.00100050021],
  [0.1, 0.105170919722, 1.10517091972],
  [0.3, 0.349858823668, 1.34985882367],
  [0.5, 0.6487212707, 1.6487212707],
  [0.7, 1.01375268346, 2.01375268346],
  [1, 1.71828182846, 2.71828182846],
  [5, 147.413159103, 148.413159103],
  [20, 485165194.41, 485165195.41],
  [80, 5.54062238439e34, 5.54062238439e34],
  [88.7, 3.32597683016e38, 3.32597683016e38],
];

const x = () => tensor(PINNED.map(([x]) => x));

describe('expm1', () => {
  test('value', async () => {
    await expect(expm1(x())).toBeAllClose(
      PINNED.map(([, value]) => value),
      { rtol: 2e-7, atol: flushedBelow() },
    );
  });

  test('derivative', async () => {
    await expect(grad(expm1)(x())).toBeAllClose(
      PINNED.map(([, , derivative]) => derivative),
      { rtol: 2e-7, atol: 1e-44 + flushedBelow() },
    );
  });

  test('infinities and NaN', async () => {
    await expect(expm1(tensor([-Infinity, Infinity, 89, NaN]))).toBeAllClose([-1, Infinity, Infinity, NaN], {
      rtol: 0,
      atol: 0,
    });
  });

  test('leaks nothing', async () => {
    const input = x();
    await expect(() => expm1(input)).toLeakNoTensor();
    await expect(() => grad(expm1)(input)).toLeakNoTensor();
  });
});
