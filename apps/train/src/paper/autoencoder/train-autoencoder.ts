import type { Tensor } from '@tensorflow/tfjs-core';
import type { Key } from '@pushforward/tensor';
import type { adam } from '@pushforward/training';
import type { Vae } from '@pushforward/vae';
import { scoreDigits } from '../../digits/evaluation.js';
import { negativeElbo } from '../../digits/model.js';
import { trainOrResume } from '../../run/training-run.js';
import type { RowOutcome, RowWork } from '../table/paper-table.js';
import type { AutoencoderData } from './digits-data.js';

/** How long an autoencoder is trained, and how finely it is scored. */
export interface TrainingSize {
  epochs: number;
  /** Makes the optimizer. */
  rule: typeof adam;
  learningRate: number;
  /** Importance samples for log p(x). */
  samples: number;
}

/** Trains an autoencoder on digits, whose pixels are drawn anew whenever a digit is seen, and scores it: its ELBO, log p(x), and what lies between. */
export async function trainAutoencoder(
  vae: Vae,
  { train, test }: AutoencoderData,
  { epochs, rule, learningRate, samples }: TrainingSize,
  { trainingKey, scoreKey }: { trainingKey: Key; scoreKey: Key },
  work: RowWork,
): Promise<RowOutcome> {
  const training = await trainOrResume<Tensor>({
    ...work,
    loss: negativeElbo(vae),
    data: { values: train.pixels, shape: [train.count, train.height * train.width] },
    options: {
      module: vae,
      optimizer: rule({ learningRate, clipNorm: 200, ema: 0.999 }),
      batchSize: 100,
      epochs: Math.min(epochs, work.maxEpochs),
      seed: trainingKey,
    },
  });
  const { elbo, logLikelihood } = await scoreDigits(work.host, vae, test, samples, scoreKey);
  return { training, scores: { elbo, logLikelihood, gap: elbo.map((bound, i) => bound - logLikelihood[i]) } };
}
