import type { Tensor } from '@tensorflow/tfjs-core';
import { checkInteger, formatShape } from '@pushforward/tensor';
import type { Checkpoint, Progress } from './checkpoint.js';

const UINT32 = 2 ** 32 - 1;

/**
 * Throws unless every number of a checkpoint's progress is one that `fit` can have written: for rows at hand, all of them follow from the
 * number of rows, the batch size and the step.
 */
export function checkProgress(progress: Progress): void {
  const name = 'fit: checkpoint.progress';
  if (typeof progress !== 'object' || progress === null)
    throw new Error(`${name} must be an object, got ${String(progress)}`);
  const { version, key, batchSize, rows, step, epoch, batch, lossSum, lossRows, history, best } = progress;
  if (version !== 1) throw new Error(`fit: checkpoint must be of version 1, got ${String(version)}`);
  for (const half of ['high', 'low'] as const) checkWithin(`${name}.key.${half}`, key?.[half], 0, UINT32);
  checkInteger(`${name}.batchSize`, batchSize, 1);
  if (rows !== null) checkInteger(`${name}.rows`, rows, 1);
  for (const [field, value] of Object.entries({ step, epoch, batch, lossRows }))
    checkInteger(`${name}.${field}`, value, 0);
  checkFinite(`${name}.lossSum`, lossSum);

  if (!Array.isArray(history) || history.length !== epoch) {
    throw new Error(
      `${name}.history must have a record for each of ${epoch} epochs, got ${Array.isArray(history) ? history.length : String(history)}`,
    );
  }
  const steps = rows === null ? null : Math.ceil(rows / batchSize);
  let before = 0;
  let lowest: Progress['best'] = null;
  for (const [i, record] of history.entries()) {
    const place = `${name}.history[${i}]`;
    checkWithin(`${place}.epoch`, record?.epoch, i + 1, i + 1);
    checkWithin(`${place}.step`, record.step, before + (steps ?? 1), steps === null ? step : before + steps);
    checkFinite(`${place}.trainLoss`, record.trainLoss);
    const { validationLoss } = record;
    if (validationLoss !== null) {
      checkFinite(`${place}.validationLoss`, validationLoss);
      if (!lowest || validationLoss < lowest.validationLoss) lowest = { epoch: record.epoch, validationLoss };
    }
    before = record.step;
  }
  checkWithin(`${name}.step`, step, before + batch, before + batch);
  if (rows === null) checkWithin(`${name}.lossRows`, lossRows, batch, batch === 0 ? 0 : Infinity);
  else {
    checkWithin(`${name}.batch`, batch, 0, steps!);
    const seen = Math.min(batch * batchSize, rows);
    checkWithin(`${name}.lossRows`, lossRows, seen, seen);
  }
  if (batch === 0) checkWithin(`${name}.lossSum`, lossSum, 0, 0);
  if (best === undefined || best?.epoch !== lowest?.epoch || best?.validationLoss !== lowest?.validationLoss) {
    throw new Error(
      `${name}.best must be the epoch of history with the lowest validation loss, ${JSON.stringify(lowest)}, got ${JSON.stringify(best)}`,
    );
  }
}

/**
 * Throws unless a checkpoint holds, under `prefix` and a path, a tensor for each of some others.
 *
 * @param finite whether every number of it must be finite
 */
export function checkTensors(
  like: ReadonlyMap<string, Tensor>,
  tensors: Checkpoint['tensors'],
  prefix: string,
  finite: boolean,
): void {
  if (typeof tensors !== 'object' || tensors === null)
    throw new Error(`fit: checkpoint.tensors must be an object, got ${String(tensors)}`);
  for (const [path, { shape, dtype, size }] of like) {
    const name = prefix + path;
    const stored = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (!stored) throw new Error(`fit: checkpoint must have ${name}, got none of that name`);
    if (!Array.isArray(stored.shape) || formatShape(stored.shape) !== formatShape(shape)) {
      throw new Error(
        `fit: checkpoint's ${name} must be ${formatShape(shape)}, got ${Array.isArray(stored.shape) ? formatShape(stored.shape) : String(stored.shape)}`,
      );
    }
    const ArrayType = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[
      dtype as 'float32' | 'int32' | 'bool'
    ];
    if (!(stored.values instanceof ArrayType) || stored.values.length !== size) {
      throw new Error(`fit: checkpoint's ${name} must hold ${size} numbers in a ${ArrayType.name}, got others`);
    }
    const bad = finite ? stored.values.find((value) => !Number.isFinite(value)) : undefined;
    if (bad !== undefined) throw new Error(`fit: checkpoint's ${name} must be finite, got ${bad}`);
  }
}

function checkFinite(name: string, value: unknown): void {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new Error(`${name} must be a finite number, got ${String(value)}`);
}

/** Throws unless a value is an integer from `low` to `high`. */
function checkWithin(name: string, value: unknown, low: number, high: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high) return;
  const range = low === high ? String(low) : `an integer from ${low} ${high === Infinity ? 'up' : `to ${high}`}`;
  throw new Error(`${name} must be ${range}, got ${String(value)}`);
}
