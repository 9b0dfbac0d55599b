import type { Checkpoint, EpochRecord, Progress } from '../checkpoint/checkpoint.js';

/** One step, told after it. */
export interface StepEvent {
  /** The number of steps completed, this one included. */
  step: number;
  /** The number of steps if nothing stops the run before, or null where that is unknown. */
  totalSteps: number | null;
  /** The number of the epoch, from 1. */
  epoch: number;
  /** The loss of the step's batch, before the step. */
  loss: number;
  /** The learning rate of the step. */
  learningRate: number;
  /** The mean over this call of `fit`, validation and handlers included. */
  stepsPerSecond: number;
}

/** One epoch, told after it. */
export interface EpochEvent extends Readonly<EpochRecord> {
  /** Whether this epoch has the lowest validation loss so far. */
  isBest: boolean;
}

/** The handlers of a run's events; a promise that a handler returns is awaited before the next step. */
export interface FitHandlers {
  /** Called for every step, in order; with `readEvery` k, for k steps at once. */
  onStep?: (event: StepEvent) => void | Promise<void>;
  /** Called for every epoch. While it runs, the module has the weights that were validated: the averaged ones if there are any. */
  onEpoch?: (event: EpochEvent) => void | Promise<void>;
  /** Called as `checkpointEvery` says. */
  onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
}

/** The result of a run. */
export interface FitResult {
  /** All epochs or steps were taken, patience ran out, or the signal came. */
  stopped: 'finished' | 'patience' | 'aborted';
  /** The number of steps completed. */
  step: number;
  /** The number of epochs completed; one that `steps` cut short counts. */
  epoch: number;
  /** One record per epoch. */
  history: EpochRecord[];
  /** The epoch with the lowest validation loss, or null without validation. */
  best: Progress['best'];
  /** The state of the run, to go on from. */
  checkpoint: Checkpoint;
}
