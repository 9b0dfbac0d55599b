import { grad, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { logSigmoid } from './log-sigmoid.js';
import { flushedBelow } from '../testing/flushed-below.js';

/* oxlint-disable oxc/approx-constant */
// [x, logSigmoid(x), its derivative], computed with 50 digits at the float32 nearest to x.
const PINNED = [
  [-3e38, -3.0000000055e38, 1],
  [-1e10, -1.0e10, 1],
  [-100, -100, 1],
  [-20, -20.0000000021, 0.999999997939],
  [-14, -14.0000008315, 0.999999168472],
  [-13.9, -13.9000005375, 0.999999081019],
  [-10, -10.0000453989, 0.999954602131],
  [-5, -5.00671534849, 0.993307149076],
  [-2, -2.12692801104, 0.880797077978],
  [-1, -1.31326168752, 0.73105857863],
  [-0.3, -0.854355251316, 0.574442519726],
  [-0.001, -0.693647305584, 0.500249999991],
  [-1e-10, -0.69314718061, 0.500000000025],
  [0, -0.69314718056, 0.5],
  [1e-10, -0.69314718051, 0.499999999975],
  [0.001, -0.692647305536, 0.499750000009],
  [0.3, -0.554355239395, 0.425557480274],
  [1, -0.313261687518, 0.26894142137],
  [2, -0.126928011043, 0.119202922022],
  [3, -0.0485873515737, 0.0474258731776],
  [5, -0.00671534848912, 0.00669285092428],
  [7, -9.11466453774e-4, 9.11051194401e-4],
  [10, -4.53988992169e-5, 4.53978687024e-5],
  [13, -2.26032685244e-6, 2.2603242979e-6],
  [13.9, -9.18981286198e-7, 9.18980863935e-7],
  [14, -8.31528373384e-7, 8.31528027664e-7],
  [20, -2.06115362031e-9, 2.06115361819e-9],
  [30, -9.35762296884e-14, 9.35762296884e-14],
  [60, -8.7565107627e-27, 8.7565107627e-27],
  [87, -1.64581143108e-38, 1.64581143108e-38],
  [95, -5.52108227703e-42, 5.52108227703e-42],
  [103, -1.85211676952e-45, 1.85211676952e-45],
];

const x = () => tensor(PINNED.map(([x]) => x));

describe('logSigmoid', () => {
  test('value', async () => {
    await expect(logSigmoid(x())).toBeAllClose(
      PINNED.map(([, value]) => value),
      { rtol: 5e-7, atol: 1e-44 + flushedBelow() },
    );
  });

  test('derivative', async () => {
    // wasm's sigmoid is 0 below −87.3, where the truth is 1e-38.
    await expect(grad(logSigmoid)(x())).toBeAllClose(
      PINNED.map(([, , derivative]) => derivative),
      { rtol: 5e-7, atol: 2e-38 },
    );
  });

  test('infinities and NaN', async () => {
    await expect(logSigmoid(tensor([-Infinity, Infinity, NaN]))).toBeAllClose([-Infinity, 0, NaN], {
      rtol: 0,
      atol: 0,
    });
  });

  test('leaks nothing', async () => {
    const input = x();
    await expect(() => logSigmoid(input)).toLeakNoTensor();
    await expect(() => grad(logSigmoid)(input)).toLeakNoTensor();
  });
});
