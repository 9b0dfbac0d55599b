import { fill, oneHot, type Tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { type Distribution, maximumLikelihood, type Observations } from '@pushforward/distributions';
import { foldIn, key, type Key, permutation, split } from '@pushforward/tensor';
import { adam, type BatchStream } from '@pushforward/training';
import { takeDigits } from '../../data/digits/digits.js';
import type { Digits } from '../../data/digits/images.js';
import { greyLevels } from '../../digits/evaluation.js';
import { trainOrResume } from '../../run/training-run.js';
import { checkInterrupted } from '../../terminal/host.js';
import { BATCH, densityModels, densityOf, L2, PATIENCE } from '../densities/density-models.js';
import type { RowOutcome, RowWork } from '../table/paper-table.js';
import { gaussianScores, meanDensity } from './gaussians.js';
import { logitRows, type PixelStandard } from './logit-rows.js';
import { logits } from './logits.js';
import type { MafMnistData } from './maf-mnist-data.js';

const LABELS = 10;
/** Of the test digits, and of what the pixels are standardised by: the same for every row and seed. */
const NOISE: Key = key(0);
/** Of the training digits, where all of them are looked at at once. */
export const TRAINING_NOISE = foldIn(NOISE, 0);
const CHUNK = 500;

/**
 * Trains one row of the table, and scores the test digits with it.
 *
 * @param standard of the training digits, which rows that are trained step by step ask for
 */
export async function trainRow(
  row: string,
  data: MafMnistData,
  quick: boolean,
  standard: () => Promise<PixelStandard>,
  work: RowWork,
): Promise<RowOutcome> {
  const isConditional = row.endsWith('-conditional');
  const name = row.replace('-conditional', '');
  if (name === 'gaussian') {
    return {
      scores: {
        logProb: await gaussianScores(
          work.host,
          { rows: await logitRows(data.train, TRAINING_NOISE), labels: data.train.labels },
          await logitRows(data.test, foldIn(NOISE, 1)),
          isConditional,
        ),
      },
    };
  }

  const { build, learningRate } = densityModels[name];
  const { loc, scale } = await standard();
  const [weightKey, trainingKey] = split(work.key, 2);
  const flow = build({
    dim: loc.length,
    hidden: quick ? [128, 128] : [1024, 1024],
    contextDim: isConditional ? LABELS : 0,
    seed: weightKey,
  });
  using density = densityOf(flow, loc, scale);
  const steps = Math.ceil(data.train.count / BATCH);
  const training = await trainOrResume<Observations>({
    ...work,
    loss: maximumLikelihood(density),
    data: batchesOf(data.train, isConditional),
    options: {
      module: density,
      optimizer: adam({ learningRate: quick ? 1e-3 : learningRate, l2: L2 }),
      steps: steps * Math.min(quick ? 10 : 1000, work.maxEpochs),
      seed: trainingKey,
      validation: { data: batchesOf(data.validation, isConditional, foldIn(NOISE, 2)) },
      ...(!quick && { patience: PATIENCE }),
    },
  });
  return { training, scores: { logProb: await testScores(density, data.test, isConditional, work) } };
}

/**
 * Batches of digits in logit space, with their labels where these are given.
 *
 * @param fixed the key of the noise where it is to be the same in every epoch, and the digits in their own order
 */
function batchesOf(digits: Digits, isConditional: boolean, fixed?: Key): BatchStream<Observations> {
  return function* ({ seed }) {
    const [orderKey, noiseKey] = split(fixed ?? seed, 2);
    const order = fixed ? Array.from({ length: digits.count }, (_, i) => i) : permutation(orderKey, digits.count);
    for (let start = 0; start < digits.count; start += BATCH) {
      const batch = takeDigits(digits, order.slice(start, start + BATCH));
      yield tidy(() => {
        const x = logits(greyLevels(batch, 0, batch.count), foldIn(noiseKey, start));
        return isConditional ? { x, context: contextOf(tensor1d(batch.labels, 'int32')) } : x;
      });
    }
  };
}

/** log p(x) of every test digit; of a conditional density with every label as likely as another, as the paper has it. */
async function testScores(
  density: Distribution,
  test: Digits,
  isConditional: boolean,
  { host }: RowWork,
): Promise<Float64Array> {
  const { values, rows, columns } = await logitRows(test, foldIn(NOISE, 1));
  const labels = isConditional ? Array.from({ length: LABELS }, (_, label) => label) : [undefined];
  const scores = labels.map(() => new Float64Array(rows));
  for (let start = 0; start < rows; start += CHUNK) {
    const end = Math.min(start + CHUNK, rows);
    for (const [i, label] of labels.entries()) {
      const logProb = tidy(() => {
        const x = tensor2d(Float32Array.from(values.subarray(start * columns, end * columns)), [end - start, columns]);
        if (label === undefined) return density.logProb(x);
        return density.logProb(x, contextOf(fill([end - start], label, 'int32')));
      });
      scores[i].set(await logProb.data(), start);
      logProb.dispose();
      await new Promise((resolve) => setImmediate(resolve));
      checkInterrupted(host);
    }
  }
  return meanDensity(scores);
}

function contextOf(labels: Tensor): Tensor {
  return tidy(() => oneHot(labels, LABELS).toFloat());
}
