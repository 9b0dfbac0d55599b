import { key, permutation } from '@pushforward/tensor';
import { dataSets } from '../data/data-sets.js';
import { drawThrows } from '../simulator/draw-throws.js';
import { drawRows } from '../data/draw-rows.js';
import type { Source, Table } from '../data/source.js';

/** Rows to train on, or to test on: x `[N, 2]` and the standardised context `[N, C]`, flat. */
export interface Rows {
  readonly count: number;
  readonly x: Float32Array;
  readonly context?: Float32Array;
}

/** The mean and the deviation of a column that a density is conditional on, and its ends. */
export interface ContextColumn {
  readonly name: string;
  readonly loc: number;
  readonly scale: number;
  readonly from: number;
  readonly to: number;
}

export interface PreparedRows {
  readonly train: Rows;
  readonly test: Rows;
  readonly contexts: readonly ContextColumn[];
}

const THROW_COUNT = 20_000;
export const TRAIN_COUNT = 10_000;
export const TEST_COUNT = 2000;
export const TRAIN_SEED = 1;
export const TEST_SEED = 2;

/** The rows of a run, whose every tenth is held out where they are the reader's own. */
export async function prepareRows(source: Source, seed: number): Promise<PreparedRows> {
  if (source.kind === 'table') return splitTable(source, seed);
  if (source.kind === 'throws') return splitTable(await drawThrows(THROW_COUNT, TRAIN_SEED), seed);
  const { warp } = dataSets[source.name];
  const [train, test] = await Promise.all([
    drawRows(warp, TRAIN_COUNT, TRAIN_SEED),
    drawRows(warp, TEST_COUNT, TEST_SEED),
  ]);
  return { train: { count: TRAIN_COUNT, x: train }, test: { count: TEST_COUNT, x: test }, contexts: [] };
}

function splitTable({ x, context }: Table, seed: number): PreparedRows {
  const count = x.length / 2;
  const order = permutation(key(seed), count);
  const held = Math.max(1, Math.round(count / 10));
  const contexts = (context?.names ?? []).map((name, i) => columnOf(name, context!.values, i, context!.names.length));
  const rowsOf = (chosen: readonly number[]): Rows => ({
    count: chosen.length,
    x: Float32Array.from(chosen.flatMap((row) => [x[2 * row], x[2 * row + 1]])),
    ...(context && {
      context: Float32Array.from(
        chosen.flatMap((row) =>
          contexts.map(({ loc, scale }, i) => (context.values[row * contexts.length + i] - loc) / scale),
        ),
      ),
    }),
  });
  return { train: rowsOf(order.slice(held)), test: rowsOf(order.slice(0, held)), contexts };
}

function columnOf(name: string, values: Float32Array, column: number, width: number): ContextColumn {
  const numbers = Array.from({ length: values.length / width }, (_, row) => values[row * width + column]);
  const loc = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance = numbers.reduce((sum, value) => sum + (value - loc) ** 2, 0) / numbers.length;
  const sorted = numbers.toSorted((a, b) => a - b);
  return { name, loc, scale: Math.sqrt(variance) || 1, from: sorted[0], to: sorted.at(-1)! };
}
