import type { FitHandlers, FitResult } from './events.js';
import type { Source } from '../data/source.js';
import {
  checkInstance,
  checkInteger,
  checkOptions,
  formatValue,
  key,
  Module,
  type Seed,
  split,
  startBackend,
} from '@pushforward/tensor';
import { checkProgress } from '../checkpoint/check-checkpoint.js';
import { type Checkpoint, startProgress } from '../checkpoint/checkpoint.js';
import { type Batch, type Data, type DataOf, RowSource, toSource } from '../data/data.js';
import { checkLoss, type Loss, type Objective } from './loss.js';
import { adam, type Optimizer } from '../optimizer/optimizer.js';
import { Run } from './training-run.js';

/** Options of {@link fit}. */
export interface FitOptions<B> extends FitHandlers {
  /** Whose trainable variables are trained; all its variables are in the checkpoints, under their paths. An objective brings its own. */
  module: Module;
  /** Default `adam()`. */
  optimizer?: Optimizer;
  /** The number of passes over the data, those before a checkpoint included. At least one of `epochs` and `steps` is needed. */
  epochs?: number;
  /** The number of steps, those before a checkpoint included. */
  steps?: number;
  /** The number of rows of a batch, the last one of an epoch maybe smaller; a stream brings its own batches. Default 128. */
  batchSize?: number;
  /** An integer or a key for every random choice: shuffling, the validation split, the keys of the losses. Default: a fresh key. */
  seed?: Seed;
  /**
   * Data to validate on after every epoch: data of its own, or a fraction of the rows, chosen by `seed` and not trained on. With
   * it, the run ends with the weights that had the lowest validation loss. Default: none.
   */
  validation?: { data: DataOf<B> } | { fraction: number };
  /** The number of epochs in a row without a lower validation loss after which training stops. Default: any number. */
  patience?: number;
  /** Stops the run after the current step. */
  signal?: AbortSignal;
  /**
   * The number of steps between two reads of the loss. Reading makes the program wait for the device, which costs nothing where
   * program and device are one (`cpu`, `wasm`); 10 or so keeps a GPU busy. Events, and the check for non-finite losses, come up to
   * that many steps later. Default 1.
   */
  readEvery?: number;
  /** The checkpoint to go on from: a run with the same loss, data, optimizer and batch size, stopped there. Default: start afresh. */
  checkpoint?: Checkpoint;
  /** The interval between calls of `onCheckpoint`, in steps or in epochs. Default `{ epochs: 1 }`. */
  checkpointEvery?: { steps: number } | { epochs: number };
}

/**
 * Trains a module by mini-batches: shuffles the rows, takes an optimizer step on the loss of every batch, and does so epoch by epoch.
 *
 * **Weights**: when it ends, however it stopped, the module has the weights with the lowest validation loss; without validation, the
 * averaged weights of the optimizer's `ema`; without that, the last ones. With `ema` it is the averaged weights that are validated.
 *
 * **Determinism**: the same seed gives the same run bit for bit on a backend, and so does stopping it anywhere and resuming from the
 * checkpoint, with validation, early stopping and averages in the state they had. A stream must then yield the same batches again.
 *
 * **Stopping**: the signal is no error: `fit` returns `stopped: 'aborted'` with a checkpoint.
 *
 * **Backend**: where the program has called no `useBackend`, the fastest at hand is used, which is said in a warning.
 *
 * @param loss the mean loss over a batch, as a scalar; it may draw with the step's seed. An objective, as `maximumLikelihood(flow)` is, brings
 * its module along
 * @param data rows `[N, ...]`, a tuple or record of rows that go together, or a stream of batches, a `tf.data.Dataset` among them; tensors
 * are read back once, and stay the caller's. Typed arrays of every kind arrive as `float32`: the same numbers train the same model. Images
 * may stay bytes until then: scale or binarise them in the loss, batch by batch
 * @throws Error if a loss, the validation loss or, at a checkpoint and at the end, a weight is not finite, naming the step, the epoch and
 * the rows whose own loss is not finite; for that the loss is called again with parts of the batch. The module then has the best weights so far, or without validation those of the last step known to have a finite loss: with
 * `readEvery` 1 that is the step before.
 * @throws Error if data is empty or its shapes do not match, an option is out of its range, or the checkpoint is of another run
 *
 * @example
 * ```ts
 * import * as tf from '@tensorflow/tfjs';
 * import { Module } from '@pushforward/tensor';
 * import { adam, fit } from '@pushforward/training';
 *
 * class Line extends Module {
 *   readonly slope = tf.variable(tf.scalar(0));
 *   readonly intercept = tf.variable(tf.scalar(0));
 *   config() {
 *     return { type: 'Line' };
 *   }
 * }
 *
 * const module = new Line();
 * const x = tf.linspace(-1, 1, 64);
 * const y = tf.add(tf.mul(x, 3), 1);
 * const { history } = await fit(
 *   (batch) => tf.losses.meanSquaredError(batch.y, tf.add(tf.mul(batch.x, module.slope), module.intercept)),
 *   { x, y },
 *   { module, optimizer: adam({ learningRate: 0.1 }), epochs: 40, batchSize: 16, seed: 0, validation: { fraction: 0.25 } },
 * );
 * console.log(history.length, Math.abs((await module.slope.data())[0] - 3) < 0.1); // 40 true
 * ```
 */
