import { dispose, type Tensor, tensor, type Variable } from '@tensorflow/tfjs-core';
import type { Key } from '@pushforward/tensor';

/** The losses of one epoch. */
export type EpochRecord = {
  /** The number of the epoch, from 1. */
  epoch: number;
  /** The number of steps completed when it ended. */
  step: number;
  /** The mean of the losses of its steps, weighted by their rows. */
  trainLoss: number;
  /** The mean loss over the validation data after it, or null without such data. */
  validationLoss: number | null;
};

/** The state of a run, as plain JSON. */
export type Progress = {
  /** The version of this format. */
  version: 1;
  /** The key of every random choice of the run. */
  key: { high: number; low: number };
  batchSize: number;
  /** The number of rows trained on, or null for a stream. */
  rows: number | null;
  /** The number of steps completed. */
  step: number;
  /** The number of epochs completed. */
  epoch: number;
  /** The number of batches of the current epoch completed. */
  batch: number;
  /** Σ loss · rows over those batches. */
  lossSum: number;
  /** Σ rows over those batches. */
  lossRows: number;
  history: EpochRecord[];
  /** The epoch with the lowest validation loss so far. */
  best: { epoch: number; validationLoss: number } | null;
};

/** A tensor as plain data. */
export interface CheckpointTensor {
  shape: number[];
  values: Float32Array | Int32Array | Uint8Array;
}

/**
 * A whole run as plain data, from which {@link fit} goes on bit for bit.
 *
 * The tensors are `weights/` and the path of every variable of the module, the optimizer's own as {@link OptimizerState.tensors} names
 * them, and `best/` for the weights with the lowest validation loss.
 */
export interface Checkpoint {
  progress: Progress;
  tensors: { [name: string]: CheckpointTensor };
}

/** A fresh run. */
export function startProgress({ high, low }: Key, batchSize: number, rows: number | null): Progress {
  return {
    version: 1,
    key: { high, low },
    batchSize,
    rows,
    step: 0,
    epoch: 0,
    batch: 0,
    lossSum: 0,
    lossRows: 0,
    history: [],
    best: null,
  };
}

/** Reads tensors back into plain data that nobody else holds. */
export async function readTensors(tensors: ReadonlyMap<string, Tensor>): Promise<Checkpoint['tensors']> {
  const entries = [...tensors].map(async ([name, source]) => {
    const values = (await source.data()) as CheckpointTensor['values'];
    const shape: number[] = [...source.shape];
    return [name, { shape, values: values.slice() }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Assigns the tensors named `prefix` and a path to the variables under those paths, all of them checked before. */
export function assignTensors(
  variables: ReadonlyMap<string, Variable>,
  tensors: Checkpoint['tensors'],
  prefix: string,
): void {
  const made = makeTensors(variables, tensors, prefix);
  for (const [path, variable] of variables) variable.assign(made.get(path)!);
  dispose([...made.values()]);
}

/** The tensors named `prefix` and a path, by path, with the shapes and types of what they stand for, all of them checked before. */
export function makeTensors(
  like: ReadonlyMap<string, Tensor>,
  tensors: Checkpoint['tensors'],
  prefix: string,
): Map<string, Tensor> {
  return new Map(
    [...like].map(([path, { shape, dtype }]) => [path, tensor(tensors[prefix + path].values.slice(), shape, dtype)]),
  );
}
