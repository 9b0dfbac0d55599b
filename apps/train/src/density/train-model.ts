import type { Module } from '@pushforward/tensor';
import type { DataOf, Loss } from '@pushforward/training';
import type { RunDirectory } from '../run/run-directory.js';
import { type TrainingRecord, trainOrResume } from '../run/training-run.js';
import { formatCount } from '../statistics/statistics.js';
import type { Host } from '../terminal/host.js';
import type { Stopwatch } from '../terminal/stopwatch.js';
import { flowOptimizer } from './model.js';
import type { RunKeys } from './run-keys.js';
import { type DensitySettings, FLOWS } from './settings.js';

/** Trains the model of a table as the settings say, or goes on with it, and notes how long it took. */
export async function trainModel<B>(
  {
    host,
    directory,
    settings,
    keys,
    watch,
  }: {
    host: Host;
    directory: RunDirectory;
    settings: DensitySettings;
    keys: RunKeys;
    watch: Stopwatch;
  },
  { module, loss, train, validation }: { module: Module; loss: Loss<B>; train: DataOf<B>; validation: DataOf<B> },
): Promise<TrainingRecord> {
  const training = await trainOrResume<B>({
    host,
    directory,
    name: 'model',
    title: FLOWS[settings.flow].title,
    loss,
    data: train,
    options: {
      module,
      optimizer: flowOptimizer(settings),
      epochs: settings.epochs,
      patience: settings.patience,
      batchSize: settings.batch,
      seed: keys.training,
      validation: { data: validation },
    },
  });
  watch.add(
    'training',
    training.seconds,
    `${formatCount(training.steps)} steps, ${(training.steps / training.seconds).toFixed(1)} a second`,
  );
  return training;
}
