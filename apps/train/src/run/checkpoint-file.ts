import { existsSync } from 'node:fs';
import { loadTensors, saveTensors } from '@pushforward/io/node';
import type { Json } from '@pushforward/tensor';
import type { Checkpoint } from '@pushforward/training';
import { UserError } from '../terminal/errors.js';

/** A checkpoint of `fit`, and how long the run has taken up to it. */
export interface StoredCheckpoint {
  checkpoint: Checkpoint;
  seconds: number;
}

/** Saves a checkpoint in one file, replacing an older one in one step. */
export async function saveCheckpoint(file: string, { checkpoint, seconds }: StoredCheckpoint): Promise<void> {
  await saveTensors(file, checkpoint.tensors, { progress: checkpoint.progress as Json, seconds });
}

/**
 * Loads a checkpoint, or null if there is none.
 *
 * @param name what the user calls the file
 * @throws UserError if it is damaged
 */
export async function loadCheckpoint(file: string, name: string): Promise<StoredCheckpoint | null> {
  if (!existsSync(file)) return null;
  let loaded: Awaited<ReturnType<typeof loadTensors>>;
  try {
    loaded = await loadTensors(file);
  } catch (error) {
    throw damaged(name, error);
  }
  const { progress, seconds } = (loaded.metadata ?? {}) as unknown as {
    progress: Checkpoint['progress'];
    seconds: number;
  };
  if (typeof seconds !== 'number' || !(seconds >= 0))
    throw damaged(name, new Error(`seconds must be a number of at least 0, got ${String(seconds)}`));
  return { checkpoint: { progress, tensors: loaded.tensors }, seconds };
}

/** Says that a checkpoint is of no use. */
export function damaged(name: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new UserError(`${name}: is damaged and cannot be resumed (${reason}); begin anew with another --out`, {
    cause,
  });
}
