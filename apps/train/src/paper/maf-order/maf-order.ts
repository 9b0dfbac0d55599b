import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { maf } from '@pushforward/bijectors';
import { maximumLikelihood, StandardNormal, Transformed } from '@pushforward/distributions';
import { foldIn, key, split } from '@pushforward/tensor';
import { adam, cosineDecay } from '@pushforward/training';
import { batchOf, inChunks } from '../../density/model.js';
import { fingerprint } from '../../files/fingerprint.js';
import { trainOrResume } from '../../run/training-run.js';
import { formatCount, formatNumber, type Matrix, takeColumns } from '../../statistics/statistics.js';
import { UserError } from '../../terminal/errors.js';
import type { PaperTable, RowOutcome, RowWork } from '../table/paper-table.js';
import { bentNormalLogProb, bentNormalRows, ENTROPY } from './bent-normal.js';

interface Size {
  rows: number;
  steps: number;
  hidden: number[];
}

const FULL: Size = { rows: 20_000, steps: 3000, hidden: [64, 64] };
const QUICK: Size = { rows: 3000, steps: 400, hidden: [32, 32] };

/** The columns in the order in which the data's layer goes through them, and how many layers there are. */
const flows: Readonly<Record<string, { columns: readonly number[]; transforms: number }>> = {
  made: { columns: [1, 0], transforms: 1 },
  'made-wrong-order': { columns: [0, 1], transforms: 1 },
  'maf-5-wrong-order': { columns: [0, 1], transforms: 5 },
};

const BATCH = 256;

/** Of the data: the same for every row and seed. */
const DATA = key(0);

const above = (better: string) => ({ metric: 'logProb', better, worse: 'made-wrong-order', isQuick: true });

/** Figure 1 of the paper of masked autoregressive flows, as numbers. */
export const mafOrder: PaperTable = {
  name: 'maf-order',
  title: 'What the order of the dimensions is to a MADE, and to a MAF',
  source: 'Papamakarios, Pavlakou and Murray 2017, “Masked autoregressive flow for density estimation”, figure 1',
  differences: `The density is the paper’s, N(x₂; 0, 4) N(x₁; x₂² / 4, 1); the paper shows pictures, and gives neither numbers nor the size of the networks. No density can be above minus the entropy, ${formatNumber(-ENTROPY, 3)} nats, on average. The layers of the MAF alternate between both orders, and the one next to the data has the wrong one.`,
  metrics: [{ name: 'logProb', title: 'log p(x)' }],
  rows: [
    { name: 'exact', title: 'the density itself', published: {} },
    { name: 'made', title: 'MADE, order x₂, x₁', published: {} },
    { name: 'made-wrong-order', title: 'MADE, order x₁, x₂', published: {} },
    { name: 'maf-5-wrong-order', title: 'MAF (5), order x₁, x₂', published: {} },
  ],
  claims: [above('made'), above('maf-5-wrong-order')],
  async prepare(_cwd, { data, quick }) {
    if (data !== null) throw new UserError('maf-order: draws its own data, so leave --data out');
    const size = quick ? QUICK : FULL;
    const [train, test] = [0, 1].map((part) => bentNormalRows(size.rows, foldIn(DATA, part)));
    return {
      source: `${formatCount(train.rows)} draws, tested on ${formatCount(test.rows)}`,
      data: fingerprint(train.rows + test.rows, null, [train.values, test.values]),
      train: (row, work) => trainRow(row, train, test, size, work),
    };
  },
};

async function trainRow(row: string, train: Matrix, test: Matrix, size: Size, work: RowWork): Promise<RowOutcome> {
  if (row === 'exact') return { scores: { logProb: bentNormalLogProb(test) } };
  const { columns, transforms } = flows[row];
  const steps = Math.min(size.steps, work.maxEpochs * Math.ceil(train.rows / BATCH));
  const [weightKey, trainingKey] = split(work.key, 2);
  using density = new Transformed(
    new StandardNormal(2),
    maf({ dim: 2, transforms, hidden: size.hidden, activation: 'tanh', seed: weightKey }),
  );
  const training = await trainOrResume<Tensor>({
    ...work,
    loss: maximumLikelihood(density),
    data: { values: takeColumns(train, columns).values, shape: [train.rows, 2] },
    options: {
      module: density,
      optimizer: adam({ learningRate: cosineDecay({ from: 1e-2, steps }) }),
      batchSize: BATCH,
      steps,
      seed: trainingKey,
    },
  });
  const tested = takeColumns(test, columns);
  return {
    training,
    scores: {
      logProb: await inChunks(work.host, test.rows, (start, end) =>
        tidy(() => density.logProb(batchOf(tested, start, end))),
      ),
    },
  };
}
