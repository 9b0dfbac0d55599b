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
import { affine, Chain } from '@pushforward/bijectors';
import { type Distribution, StandardNormal, Transformed } from '@pushforward/distributions';
import { foldIn, type Key } from '@pushforward/tensor';
import { adam, type Loss, type Optimizer } from '@pushforward/training';
import { checkInterrupted, type Host } from '../terminal/host.js';
import type { Matrix } from '../statistics/statistics.js';
import { type Grid, quantize, withNoise } from './columns/dequantize.js';
import { buildBijector } from './flows.js';
import type { LearnedColumn } from './columns/learned-columns.js';
import type { DensitySettings } from './settings.js';

/** A flow whose last part puts the data's own units back, so that its densities are in those units. */
export function buildFlow(settings: DensitySettings, units: { loc: number[]; scale: number[] }, key: Key): Transformed {
  const { flow, transforms, hidden } = settings;
  const dim = units.loc.length;
  return new Transformed(
    new StandardNormal(dim),
    new Chain([buildBijector(flow, { dim, transforms, hidden, seed: key }), affine(units)]),
  );
}

/** Adam, whose averaged weights are validated and kept: they are better than the last ones, and their validation loss is less noisy. */
export function flowOptimizer({ lr }: DensitySettings): Optimizer {
  return adam({ learningRate: lr, clipNorm: 10, ema: 0.99 });
}

/** From so many nats a column on, in units of the standardised column, a row is too unlikely to be learned as others are. */
const UNLIKELY = 20;

/**
 * The mean negative log-density of a batch of rows, in nats; on a grid, with fresh noise each time.
 *
 * Where columns have values far out, a row less likely than `e^−limit` counts as `limit · (1 + log(nats / limit))`: its gradient has a bounded
 * size, for a single row would otherwise decide every step that it is in, and which epoch is the best.
 */
export function negativeLogDensity(model: Distribution, columns: readonly LearnedColumn[]): Loss<Tensor> {
  const grid = columns.map((column) => column.grid);
  const isContinuous = grid.every(({ step }) => step === 0);
  const nats = (rows: Tensor, key: Key) => neg(model.logProb(isContinuous ? rows : withNoise(rows, grid, key)));
  if (columns.every(({ outlier }) => !outlier)) return (rows, { seed: key }) => mean(nats(rows, key));
  const limit = UNLIKELY * columns.length;
  const units = columns.reduce((sum, { scale }) => sum + Math.log(scale), 0);
  return (rows, { seed: key }) => {
    const standardised = sub(nats(rows, key), units);
    return add(
      mean(add(minimum(standardised, limit), mul(limit, log(div(maximum(standardised, limit), limit))))),
      units,
    );
  };
}

const CHUNK = 1024;

/** The log-density of every row, in nats. */
export async function logDensities(
  host: Host,
  model: Distribution,
  { values, rows, columns }: Matrix,
): Promise<Float64Array> {
  return inChunks(host, rows, (start, end) =>
    tidy(() =>
      model.logProb(
        tensor2d(Float32Array.from(values.subarray(start * columns, end * columns)), [end - start, columns]),
      ),
    ),
  );
}

/** Rows drawn from the model from the `start`-th on, a multiple of 1024, on the grid if there is one. */
export async function sampleRows(
  host: Host,
  model: Distribution,
  { start, rows }: { start: number; rows: number },
  key: Key,
  grid?: Grid,
): Promise<Matrix> {
  const columns = model.eventShape[0];
  const values = await inChunks(host, rows, (from, to) => model.sample(to - from, { seed: foldIn(key, start + from) }));
  const drawn = { values, rows, columns };
  return grid ? quantize(drawn, grid) : drawn;
}

/** Reads the numbers that `compute` gives for chunks of rows back into one array. */
export async function inChunks(
  host: Host,
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
