import { mul, tidy } from '@tensorflow/tfjs-core';
import { iaf, maf } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { PixelCnn } from '@pushforward/made';
import { type Key, key, split } from '@pushforward/tensor';
import { adam } from '@pushforward/training';
import { BernoulliLikelihood, type Likelihood, PixelCnnLikelihood, Vae } from '@pushforward/vae';
import type { Digits } from '../../data/digits/images.js';
import { greyLevels } from '../../digits/evaluation.js';
import { binarise } from '../../digits/model.js';
import {
  convolutionalDecoder,
  convolutionalEncoder,
  type ConvolutionalSize,
  paperSize,
  quickSize,
  setFromDigits,
} from '../autoencoder/convolutional-parts.js';
import type { AutoencoderData } from '../autoencoder/digits-data.js';
import { autoencoderMetrics } from '../autoencoder/metrics.js';
import { prepareAutoencoders } from '../autoencoder/prepare.js';
import { trainAutoencoder, type TrainingSize } from '../autoencoder/train-autoencoder.js';
import type { PaperTable, RowOutcome, RowWork } from '../table/paper-table.js';

interface Size extends TrainingSize, ConvolutionalSize {
  /** How many numbers the encoder hands to the posterior's flow. */
  context: number;
  /** Of the two hidden layers of the flows' networks. */
  flowHidden: number[];
  /** How many numbers the decoder hands to each pixel of the autoregressive one, and how wide that is. */
  features: number;
  pixelChannels: number;
  /** How far a pixel sees: its first filters, and then 3 × 3 pixels for each block. */
  pixelKernel: number;
  pixelBlocks: number;
}

const FULL: Size = {
  ...paperSize,
  context: 64,
  flowHidden: [640, 640],
  features: 16,
  pixelChannels: 32,
  pixelKernel: 5,
  pixelBlocks: 2,
  epochs: 20,
  rule: adam,
  learningRate: 1e-3,
  samples: 128,
};
const QUICK: Size = {
  ...quickSize,
  context: 32,
  flowHidden: [64, 64],
  features: 4,
  pixelChannels: 8,
  pixelKernel: 3,
  pixelBlocks: 0,
  epochs: 8,
  rule: adam,
  learningRate: 3e-3,
  samples: 16,
};

/** Of the posterior's flow, or the prior's. */
const TRANSFORMS = 2;

/** How many digits are binarised at once. */
const CHUNK = 1000;

/** The prior and decoder rows of table 1 of the VLAE paper. */
export const vlaeMnist: PaperTable = {
  name: 'vlae-mnist',
  title: 'Autoregressive priors and decoders of variational autoencoders on binarised digits',
  source:
    'Chen, Kingma, Salimans, Duan, Dhariwal, Schulman, Sutskever and Abbeel 2017, “Variational lossy autoencoder”, table 1',
  differences:
    'The networks are the residual ones of the IAF paper, training takes 20 epochs, without free bits, and the digits are binarised once by a key of ours, since the paper’s are another drawing. The prior’s flow is a MAF as large as the first row’s IAF.',
  metrics: autoencoderMetrics,
  rows: [
    { name: 'iaf-posterior', title: 'IAF posterior', published: { logLikelihood: { mean: -79.88 } } },
    { name: 'af-prior', title: 'Autoregressive prior', published: { logLikelihood: { mean: -79.3 } } },
    { name: 'vlae', title: 'Autoregressive prior and decoder', published: { logLikelihood: { mean: -79.03 } } },
  ],
  claims: [
    { metric: 'logLikelihood', better: 'af-prior', worse: 'iaf-posterior', isQuick: false },
    { metric: 'logLikelihood', better: 'vlae', worse: 'iaf-posterior', isQuick: false },
    { metric: 'logLikelihood', better: 'vlae', worse: 'af-prior', isQuick: false },
  ],
  prepare: prepareAutoencoders({ full: FULL, quick: QUICK }, trainRow),
};

async function trainRow(row: string, grey: AutoencoderData, size: Size, work: RowWork): Promise<RowOutcome> {
  // The same pixels for every row and seed.
  const [trainPixels, testPixels] = split(key(0), 2);
  const digits = {
    ...grey,
    train: await binarisedOnce(grey.train, trainPixels),
    test: await binarisedOnce(grey.test, testPixels),
  };
  const [weightKey, trainingKey, scoreKey] = split(work.key, 3);
  using vae = autoencoder(row, size, digits.train, weightKey);
  return await trainAutoencoder(vae, digits, size, { trainingKey, scoreKey }, work);
}

/** Digits whose pixels are 0 or 255, drawn once with the probabilities that their grey levels say. */
async function binarisedOnce(digits: Digits, key: Key): Promise<Digits> {
  const pixels = new Uint8Array(digits.pixels.length);
  const size = digits.height * digits.width;
  for (const [i, own] of split(key, Math.ceil(digits.count / CHUNK)).entries()) {
    const end = Math.min((i + 1) * CHUNK, digits.count);
    const drawn = tidy(() => mul(binarise(greyLevels(digits, i * CHUNK, end), own), 255));
    pixels.set(await drawn.data(), i * CHUNK * size);
    drawn.dispose();
  }
  return { ...digits, pixels };
}

/** Encoders, and decoders up to their last layer, start alike in every row. */
function autoencoder(row: string, size: Size, train: Digits, key: Key): Vae {
  const [encoderKey, decoderKey, flowKey, networkKey, pixelKey, drawKey] = split(key, 6);
  const isPosterior = row === 'iaf-posterior';
  const flow = { dim: size.latent, hidden: size.flowHidden, activation: 'elu', transforms: TRANSFORMS } as const;
  const contextDim = isPosterior ? size.context : 0;
  const vae = new Vae({
    encoder: convolutionalEncoder(size, train, contextDim, encoderKey),
    posterior: isPosterior ? iaf({ ...flow, contextDim, seed: flowKey }) : undefined,
    prior: isPosterior ? undefined : new Transformed(new StandardNormal(size.latent), maf({ ...flow, seed: flowKey })),
    likelihood:
      row === 'vlae'
        ? pixelByPixel(size, train, decoderKey, networkKey)
        : new BernoulliLikelihood(convolutionalDecoder(size, train, 1, decoderKey)),
  });
  setFromDigits(vae, train, { pixelKey, drawKey });
  return vae;
}

function pixelByPixel(size: Size, digits: Digits, decoderKey: Key, networkKey: Key): Likelihood {
  const pixelCnn = new PixelCnn({
    shape: [digits.height, digits.width, 1],
    contextChannels: size.features,
    channels: size.pixelChannels,
    blocks: size.pixelBlocks,
    firstKernel: size.pixelKernel,
    seed: networkKey,
  });
  return new PixelCnnLikelihood(convolutionalDecoder(size, digits, size.features, decoderKey), pixelCnn);
}
