import * as tf from '@tensorflow/tfjs';
import type { Benchmark } from './benchmark.js';
import { pushforwardMaf } from './pushforward-maf.js';
import { textbookMaf } from './textbook-maf.js';

const sizes = { dim: 63, hidden: [512, 512], transforms: 5, learningRate: 1e-3 };
const batch = 256;

/** A training step of a masked autoregressive flow, against the same model written on stock TensorFlow.js. */
export const mafStep: Benchmark = {
  name: `MAF training step, D ${sizes.dim}, H ${sizes.hidden.join('+')}, ${sizes.transforms} transforms, batch ${batch}`,
  prepare(side) {
    const y = tf.randomNormal<tf.Rank.R2>([batch, sizes.dim]);
    const step = side === 'ours' ? pushforwardMaf(sizes) : textbookMaf(sizes);
    return () => step(y).dispose();
  },
};
