import { split } from '@pushforward/tensor';
import { adam } from '@pushforward/training';
import { digitsVae } from '../../digits/model.js';
import type { Claim, PaperTable, RowOutcome, RowWork } from '../table/paper-table.js';
import type { AutoencoderData } from '../autoencoder/digits-data.js';
import { autoencoderMetrics } from '../autoencoder/metrics.js';
import { prepareAutoencoders } from '../autoencoder/prepare.js';
import { posteriors } from './posteriors.js';
import { trainAutoencoder, type TrainingSize } from '../autoencoder/train-autoencoder.js';

interface Size extends TrainingSize {
  latent: number;
  hidden: number[];
  context: number;
  flowHidden: number[];
}

const FULL: Size = {
  latent: 32,
  hidden: [500, 500],
  context: 64,
  flowHidden: [320],
  epochs: 20,
  rule: adam,
  learningRate: 1e-3,
  samples: 128,
};
const QUICK: Size = {
  latent: 8,
  hidden: [100],
  context: 32,
  flowHidden: [64],
  epochs: 30,
  rule: adam,
  learningRate: 3e-3,
  samples: 64,
};

/** At the quick form's size a full covariance is worth as much as the IAF. */
const above = (better: string, worse: string, isQuick: boolean): Claim[] =>
  ['elbo', 'logLikelihood'].map((metric) => ({ metric, better, worse, isQuick }));

/** The question of table 1 of the IAF paper, which posterior is worth what, asked of networks without convolutions. */
export const iafMnist: PaperTable = {
  name: 'iaf-mnist',
  title: 'Posteriors of a variational autoencoder on binarised digits',
  source:
    'Kingma, Salimans, Jozefowicz, Chen, Sutskever and Welling 2016, “Improving variational inference with inverse autoregressive flow”, table 1',
  differences:
    'The encoder and the decoder are dense networks in place of the paper’s convolutional ones, so that its numbers are out of reach for every row; what is asked is the difference between the rows. Pixels are drawn anew whenever a digit is seen, as in the paper.',
  metrics: autoencoderMetrics,
  rows: [
    {
      name: 'diagonal',
      title: 'Gaussian, diagonal',
      published: { elbo: { mean: -84.08, error: 0.1 }, logLikelihood: { mean: -81.08, error: 0.08 } },
    },
    { name: 'full-covariance', title: 'Gaussian, full covariance', published: {} },
    { name: 'location-only', title: 'IAF of shifts', published: {} },
    {
      name: 'iaf',
      title: 'IAF',
      published: { elbo: { mean: -82.02, error: 0.08 }, logLikelihood: { mean: -79.77, error: 0.06 } },
    },
  ],
  claims: [
    ...above('iaf', 'full-covariance', false),
    ...above('iaf', 'diagonal', true),
    ...above('full-covariance', 'diagonal', true),
  ],
  prepare: prepareAutoencoders({ full: FULL, quick: QUICK }, trainRow),
};

async function trainRow(row: string, digits: AutoencoderData, size: Size, work: RowWork): Promise<RowOutcome> {
  // Encoders and decoders start alike in every row, and see the same pixels.
  const [weightKey, trainingKey, scoreKey] = split(work.key, 3);
  const posterior = posteriors[row];
  using vae = digitsVae(
    size,
    digits.train.height * digits.train.width,
    posterior && ((options) => posterior({ ...options, hidden: size.flowHidden })),
    weightKey,
  );
  return await trainAutoencoder(vae, digits, size, { trainingKey, scoreKey }, work);
}
