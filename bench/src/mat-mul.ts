import * as tf from '@tensorflow/tfjs';
import type { Benchmark } from './benchmark.js';

const sizes: [rows: number, columns: number, depth: number][] = [
  [256, 64, 64],
  [256, 512, 63],
  [256, 512, 512],
  [512, 512, 256],
  [256, 126, 512],
  [1024, 1024, 1024],
];

/** `tf.matMul` over the sizes of a training step, untransposed and as in the gradients. */
export const matMulBenchmarks: readonly Benchmark[] = sizes.flatMap(([rows, columns, depth]) =>
  [false, true].flatMap((transposeA) =>
    [false, true].map((transposeB) => ({
      name: `matMul ${rows} × ${columns} × ${depth}  ${transposeA ? 'aᵀ' : 'a'}${transposeB ? 'bᵀ' : 'b'}`,
      operations: 2 * rows * columns * depth,
      prepare() {
        const a = tf.randomNormal<tf.Rank.R2>(transposeA ? [depth, rows] : [rows, depth]);
        const b = tf.randomNormal<tf.Rank.R2>(transposeB ? [columns, depth] : [depth, columns]);
        return () => tf.matMul(a, b, transposeA, transposeB).dispose();
      },
    })),
  ),
);
