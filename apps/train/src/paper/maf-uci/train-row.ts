import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { maximumLikelihood } from '@pushforward/distributions';
import { split } from '@pushforward/tensor';
import { adam } from '@pushforward/training';
import { batchOf, inChunks } from '../../density/model.js';
import { trainOrResume } from '../../run/training-run.js';
import type { Matrix } from '../../statistics/statistics.js';
import { BATCH, densityModels, densityOf, L2, PATIENCE } from '../densities/density-models.js';
import type { RowOutcome, RowWork } from '../table/paper-table.js';
import type { DataSet } from './data-sets.js';
import type { Splits } from './splits.js';
import { columnStandard } from './standardize.js';

const rowsOf = ({ values, rows, columns }: Matrix) => ({ values, shape: [rows, columns] });

/** Trains a model on a data set, and scores its test rows. */
export async function trainRow(
  set: DataSet,
  model: string,
  { train, validation, test }: Splits,
  quick: boolean,
  work: RowWork,
): Promise<RowOutcome> {
  const { build, learningRate } = densityModels[model];
  const [weightKey, trainingKey] = split(work.key, 2);
  const flow = build({
    dim: set.dim,
    hidden: quick ? [64, 64] : [set.hidden, set.hidden],
    contextDim: 0,
    activation: set.activation,
    seed: weightKey,
  });
  // Of the patches of BSDS300, which are not standardised; of the others it is the identity, or nearly.
  const { loc, scale } = columnStandard(train, 'n', set.title);
  using density = densityOf(flow, loc, scale);
  const training = await trainOrResume<Tensor>({
    ...work,
    loss: maximumLikelihood(density),
    data: rowsOf(train),
    options: {
      module: density,
      optimizer: adam({ learningRate: quick ? 1e-3 : learningRate, l2: L2 }),
      batchSize: BATCH,
      epochs: Math.min(quick ? 10 : 1000, work.maxEpochs),
      seed: trainingKey,
      validation: { data: rowsOf(validation) },
      ...(!quick && { patience: PATIENCE }),
    },
  });
  const logProb = await inChunks(work.host, test.rows, (start, end) =>
    tidy(() => density.logProb(batchOf(test, start, end))),
  );
  return { training, scores: { logProb } };
}
