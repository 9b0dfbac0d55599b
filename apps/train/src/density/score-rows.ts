import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Distribution } from '@pushforward/distributions';
import { foldIn, key } from '@pushforward/tensor';
import type { FlowNotes } from '../model/model-notes.js';
import type { Matrix } from '../statistics/statistics.js';
import type { Interruptible } from '../terminal/host.js';
import { logProbOf } from '../columns/kinds/circles.js';
import { encode } from '../columns/kinds/code.js';
import { withNoise } from '../columns/dequantize.js';
import { tableColumns } from '../model/given-columns.js';
import { batchOf, inChunks } from './model.js';
import { partsOf } from '../columns/roles.js';

/**
 * The log-density of rows under a flow, in nats. The rows have all columns of the table that it was trained on, in their order there, and values of their kinds.
 *
 * @param options.seed what the noise of columns on a grid comes from
 * @param options.start how many rows came before these
 */
export async function scoreRows(
  host: Interruptible,
  { module, notes }: { module: Distribution; notes: FlowNotes },
  rows: Matrix,
  { seed, start: before = 0 }: { seed: number; start?: number },
): Promise<Float64Array> {
  const { roles, kinds } = tableColumns(notes);
  const { x, given } = partsOf(encode(rows, kinds), roles);
  const logProb = logProbOf(module, notes.kinds ?? []);
  // A row is scored in the place that the noise puts it, as in training; which place, the seed says.
  const placed = (batch: Tensor, start: number) =>
    notes.grid ? withNoise(batch, notes.grid, foldIn(key(seed), before + start)) : batch;
  return inChunks(host, rows.rows, (start, end) =>
    tidy(() => logProb(placed(batchOf(x, start, end), start), given && batchOf(given, start, end))),
  );
}
