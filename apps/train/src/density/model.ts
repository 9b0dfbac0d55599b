import {
  add,
  div,
  log,
  maximum,
  mean,
  minimum,
  mul,
  neg,
  sub,
  type Tensor,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { affine, type Bijector, Chain, MapContext } from '@pushforward/bijectors';
import { type Distribution, StandardNormal, Transformed } from '@pushforward/distributions';
import { foldIn, type Key } from '@pushforward/tensor';
import { adam, type DataOf, type Loss, type Optimizer } from '@pushforward/training';
import { checkInterrupted, type Interruptible } from '../terminal/host.js';
import type { Matrix } from '../statistics/statistics.js';
import { type Grid, quantize, withNoise } from './columns/dequantize.js';
import { logProbOf } from './columns/circles.js';
import { decode } from './columns/code.js';
import type { DeclaredKind } from './columns/declared-kind.js';
import { ontoSupports } from './columns/real-line.js';
import { buildBijector } from './flows.js';
import type { LearnedColumn } from './columns/learned-columns.js';
import type { Parts } from './roles.js';
import type { DensitySettings } from './settings.js';

/** A flow whose last parts put the data's own units back, so that its densities are in those units, and positive or bounded columns where they belong; contexts are in the units of what is given. */
export function buildFlow(
  settings: DensitySettings,
  learned: readonly LearnedColumn[],
  given: readonly LearnedColumn[],
  kinds: Kinds,
  key: Key,
): Transformed {
  const { flow, transforms, hidden } = settings;
  const [dim, contextDim] = [learned.length, given.length];
  const bijector = buildBijector(flow, { dim, transforms, hidden, seed: key, contextDim });
  const inUnits = contextDim > 0 ? new MapContext(bijector, scaledTo(given)) : bijector;
  const supports = ontoSupports(kinds);
  const parts = [inUnits, scaledTo(learned), ...(supports ? [supports] : [])];
  return new Transformed(new StandardNormal(dim), new Chain(parts));
}

/** What the user says of the columns that are learned; null where nothing. */
type Kinds = readonly (DeclaredKind | null)[];

function scaledTo(columns: readonly LearnedColumn[]): Bijector {
  return affine({ loc: columns.map(({ loc }) => loc), scale: columns.map(({ scale }) => scale) });
}

/** Adam, whose averaged weights are validated and kept: they are better than the last ones, and their validation loss is less noisy. */
export function flowOptimizer({ lr }: DensitySettings): Optimizer {
  return adam({ learningRate: lr, clipNorm: 10, ema: 0.99 });
}

/** From so many nats a column on, in units of the standardised column, a row is too unlikely to be learned as others are. */
const UNLIKELY = 20;

/** A batch of rows: what is learned of them, and what is given if anything is. */
export type Batch = { x: Tensor; given?: Tensor };

/** Rows to train or validate on. */
export function dataOf({ x, given }: Parts): DataOf<Batch> {
  return given ? { x: rowsOf(x), given: rowsOf(given) } : { x: rowsOf(x) };
}

function rowsOf({ values, rows, columns }: Matrix): { values: Float64Array; shape: number[] } {
  return { values, shape: [rows, columns] };
}

/**
 * The mean negative log-density of a batch of rows, in nats; on a grid, with fresh noise each time.
 *
 * Where columns have values far out, a row less likely than `e^−limit` counts as `limit · (1 + log(nats / limit))`: its gradient has a bounded
 * size, for a single row would otherwise decide every step that it is in, and which epoch is the best.
 *
 * @param options.stretch the mean log-determinant of the map from the real line onto the kinds of columns
 */
export function negativeLogDensity(
  model: Distribution,
  learned: readonly LearnedColumn[],
  given: readonly LearnedColumn[],
  { kinds, stretch }: { kinds: Kinds; stretch: number },
): Loss<Batch> {
  const grid = learned.map((column) => column.grid);
  const isContinuous = grid.every(({ step }) => step === 0);
  const logProb = logProbOf(model, kinds);
  const nats = (rows: Batch, key: Key) =>
    neg(logProb(isContinuous ? rows.x : withNoise(rows.x, grid, key), rows.given));
  if ([...learned, ...given].every(({ outlier }) => !outlier)) return (rows, { seed: key }) => mean(nats(rows, key));
  const limit = UNLIKELY * learned.length;
  const units = learned.reduce((sum, { scale }) => sum + Math.log(scale), stretch);
  return (rows, { seed: key }) => {
    const standardised = sub(nats(rows, key), units);
    return add(
      mean(add(minimum(standardised, limit), mul(limit, log(div(maximum(standardised, limit), limit))))),
      units,
    );
  };
}

/** How many rows are computed at once. */
export const CHUNK = 1024;

/** The log-density of every row, in nats. */
export async function logDensities(
  host: Interruptible,
  model: Distribution,
  { x, given }: Parts,
  kinds: Kinds,
): Promise<Float64Array> {
  const logProb = logProbOf(model, kinds);
  return inChunks(host, x.rows, (start, end) =>
    tidy(() => logProb(batchOf(x, start, end), given && batchOf(given, start, end))),
  );
}

/** Some rows as a tensor. */
export function batchOf({ values, columns }: Matrix, start: number, end: number): Tensor {
  return tensor2d(Float32Array.from(values.subarray(start * columns, end * columns)), [end - start, columns]);
}

/** Rows drawn from the model from the `start`-th on, a multiple of 1024, as values of its grid and kinds; one for each row of what is given, if anything is. */
export async function sampleRows(
  host: Interruptible,
  model: Distribution,
  { start, rows, given }: { start: number; rows: number; given?: Matrix },
  key: Key,
  { grid, kinds = [] }: { grid?: Grid; kinds?: Kinds },
): Promise<Matrix> {
  const columns = model.eventShape[0];
  const values = await inChunks(host, rows, (from, to) => {
    const seed = foldIn(key, start + from);
    return given
      ? tidy(() => model.sample([], { seed, context: batchOf(given, from, to) }))
      : model.sample(to - from, { seed });
  });
  const drawn = { values, rows, columns };
  return decode(grid ? quantize(drawn, grid) : drawn, kinds);
}

/** Reads the numbers that `compute` gives for chunks of rows back into one array. */
export async function inChunks(
  host: Interruptible,
  rows: number,
  compute: (start: number, end: number) => Tensor,
  chunk = CHUNK,
): Promise<Float64Array> {
  const parts: Float32Array[] = [];
  for (let start = 0; start < rows; start += chunk) {
    const tensor = compute(start, Math.min(start + chunk, rows));
    parts.push((await tensor.data<'float32'>()).slice());
    tensor.dispose();
    // Without a pause no signal could arrive between two chunks.
    await new Promise((resolve) => setImmediate(resolve));
    checkInterrupted(host);
  }
  const values = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    values.set(part, offset);
    offset += part.length;
  }
  return values;
}
