import { add, mean, neg, sub, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { affine, type Bijector, Chain, MapContext } from '@pushforward/bijectors';
import { type Distribution, MixedDensity, StandardNormal, Transformed } from '@pushforward/distributions';
import { CategoricalMade } from '@pushforward/made';
import { foldIn, type Key, split } from '@pushforward/tensor';
import { adam, type DataOf, type Loss, type Optimizer } from '@pushforward/training';
import { checkInterrupted, type Interruptible } from '../terminal/host.js';
import type { Matrix } from '../statistics/statistics.js';
import { type Grid, quantize, withNoise } from '../columns/dequantize.js';
import { logProbOf } from '../columns/kinds/circles.js';
import { decode } from '../columns/kinds/code.js';
import { categoriesOf, type DeclaredKind } from '../columns/kinds/declared-kind.js';
import { ontoSupports } from '../columns/kinds/real-line.js';
import { boundedNats } from './bounded-nats.js';
import { buildBijector } from './flows.js';
import type { LearnedColumn } from '../columns/learned-columns.js';
import type { Parts } from '../columns/roles.js';
import type { DensitySettings, FlowName } from './settings.js';

/** What a flow is built by. */
type FlowSettings = Pick<DensitySettings, 'transforms' | 'hidden'> & { flow: Exclude<FlowName, 'any-order'> };

/** The columns that are learned, or those that are given: how, and what the user says of them. */
interface ModelColumns {
  columns: readonly LearnedColumn[];
  kinds: Kinds;
}

/**
 * The density of the columns that are learned, in the units of the file, given those of what is given: a flow, and where there are categories that of the numbers
 * given these and a masked network for these.
 */
export function buildModel(settings: FlowSettings, learned: ModelColumns, given: ModelColumns, key: Key): Distribution {
  const categories = learned.kinds.map(countOfCategories);
  const contextCategories = given.kinds.map(countOfCategories);
  if ([...categories, ...contextCategories].every((count) => count === 0)) {
    const map = given.columns.length > 0 ? scaledTo(given.columns) : null;
    return buildFlow(settings, learned, { width: given.columns.length, map }, key);
  }
  const [ofCategories, ofNumbers] = split(key, 2);
  const oneHot = categories.filter((count) => count > 0);
  const numbers = categories.flatMap((count, i) => (count === 0 ? [i] : []));
  const scales = given.columns.flatMap((column, i) => Array.from({ length: contextCategories[i] || 1 }, () => column));
  const contextDim = scales.length;
  const width = contextDim + oneHot.reduce((sum, count) => sum + count, 0);
  const ofPlaces = { columns: numbers.map((i) => learned.columns[i]), kinds: numbers.map((i) => learned.kinds[i]) };
  return new MixedDensity({
    categories,
    contextCategories,
    ...(contextDim > 0 && { contextMap: scaledTo(scales) }),
    ...(oneHot.length > 0 && {
      discrete: new CategoricalMade({
        categories: oneHot,
        // A narrower layer would leave out what some categories depend on.
        hidden: settings.hidden.map((units) => Math.max(units, oneHot.length)),
        contextDim,
        activation: 'silu',
        seed: ofCategories,
      }),
    }),
    ...(numbers.length > 0 && { continuous: buildFlow(settings, ofPlaces, { width, map: null }, ofNumbers) }),
  });
}

/** A flow whose last parts put the data's own units back, and positive or bounded columns where they belong; its context is in units of its own if there is a map of them. */
function buildFlow(
  { flow, transforms, hidden }: FlowSettings,
  { columns, kinds }: ModelColumns,
  context: { width: number; map: Bijector | null },
  key: Key,
): Transformed {
  const dim = columns.length;
  const bijector = buildBijector(flow, { dim, transforms, hidden, seed: key, contextDim: context.width });
  const inUnits = context.map ? new MapContext(bijector, context.map) : bijector;
  const supports = ontoSupports(kinds);
  const parts = [inUnits, scaledTo(columns), ...(supports ? [supports] : [])];
  return new Transformed(new StandardNormal(dim), new Chain(parts));
}

/** How many categories a column has; 0 if it has numbers. */
function countOfCategories(kind: DeclaredKind | null): number {
  return categoriesOf(kind)?.length ?? 0;
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
 * Where columns have values far out, rows count as {@link boundedNats} says.
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
  const units = learned.reduce((sum, { scale }) => sum + Math.log(scale), stretch);
  return (rows, { seed: key }) => {
    const standardised = sub(nats(rows, key), units);
    return add(mean(boundedNats(standardised, learned.length)), units);
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
