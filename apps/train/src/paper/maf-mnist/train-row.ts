import { oneHot, type Tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { type Distribution, maximumLikelihood } from '@pushforward/distributions';
import { foldIn, key, type Key, split } from '@pushforward/tensor';
import { adam } from '@pushforward/training';
import type { Digits } from '../../data/digits/images.js';
import { trainOrResume } from '../../run/training-run.js';
import { column, estimate, type Matrix } from '../../statistics/statistics.js';
import { checkInterrupted } from '../../terminal/host.js';
import type { RowOutcome, RowWork } from '../table/paper-table.js';
import { gaussianScores, meanDensity } from './gaussians.js';
import { logits } from './logits.js';
import type { MafMnistData } from './maf-mnist-data.js';
import { densityModels, densityOf } from './models.js';

const LABELS = 10;
/** Of the test digits, and of what the pixels are standardised by: the same for every row and seed. */
const NOISE: Key = key(0);
const CHUNK = 500;

/** Rows of digits, as `fit` hands them to the loss. */
type Batch = { pixels: Tensor; labels: Tensor };

/** Trains one row of the table, and scores the test digits with it. */
export async function trainRow(row: string, data: MafMnistData, quick: boolean, work: RowWork): Promise<RowOutcome> {
  const isConditional = row.endsWith('-conditional');
  const name = row.replace('-conditional', '');
  const train = await rowsOf(data.train, foldIn(NOISE, 0));
  if (name === 'gaussian') {
    return {
      scores: {
        logProb: await gaussianScores(
          work.host,
          { rows: train, labels: data.train.labels },
          await rowsOf(data.test, foldIn(NOISE, 1)),
          isConditional,
        ),
      },
    };
  }

  const { build, learningRate } = densityModels[name];
  const dim = train.columns;
  const [weightKey, trainingKey] = split(work.key, 2);
  const pixels = Array.from({ length: dim }, (_, i) => standardOf(column(train, i)));
  const flow = build({
    dim,
    hidden: quick ? [128, 128] : [1024, 1024],
    contextDim: isConditional ? LABELS : 0,
    seed: weightKey,
  });
  using density = densityOf(
    flow,
    pixels.map(({ mean }) => mean),
    pixels.map(({ stddev }) => stddev),
  );
  const negativeLogProb = maximumLikelihood(density);
  const training = await trainOrResume<Batch>({
    ...work,
    loss: ({ pixels: greyLevels, labels }, { seed }) => {
      const x = logits(greyLevels, seed);
      return negativeLogProb(isConditional ? { x, context: contextOf(labels) } : x);
    },
    data: dataOf(data.train),
    options: {
      module: density,
      optimizer: adam({ learningRate: quick ? 1e-3 : learningRate }),
      batchSize: 100,
      seed: trainingKey,
      validation: { data: dataOf(data.validation) },
      ...(quick ? { epochs: 10 } : { epochs: 1000, patience: 30 }),
    },
  });
  return { training, scores: { logProb: await testScores(density, data.test, isConditional, work) } };
}

/** log p(x) of every test digit; of a conditional density with every label as likely as another, as the paper has it. */
async function testScores(
  density: Distribution,
  test: Digits,
  isConditional: boolean,
  { host }: RowWork,
): Promise<Float64Array> {
  const { values, rows, columns } = await rowsOf(test, foldIn(NOISE, 1));
  const labels = isConditional ? Array.from({ length: LABELS }, (_, label) => label) : [undefined];
  const scores = labels.map(() => new Float64Array(rows));
  for (let start = 0; start < rows; start += CHUNK) {
    const end = Math.min(start + CHUNK, rows);
    for (const [i, label] of labels.entries()) {
      const logProb = tidy(() => {
        const x = tensor2d(Float32Array.from(values.subarray(start * columns, end * columns)), [end - start, columns]);
        if (label === undefined) return density.logProb(x);
        return density.logProb(x, contextOf(tensor1d(new Float32Array(end - start).fill(label))));
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
  return tidy(() => oneHot(labels.toInt(), LABELS).toFloat());
}

function dataOf({ pixels, labels, count, height, width }: Digits) {
  return { pixels: { values: pixels, shape: [count, height * width] }, labels: { values: labels, shape: [count] } };
}

/** Digits in logit space, as numbers of this program. */
async function rowsOf({ pixels, count, height, width }: Digits, noise: Key): Promise<Matrix> {
  const columns = height * width;
  const values = new Float64Array(count * columns);
  for (let start = 0; start < count; start += CHUNK) {
    const end = Math.min(start + CHUNK, count);
    const x = tidy(() =>
      logits(
        tensor2d(Float32Array.from(pixels.subarray(start * columns, end * columns)), [end - start, columns]),
        foldIn(noise, start),
      ),
    );
    values.set(await x.data(), start * columns);
    x.dispose();
  }
  return { values, rows: count, columns };
}

function standardOf(values: Float64Array): { mean: number; stddev: number } {
  const { mean, standardError } = estimate(values);
  return { mean, stddev: standardError * Math.sqrt(values.length) };
}
