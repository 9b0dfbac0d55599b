import path from 'node:path';
import { type Checkpoint, type DataOf, type EpochRecord, fit, type FitOptions, type Loss } from '@pushforward/training';
import { damaged, loadCheckpoint, saveCheckpoint } from './checkpoint-file.js';
import { InterruptedError } from '../terminal/errors.js';
import { fileProblem, namedProblem } from '../files/files.js';
import { type Host, stopSignal } from '../terminal/host.js';
import { ProgressBar } from '../terminal/progress.js';
import type { RunDirectory } from './run-directory.js';
import { stateFile } from './run-record.js';

/** How a training went. */
export interface TrainingRecord {
  history: EpochRecord[];
  /** The epoch whose weights were kept, because they had the lowest validation loss. */
  bestEpoch: number;
  steps: number;
  /** How long it took, the time between a stop and a resumption left out. */
  seconds: number;
}

/** What {@link trainOrResume} trains, and where it keeps its state. */
export interface TrainingJob<B> {
  host: Host;
  directory: RunDirectory;
  /** Names the checkpoint. */
  name: string;
  /** What the progress bar says. */
  title: string;
  loss: Loss<B>;
  data: DataOf<B>;
  options: Omit<FitOptions<B>, 'signal' | 'checkpoint' | 'onStep' | 'onCheckpoint' | 'checkpointEvery'>;
}

const CHECKPOINT_MS = 5000;

/**
 * Trains from the beginning, or from where an earlier call was stopped by a signal or by force: to the same weights either way. A
 * training that had come to its end gets its weights back at once.
 *
 * @throws InterruptedError if the user asks to stop; the state is then saved
 */
export async function trainOrResume<B>({
  host,
  directory,
  name,
  title,
  loss,
  data,
  options,
}: TrainingJob<B>): Promise<TrainingRecord> {
  const file = stateFile(`${name}.checkpoint.safetensors`);
  const absolute = path.join(directory.path, file);
  const shown = path.join(directory.name, file);
  const stored = await loadCheckpoint(absolute, shown);
  const started = performance.now();
  const seconds = () => (stored?.seconds ?? 0) + (performance.now() - started) / 1000;
  const bar = new ProgressBar(host.stderr, title);
  let saved = started;
  let warned = false;

  /** Saves a checkpoint, or warns that it could not: training goes on, and so does the run from the checkpoint before. */
  const save = async (checkpoint: Checkpoint): Promise<unknown> => {
    try {
      await saveCheckpoint(absolute, { checkpoint, seconds: seconds() });
      return undefined;
    } catch (error) {
      const problem = fileProblem(error);
      if (problem === undefined) throw error;
      if (!warned) host.stderr.write(`${title}: ${shown}: ${problem}; training goes on without this checkpoint\n`);
      warned = true;
      return error;
    } finally {
      saved = performance.now();
    }
  };

  const result = await fit(loss as Loss<never>, data as never, {
    ...(options as FitOptions<never>),
    signal: host.signal,
    checkpoint: stored?.checkpoint,
    onStep: (event) =>
      bar.update({
        done: event.step,
        total: event.totalSteps ?? event.step,
        loss: event.loss,
        rate: event.stepsPerSecond,
      }),
    onCheckpoint: async (checkpoint) => {
      // On small data an epoch may be shorter than it takes to write its checkpoint.
      if (performance.now() - saved < CHECKPOINT_MS) return;
      await save(checkpoint);
    },
  })
    .catch((error: unknown) => {
      // The one argument of fit that comes from a file.
      throw stored && error instanceof Error && error.message.startsWith('fit: checkpoint')
        ? damaged(shown, error)
        : error;
    })
    .finally(() => bar.end());
  const unsaved = await save(result.checkpoint);
  if (unsaved !== undefined && result.stopped === 'aborted') throw namedProblem(unsaved, shown);
  if (result.stopped === 'aborted') throw new InterruptedError(`stopped after step ${result.step}`, stopSignal(host));
  const { history, best, epoch, step } = result;
  if (result.stopped === 'patience')
    host.stderr.write(`${title}: stopped after epoch ${epoch}, the best on validation data was epoch ${best?.epoch}\n`);
  return { history, bestEpoch: best?.epoch ?? epoch, steps: step, seconds: seconds() };
}
