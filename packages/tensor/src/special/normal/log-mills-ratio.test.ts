import { grad, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { logMillsRatio } from './log-mills-ratio.js';

// [x, log((1 − Φ(x)) / φ(x)), its derivative], computed with 60 digits at the float32 nearest to x.
const PINNED = [
  [-1e10, 5.0e19, -1e10],
  [-1000, 500000.918939, -1000],
  [-100, 5000.91893853, -100.0],
  [-30, 450.918938533, -30.0],
  [-14, 98.9189385332, -14.0],
  [-10, 50.9189385332, -10.0],
  [-5, 13.4189382466, -5.00000148672],
  [-3, 5.41758772324, -3.00443783904],
  [-2, 2.89592562388, -2.05524786268],
  [-1.2, 1.5166922404, -1.41943657879],
  [-0.7, 0.886914577672, -1.11192474396],
  [-0.3, 0.48252838255, -0.917220858785],
  [-0.05, 0.266144378401, -0.816328478978],
  [-1e-4, 0.225871142916, -0.797920899915],
  [-1e-10, 0.225791352725, -0.797884560839],
  [0, 0.225791352645, -0.797884560803],
  [1e-10, 0.225791352565, -0.797884560767],
  [1e-4, 0.225711566008, -0.797848223871],
  [0.05, 0.186346837254, -0.779985674357],
  [0.3, 0.00183570671304, -0.698165965245],
  [0.7, -0.255029221288, -0.590499342295],
  [1.2, -0.523278996087, -0.487552016414],
  [2, -0.864245800477, -0.373215532823],
  [3, -1.18878768831, -0.28309865493],
  [5, -1.64605986078, -0.186503967126],
  [10, -2.31234661731, -0.0980932339625],
  [14, -2.64409587425, -0.0707176321847],
  [30, -3.40230542314, -0.0332596674337],
  [100, -4.605270161, -0.00999800099926],
  [1000, -6.90775627898, -9.9999800001e-4],
  [1e10, -23.0258509299, -1.0e-10],
];

const x = () => tensor(PINNED.map(([x]) => x));

describe('logMillsRatio', () => {
  test('value', async () => {
    await expect(logMillsRatio(x())).toBeAllClose(
      PINNED.map(([, value]) => value),
      { rtol: 5e-7, atol: 5e-7 },
    );
  });

  test('derivative, and its own', async () => {
    // Far out x and the ratio cancel, up to the rounding of either: 1000 · 6e-8.
    const near = PINNED.filter(([x]) => x < 100);
    const points = tensor(near.map(([x]) => x));
    await expect(grad(logMillsRatio)(points)).toBeAllClose(
      near.map(([, , derivative]) => derivative),
      { rtol: 1e-6, atol: 4e-6 },
    );
    // From M′ = x·M − 1 follows (log M)″ = 1 + (log M)′ / M, and 1 / M = x − (log M)′.
    const second = near.map(([x, , derivative]) => 1 + (x - derivative) * derivative);
    await expect(grad(grad(logMillsRatio))(points)).toBeAllClose(second, { rtol: 1e-4, atol: 1e-4 });
  });

  test('infinities and NaN', async () => {
    await expect(logMillsRatio(tensor([-Infinity, Infinity, NaN]))).toBeAllClose([Infinity, -Infinity, NaN]);
  });

  test('leaks nothing', async () => {
    const input = x();
    await expect(() => logMillsRatio(input)).toLeakNoTensor();
    await expect(() => grad(logMillsRatio)(input)).toLeakNoTensor();
  });
});
