import type { Digits } from '../data/digits/images.js';
import type { Tensor } from '@tensorflow/tfjs-core';
import { permutation } from '@pushforward/tensor';
import type { BatchStream } from '@pushforward/training';
import { takeDigits } from '../data/digits/digits.js';
import { greyLevels } from './evaluation.js';

const ROUND = 8000;

/**
 * Batches of grey levels in rounds: each is 8,000 digits in random order, or all of them if there are fewer. Validation comes
 * after every round, so that a learning curve has as many points whether there are 8,000 digits or 60,000.
 */
export function digitStream(digits: Digits, batchSize: number): BatchStream<Tensor> {
  return function* ({ seed: key }) {
    const order = permutation(key, digits.count).slice(0, ROUND);
    for (let start = 0; start < order.length; start += batchSize) {
      const batch = takeDigits(digits, order.slice(start, start + batchSize));
      yield greyLevels(batch, 0, batch.count);
    }
  };
}
