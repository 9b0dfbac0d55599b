import { type Key, sizeOf } from '@pushforward/tensor';
import type { Values } from '@pushforward/tensor/testing';
import type { Conditioner } from '../../contract/conditioner.js';

/** The number of events in the batch that the laws look at. */
export const ROWS = 8;

/** The subject of the laws: a conditioner with all its variables moved off their start, and a point `[ROWS, D]`. */
export interface Subject {
  readonly conditioner: Conditioner;
  readonly tolerance: number;
  readonly key: Key;
  readonly x: Values;
  readonly context?: Values;
}

/** The first rows, under another batch shape. */
export function withBatch({ data, shape }: Values, batch: readonly number[]): Values {
  return { data: Array.from(data).slice(0, sizeOf(batch) * shape[1]), shape: [...batch, shape[1]] };
}
