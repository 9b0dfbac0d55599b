import { digitsFingerprint } from '../../data/digits/digits-fingerprint.js';
import type { Claim, PaperTable, TableRow } from '../table/paper-table.js';
import { readMafMnist } from './maf-mnist-data.js';
import { type PixelStandard, pixelStandard } from './logit-rows.js';
import { trainRow, TRAINING_NOISE } from './train-row.js';

type Published = [mean: number, error: number];

/** A model's two rows: without and with the label of the digit as a context. */
function pair(name: string, title: string, plain: Published, conditional: Published): TableRow[] {
  const row = (suffix: string, words: string, [mean, error]: Published): TableRow => ({
    name: name + suffix,
    title: title + words,
    published: { logProb: { mean, error } },
  });
  return [row('', '', plain), row('-conditional', ', conditional', conditional)];
}

const above = (better: string, worse: string): Claim[] =>
  ['', '-conditional'].map((suffix) => ({
    metric: 'logProb',
    better: better + suffix,
    worse: worse + suffix,
    isQuick: true,
  }));

/** Table 2 of the paper of masked autoregressive flows, the columns of MNIST. */
export const mafMnist: PaperTable = {
  name: 'maf-mnist',
  title: 'Masked autoregressive flows on digits in logit space',
  source: 'Papamakarios, Pavlakou and Murray 2017, “Masked autoregressive flow for density estimation”, table 2',
  differences:
    'Networks, batches, learning rates, the L2 penalty, batch normalisation and stopping are the paper’s. Unlike there, the noise that makes grey levels continuous is drawn anew in every epoch, pixels are first standardised by the training digits, layers start at the identity, the mixtures of MAF MoG and its affine layers are trained together from the start, and the networks of a coupling layer share their hidden units.',
  metrics: [{ name: 'logProb', title: 'log p(x)' }],
  rows: [
    ...pair('gaussian', 'Gaussian', [-1366.9, 1.4], [-1344.7, 1.8]),
    ...pair('made', 'MADE', [-1380.8, 4.8], [-1361.9, 1.9]),
    ...pair('made-mog', 'MADE MoG', [-1038.5, 1.8], [-1030.3, 1.7]),
    ...pair('real-nvp-5', 'RealNVP (5)', [-1323.2, 6.6], [-1326.3, 5.8]),
    ...pair('real-nvp-10', 'RealNVP (10)', [-1370.7, 10.1], [-1371.3, 43.9]),
    ...pair('maf-5', 'MAF (5)', [-1300.5, 1.7], [-1302.9, 1.7]),
    ...pair('maf-10', 'MAF (10)', [-1313.1, 2.0], [-1316.8, 1.8]),
    ...pair('maf-mog-5', 'MAF MoG (5)', [-1100.3, 1.6], [-1092.3, 1.7]),
  ],
  claims: [
    ...above('gaussian', 'made'),
    ...above('real-nvp-5', 'made'),
    ...above('maf-5', 'real-nvp-5'),
    ...above('made-mog', 'maf-5'),
  ],
  async prepare(cwd, options) {
    const digits = await readMafMnist(cwd, options);
    // The same for every row and seed, and of a third of a gigabyte of numbers.
    let begun: Promise<PixelStandard> | undefined;
    const standard = () => (begun ??= pixelStandard(digits.train, TRAINING_NOISE));
    return {
      source: digits.source,
      data: digitsFingerprint([digits.train, digits.validation, digits.test]),
      train: (row, work) => trainRow(row, digits, options.quick, standard, work),
    };
  },
};
