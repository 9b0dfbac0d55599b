import { iaf } from '@pushforward/bijectors';
import { type Key, split } from '@pushforward/tensor';
import { adam, adamax } from '@pushforward/training';
import { BernoulliLikelihood, Vae } from '@pushforward/vae';
import type { Digits } from '../../data/digits/images.js';
import {
  convolutionalDecoder,
  convolutionalEncoder,
  type ConvolutionalSize,
  paperSize,
  quickSize,
  setFromDigits,
} from '../autoencoder/convolutional-parts.js';
import type { PaperTable, RowOutcome, RowWork } from '../table/paper-table.js';
import type { AutoencoderData } from '../autoencoder/digits-data.js';
import { autoencoderMetrics } from '../autoencoder/metrics.js';
import { prepareAutoencoders } from '../autoencoder/prepare.js';
import { trainAutoencoder, type TrainingSize } from '../autoencoder/train-autoencoder.js';

interface Size extends TrainingSize, ConvolutionalSize {
  /** How many numbers the encoder hands to the flow. */
  context: number;
  /** The flows' widths, relative to the paper's. */
  flowWidth: number;
}

const FULL: Size = {
  ...paperSize,
  context: 64,
  flowWidth: 1,
  epochs: 20,
  rule: adamax,
  learningRate: 2e-3,
  samples: 128,
};
const QUICK: Size = {
  ...quickSize,
  context: 32,
  flowWidth: 0.2,
  epochs: 12,
  rule: adam,
  learningRate: 3e-3,
  samples: 16,
};

interface Flow {
  /** How many IAF layers. */
  depth: number;
  /** Of each of the two hidden layers of its networks. */
  width: number;
}

const flows: Readonly<Record<string, Flow>> = {
  'iaf-2-320': { depth: 2, width: 320 },
  'iaf-2-1920': { depth: 2, width: 1920 },
  'iaf-4-1920': { depth: 4, width: 1920 },
  'iaf-8-1920': { depth: 8, width: 1920 },
};

const published: Readonly<Record<string, [elbo: number, error: number, logLikelihood: number, error: number]>> = {
  diagonal: [-84.08, 0.1, -81.08, 0.08],
  'iaf-2-320': [-82.02, 0.08, -79.77, 0.06],
  'iaf-2-1920': [-81.17, 0.08, -79.3, 0.08],
  'iaf-4-1920': [-80.93, 0.09, -79.17, 0.08],
  'iaf-8-1920': [-80.8, 0.07, -79.1, 0.07],
};

/** Table 1 of the IAF paper, as it is there. */
export const iafMnistConv: PaperTable = {
  name: 'iaf-mnist-conv',
  title: 'Posteriors of a convolutional variational autoencoder on binarised digits',
  source:
    'Kingma, Salimans, Jozefowicz, Chen, Sutskever and Welling 2016, “Improving variational inference with inverse autoregressive flow”, table 1',
  differences:
    'The networks are the paper’s residual ones of convolutions with weight normalisation. Training takes 20 epochs, without free bits; the flow’s context has 64 numbers. Pixels are drawn anew whenever a digit is seen, as in the paper.',
  metrics: autoencoderMetrics,
  rows: Object.entries(published).map(([name, [elbo, elboError, logLikelihood, error]]) => ({
    name,
    title: name in flows ? `IAF of ${flows[name].depth} layers, ${flows[name].width} wide` : 'Gaussian, diagonal',
    published: { elbo: { mean: elbo, error: elboError }, logLikelihood: { mean: logLikelihood, error } },
  })),
  claims: Object.keys(flows).flatMap((better, i) =>
    ['elbo', 'logLikelihood'].map((metric) => ({ metric, better, worse: 'diagonal', isQuick: i === 0 })),
  ),
  prepare: prepareAutoencoders({ full: FULL, quick: QUICK }, trainRow),
};

async function trainRow(row: string, digits: AutoencoderData, size: Size, work: RowWork): Promise<RowOutcome> {
  // Encoders and decoders start alike in every row, and see the same pixels.
  const [weightKey, trainingKey, scoreKey] = split(work.key, 3);
  using vae = convolutionalVae(size, digits.train, flows[row], weightKey);
  return await trainAutoencoder(vae, digits, size, { trainingKey, scoreKey }, work);
}

function convolutionalVae(size: Size, train: Digits, flow: Flow | undefined, key: Key): Vae {
  const [encoderKey, decoderKey, flowKey, pixelKey, drawKey] = split(key, 5);
  const contextDim = flow ? size.context : 0;
  const width = flow ? Math.round(size.flowWidth * flow.width) : 0;
  const hidden = [width, width];
  const vae = new Vae({
    encoder: convolutionalEncoder(size, train, contextDim, encoderKey),
    posterior:
      flow && iaf({ dim: size.latent, contextDim, hidden, activation: 'elu', transforms: flow.depth, seed: flowKey }),
    likelihood: new BernoulliLikelihood(convolutionalDecoder(size, train, 1, decoderKey)),
  });
  setFromDigits(vae, train, { pixelKey, drawKey });
  return vae;
}