export async function fit<const D extends Data>(
  loss: Objective<Batch<D>>,
  data: D,
  options: Omit<FitOptions<Batch<D>>, 'module'>,
): Promise<FitResult>;
export async function fit<const D extends Data>(
  loss: Loss<Batch<D>>,
  data: D,
  options: FitOptions<Batch<D>>,
): Promise<FitResult>;
export async function fit<const D extends Data>(
  loss: Loss<Batch<D>> | Objective<Batch<D>>,
  data: D,
  options: Partial<Pick<FitOptions<Batch<D>>, 'module'>> & Omit<FitOptions<Batch<D>>, 'module'>,
): Promise<FitResult> {
  checkLoss('fit', loss);
  checkOptions('fit', options, [
    'module',
    'seed',
    'optimizer',
    'epochs',
    'steps',
    'batchSize',
    'validation',
    'patience',
    'signal',
    'readEvery',
    'checkpoint',
    'checkpointEvery',
    'onStep',
    'onEpoch',
    'onCheckpoint',
  ]);
  const objective = loss as Partial<Objective<Batch<D>>>;
  const {
    module = objective.module,
    optimizer = adam(),
    epochs = Infinity,
    steps = Infinity,
    batchSize = 128,
    seed,
    patience = Infinity,
  } = options;
  const { readEvery = 1, checkpoint, checkpointEvery = { epochs: 1 }, signal, onStep, onEpoch, onCheckpoint } = options;
  checkInstance('fit: module', module, Module, 'a module');
  if (typeof optimizer?.init !== 'function')
    throw new Error(`fit: optimizer must be one such as adam() makes, got ${formatValue(optimizer)}`);
  for (const [name, value] of Object.entries({ onStep, onEpoch, onCheckpoint })) {
    if (value !== undefined && typeof value !== 'function')
      throw new Error(`fit: ${name} must be a function, got ${formatValue(value)}`);
  }
  for (const [name, value] of Object.entries({ epochs, steps, patience, readEvery })) {
    if (value !== Infinity) checkInteger(`fit: ${name}`, value, 1);
  }
  for (const [unit, value] of Object.entries(checkpointEvery)) checkInteger(`fit: checkpointEvery.${unit}`, value, 1);
  if (epochs === Infinity && steps === Infinity) throw new Error('fit: epochs or steps must be given, got neither');
  if (patience !== Infinity && !options.validation)
    throw new Error('fit: validation must be given with patience, got none');
  if (checkpoint) checkCheckpoint(checkpoint, batchSize, seed);

  await startBackend('fit');
  const runKey = checkpoint ? checkpoint.progress.key : key(seed);
  const [splitKey, shuffleKey, lossKey, validationKey] = split(runKey, 4);
  const [source, validation] = await toSources(data, options.validation, batchSize, splitKey);
  if (checkpoint && checkpoint.progress.rows !== source.rowCount) {
    throw new Error(
      `fit: data must have ${checkpoint.progress.rows} rows to train on like the checkpoint's, got ${source.rowCount}`,
    );
  }

  const variables = module.variables();
  if (module.trainableVariables().length === 0) throw new Error('fit: module must have a trainable variable, got none');
  const state = optimizer.init(variables);
  const run = new Run({
    loss: loss as Loss<unknown>,
    training: (step) => (objective.training ? objective.training(step) : step()),
    settle: async (batches) => objective.settle?.(batches as () => AsyncIterable<Batch<D>>),
    source,
    validation,
    variables,
    optimizer: state,
    learningRate: optimizer.learningRate,
    progress: checkpoint ? structuredClone(checkpoint.progress) : startProgress(runKey, batchSize, source.rowCount),
    keys: { shuffle: shuffleKey, loss: lossKey, validation: validationKey },
    epochs,
    steps,
    patience,
    readEvery,
    checkpointEvery,
    signal,
    onStep,
    onEpoch,
    onCheckpoint,
  });
  try {
    return await run.run(checkpoint);
  } finally {
    state.dispose();
  }
}

function checkCheckpoint({ progress }: Checkpoint, batchSize: number, seed: Seed | undefined): void {
  checkProgress(progress);
  if (progress.batchSize !== batchSize)
    throw new Error(`fit: batchSize must be ${progress.batchSize} like the checkpoint's, got ${batchSize}`);
  if (seed === undefined) return;
  const { high, low } = key(seed);
  if (high !== progress.key.high || low !== progress.key.low)
    throw new Error("fit: seed must be absent or the checkpoint's, got another");
}

async function toSources(
  data: Data,
  validation: FitOptions<unknown>['validation'],
  batchSize: number,
  splitKey: ReturnType<typeof key>,
): Promise<[train: Source, validation: Source | undefined]> {
  const source = await toSource('fit', 'data', data, batchSize);
  if (!validation) return [source, undefined];
  if (typeof validation !== 'object')
    throw new Error(`fit: validation must be { data } or { fraction }, got ${formatValue(validation)}`);
  if ('data' in validation)
    return [source, await toSource('fit', 'validation.data', validation.data as Data, batchSize)];
  const { fraction } = validation;
  if (!(source instanceof RowSource))
    throw new Error('fit: validation must be { data } for a stream of batches, got { fraction }');
  const count = Math.round(fraction * source.rowCount);
  if (!(count >= 1 && count < source.rowCount)) {
    throw new Error(
      `fit: validation.fraction must leave at least 1 of the ${source.rowCount} rows on either side, got ${fraction}`,
    );
  }
  const [held, rest] = source.split(count, splitKey);
  return [rest, held];
}
