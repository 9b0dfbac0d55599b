import type { FitHandlers, FitResult } from './events.js';
import type { SizedBatch, Source } from '../data/source.js';
import { dispose, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { foldIn, type Key } from '@pushforward/tensor';
import { findBadRows } from './bad-rows.js';
import { checkTensors } from '../checkpoint/check-checkpoint.js';
import { assignTensors, type Checkpoint, makeTensors, type Progress, readTensors } from '../checkpoint/checkpoint.js';
import { explainMean, meanLoss } from './evaluate.js';
import { yieldToEventLoop } from './event-loop.js';
import { checkScalar, type Loss, lossAndGradients, readScalars } from './loss.js';
import { type OptimizerState, share } from '../optimizer/optimizer-state.js';
import type { Schedule } from '../optimizer/schedule.js';

/** The settings of a run, checked and with every default filled in. */
export interface RunParts extends FitHandlers {
  loss: Loss<unknown>;
  /** Runs a step with the module as it is trained. */
  training<T>(step: () => T): T;
  /** Brings up to date what the module keeps of the training data. */
  settle(batches: () => AsyncIterable<unknown>): Promise<void>;
  source: Source;
  validation: Source | undefined;
  variables: ReadonlyMap<string, Variable>;
  optimizer: OptimizerState;
  learningRate: Schedule;
  progress: Progress;
  keys: { shuffle: Key; loss: Key; validation: Key };
  epochs: number;
  steps: number;
  patience: number;
  readEvery: number;
  checkpointEvery: { steps?: number; epochs?: number };
  signal: AbortSignal | undefined;
}

interface PendingStep {
  step: number;
  batch: SizedBatch;
  loss: Tensor;
}

/** Thrown where a number that must be finite is not; the run's weights are then put back to good ones. */
class NonFiniteError extends Error {}

/** One call of `fit`: the loop, and the tensors that live as long as it. */
export class Run {
  readonly #parts: RunParts;
  readonly #progress: Progress;
  readonly #started = { time: performance.now(), step: 0 };
  /** Losses that have not been read back yet. */
  readonly #pending: PendingStep[] = [];
  /** The weights that the first of the pending losses belongs to. */
  #candidate: Tensor[] = [];
  /** The batch whose loss is not finite. */
  #suspect: SizedBatch | undefined;
  /** The weights of the latest loss that is known to be finite; at first, those that the run began with. */
  #good: Tensor[] = [];
  /** The weights with the lowest validation loss. */
  #best: Tensor[] = [];

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#progress = parts.progress;
    this.#started.step = parts.progress.step;
  }

  /** Trains from the beginning or from a checkpoint until something stops it, and leaves the best weights in the variables. */
  async run(checkpoint?: Checkpoint): Promise<FitResult> {
    const { optimizer } = this.#parts;
    try {
      if (checkpoint) this.#restore(checkpoint);
      this.#good = this.#snapshot();
      let stopped = this.#stopReason();
      while (!stopped) stopped = (await this.#trainEpoch()) ?? (await this.#closeEpoch()) ?? this.#stopReason();
      const end = await this.#capture();
      // An epoch that the last step cut short counts as one, but not in the checkpoint: with more steps it would have gone on.
      if (stopped === 'finished' && this.#progress.batch > 0) stopped = (await this.#closeEpoch()) ?? stopped;
      if (this.#best.length > 0) this.#assign(this.#best);
      else {
        optimizer.assignAverage();
        if (this.#progress.batch > 0) await this.#settle();
      }
      const { step, epoch, history, best } = structuredClone(this.#progress);
      return { stopped, step, epoch, history, best, checkpoint: end };
    } catch (error) {
      if (error instanceof NonFiniteError) this.#assign(this.#best.length > 0 ? this.#best : this.#good);
      throw error;
    } finally {
      dispose([this.#good, this.#best, this.#candidate, this.#suspect?.batch ?? []]);
      for (const { loss, batch } of this.#pending) dispose([loss, batch.batch]);
    }
  }

  /** Takes over everything that a checkpoint holds, except the progress. */
  #restore({ tensors, progress }: Checkpoint): void {
    const { variables, optimizer } = this.#parts;
    checkTensors(variables, tensors, 'weights/', true);
    checkTensors(optimizer.tensors(), tensors, '', false);
    if (progress.best) checkTensors(variables, tensors, 'best/', true);
    const own = makeTensors(optimizer.tensors(), tensors, '');
    optimizer.restore(progress.step, own);
    dispose([...own.values()]);
    if (progress.best) this.#best = [...makeTensors(variables, tensors, 'best/').values()];
    assignTensors(variables, tensors, 'weights/');
  }

  #stopReason(): FitResult['stopped'] | undefined {
    const { signal, steps, epochs, patience } = this.#parts;
    const { step, epoch, best } = this.#progress;
    if (signal?.aborted) return 'aborted';
    if (step >= steps || epoch >= epochs) return 'finished';
    if (best && epoch - best.epoch >= patience) return 'patience';
    return undefined;
  }

  /** Trains to the end of the current epoch's batches; returns why, if it stopped before. */
  async #trainEpoch(): Promise<FitResult['stopped'] | undefined> {
    const { source, keys, checkpointEvery, onCheckpoint } = this.#parts;
    const { epoch, batch: skip } = this.#progress;
    for await (const batch of source.batches({ epoch: epoch + 1, key: keys.shuffle, shuffle: true, skip })) {
      await this.#step(batch);
      if (onCheckpoint && checkpointEvery.steps && this.#progress.step % checkpointEvery.steps === 0) {
        await onCheckpoint(await this.#capture());
      }
      await yieldToEventLoop();
      const reason = this.#stopReason();
      if (reason) return reason;
    }
    if (this.#progress.batch === 0)
      throw new Error(`fit: data must yield at least one batch, got none in epoch ${epoch + 1}`);
    return undefined;
  }

  async #step(batch: SizedBatch): Promise<void> {
    const { loss, training, optimizer, keys, readEvery } = this.#parts;
    const { step } = this.#progress;
    if (this.#pending.length === 0) this.#candidate = this.#snapshot();
    try {
      const value = tidy(() => {
        const info = { seed: foldIn(keys.loss, step), step, training: true };
        const { value, grads } = training(() =>
          lossAndGradients(() => loss(batch.batch, info), [...optimizer.variables.values()]),
        );
        optimizer.update(grads);
        return value;
      });
      this.#pending.push({ step: step + 1, batch, loss: value });
    } catch (error) {
      dispose(batch.batch);
      throw error;
    }
    this.#progress.step++;
    this.#progress.batch++;
    if (this.#pending.length >= readEvery) await this.#read();
  }

  /** Reads the pending losses back, and stops the run at the first that is not finite. */
  async #read(): Promise<void> {
    if (this.#pending.length === 0) return;
    const { learningRate, steps, epochs, onStep } = this.#parts;
    const pending = this.#pending.splice(0);
    const losses = await readScalars(pending.map(({ loss }) => loss));
    const firstBad = losses.findIndex((loss) => !Number.isFinite(loss));
    this.#suspect = pending[firstBad]?.batch;
    for (const { batch } of pending) if (batch !== this.#suspect) dispose(batch.batch);
    if (firstBad !== 0) {
      dispose(this.#good);
      this.#good = this.#candidate;
      this.#candidate = [];
    }
    for (const [i, { step, batch }] of pending.entries()) {
      if (i === firstBad) throw await this.#badLoss(losses[i], step);
      this.#progress.lossSum += losses[i] * batch.size;
      this.#progress.lossRows += batch.size;
      await onStep?.({
        step,
        totalSteps: totalSteps(this.#progress, steps, epochs),
        epoch: this.#progress.epoch + 1,
        loss: losses[i],
        learningRate: learningRate(step - 1),
        stepsPerSecond: (1000 * (step - this.#started.step)) / (performance.now() - this.#started.time),
      });
    }
  }

  /** Looks for the rows behind a loss that is not finite. */
  async #badLoss(value: number, step: number): Promise<NonFiniteError> {
    const { loss, training, keys } = this.#parts;
    // The weights of the step itself where its loss was read alone, else of a step shortly before.
    const weights = this.#candidate.length > 0 ? this.#candidate : this.#good;
    const at = `loss must be finite, got ${value} at step ${step} (epoch ${this.#progress.epoch + 1})`;
    if (!(await areFinite(weights)))
      return this.#nonFinite(`${at}, whose weights were not finite: the gradient of the step before was not`);
    this.#assign(weights);
    const info = { seed: foldIn(keys.loss, step - 1), step: step - 1, training: true };
    const rows = await findBadRows(this.#suspect!, (batch) => training(() => checkScalar('fit', loss(batch, info))));
    return this.#nonFinite(`${at}${explanation(rows)}`);
  }

  /** Validates, counts the epoch and tells of it; returns `'aborted'` and counts nothing if the signal stops it. */
  async #closeEpoch(): Promise<FitResult['stopped'] | undefined> {
    const { loss, validation, optimizer, keys, signal, checkpointEvery, onEpoch, onCheckpoint } = this.#parts;
    await this.#read();
    const progress = this.#progress;
    const aborted = await optimizer.withAverage(async () => {
      await this.#settle();
      let validationLoss: number | null = null;
      let isBest = false;
      if (validation) {
        const value = await meanLoss('fit', loss, validation, keys.validation, signal);
        if (value === undefined) return 'aborted';
        if (!Number.isFinite(value)) {
          const rows = await explainMean('fit', loss, validation, keys.validation);
          throw this.#nonFinite(
            `validation loss must be finite, got ${value} after step ${progress.step} (epoch ${progress.epoch + 1})${explanation(rows)}`,
          );
        }
        validationLoss = value;
        isBest = !progress.best || value < progress.best.validationLoss;
      }
      progress.epoch++;
      const record = {
        epoch: progress.epoch,
        step: progress.step,
        trainLoss: progress.lossSum / progress.lossRows,
        validationLoss,
      };
      progress.history.push(record);
      Object.assign(progress, { batch: 0, lossSum: 0, lossRows: 0 });
      if (isBest) {
        progress.best = { epoch: record.epoch, validationLoss: record.validationLoss! };
        dispose(this.#best);
        this.#best = this.#snapshot();
      }
      await onEpoch?.({ ...record, isBest });
      return undefined;
    });
    if (!aborted && onCheckpoint && checkpointEvery.epochs && progress.epoch % checkpointEvery.epochs === 0) {
      await onCheckpoint(await this.#capture());
    }
    return aborted;
  }

  async #settle(): Promise<void> {
    const { source, keys } = this.#parts;
    const { epoch } = this.#progress;
    await this.#parts.settle(async function* () {
      for await (const { batch } of source.batches({ epoch: epoch + 1, key: keys.shuffle, shuffle: false, skip: 0 })) {
        try {
          yield batch;
        } finally {
          dispose(batch);
        }
        await yieldToEventLoop();
      }
    });
  }

  /** The whole run as plain data. */
  async #capture(): Promise<Checkpoint> {
    await this.#read();
    const { variables, optimizer } = this.#parts;
    const paths = [...variables.keys()];
    const named = new Map<string, Tensor>([...variables].map(([path, variable]) => [`weights/${path}`, variable]));
    for (const [name, tensor] of optimizer.tensors()) named.set(name, tensor);
    for (const [i, tensor] of this.#best.entries()) named.set(`best/${paths[i]}`, tensor);
    const tensors = await readTensors(named);
    for (const path of paths) {
      const bad = tensors[`weights/${path}`].values.find((value) => !Number.isFinite(value));
      if (bad !== undefined)
        throw this.#nonFinite(`weights must be finite, got ${bad} in ${path} after step ${this.#progress.step}`);
    }
    return { progress: structuredClone(this.#progress), tensors };
  }

  #nonFinite(what: string): NonFiniteError {
    const { best } = this.#progress;
    const restored = best ? `of epoch ${best.epoch}, the best so far` : 'of the last step known to have a finite loss';
    return new NonFiniteError(`fit: ${what}; the module now has the weights ${restored}`);
  }

  #snapshot(): Tensor[] {
    return [...this.#parts.variables.values()].map(share);
  }

  #assign(tensors: readonly Tensor[]): void {
    for (const [i, variable] of [...this.#parts.variables.values()].entries()) variable.assign(tensors[i]);
  }
}

async function areFinite(tensors: readonly Tensor[]): Promise<boolean> {
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  return values.every((numbers) => numbers.every(Number.isFinite));
}

function explanation(rows: readonly string[] | undefined): string {
  if (!rows) return '';
  if (rows.length === 0)
    return ', though every row by itself has a finite one: training diverges, try a lower learning rate or clipNorm';
  return `: ${rows.join(', ')}`;
}

function totalSteps({ rows, batchSize }: Progress, steps: number, epochs: number): number | null {
  const total = Math.min(steps, rows === null ? Infinity : epochs * Math.ceil(rows / batchSize));
  return total === Infinity ? null : total;
}
