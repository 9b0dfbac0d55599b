import { add, div, mean, neg, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { AnyOrderDensity, type AnyOrderLogProbOptions } from '@pushforward/made';
import { foldIn, type Key, split } from '@pushforward/tensor';
import type { Loss } from '@pushforward/training';
import { decode, encode } from '../columns/kinds/code.js';
import { categoriesOf, type DeclaredKind } from '../columns/kinds/declared-kind.js';
import { dequantize, type Grid, quantize, withNoise } from '../columns/dequantize.js';
import type { LearnedColumn } from '../columns/learned-columns.js';
import { ontoSupports, valuesOntoRealLine } from '../columns/kinds/real-line.js';
import { boundedNats } from '../density/bounded-nats.js';
import { batchOf, inChunks } from '../density/model.js';
import type { DensitySettings } from '../density/settings.js';
import type { Matrix } from '../statistics/statistics.js';
import type { Host } from '../terminal/host.js';

type Kinds = readonly (DeclaredKind | null)[];

/** How the columns of a model are written. */
export interface AnyOrderColumns {
  kinds: Kinds;
  grid?: Grid;
}

/** The model of columns that are learned as these are. */
export function buildAnyOrder(
  { hidden }: DensitySettings,
  columns: readonly LearnedColumn[],
  kinds: Kinds,
  seed: Key,
): AnyOrderDensity {
  return new AnyOrderDensity({
    categories: kinds.map((kind) => categoriesOf(kind)?.length ?? 0),
    hidden,
    loc: columns.map(({ loc }) => loc),
    scale: columns.map(({ scale }) => scale),
    seed,
  });
}

/** Questions that are asked of each row to validate on: one would leave more chance in their loss. */
const QUESTIONS = 4;

/**
 * The mean negative log-density of rows averaged over orders, in nats; on a grid, with fresh noise each time. Where columns have values far out, rows count as
 * {@link boundedNats} says.
 *
 * @param stretch the mean log-determinant of the map from the real line onto the kinds of columns
 */
export function anyOrderLoss(
  model: AnyOrderDensity,
  columns: readonly LearnedColumn[],
  kinds: Kinds,
  stretch: number,
): Loss<{ x: Tensor }> {
  const grid = columns.map((column) => column.grid);
  const supports = ontoSupports(kinds);
  const units = columns.reduce((sum, { scale }) => sum + Math.log(scale), 0);
  const isFar = columns.some(({ outlier }) => outlier);
  return ({ x }, { seed, training }) => {
    const [noise, ...questions] = split(seed, 1 + (training ? 1 : QUESTIONS));
    const noisy = grid.every(({ step }) => step === 0) ? x : withNoise(x, grid, noise);
    const real = supports ? supports.inverse(noisy) : noisy;
    const estimates = questions.map((question) => neg(model.orderAgnosticLogProb(real, { seed: question })));
    const nats = div(
      estimates.reduce((sum, own) => add(sum, own)),
      questions.length,
    );
    if (!isFar) return add(mean(nats), stretch);
    return add(mean(boundedNats(sub(nats, units), columns.length)), units + stretch);
  };
}

/**
 * `log p(A | B)` of every row, in nats and in the units of the file: of those columns of A and B that have a value in it.
 *
 * @param rows of a file, not encoded yet
 * @param noise what the noise of a grid comes from
 */
export async function anyOrderLogDensities(
  host: Host,
  model: AnyOrderDensity,
  rows: Matrix,
  { kinds, grid }: AnyOrderColumns,
  { of, given = [] }: Pick<AnyOrderLogProbOptions, 'of' | 'given'>,
  noise: Key,
): Promise<Float64Array> {
  const encoded = encode(rows, kinds);
  const { real, logSlopes } = valuesOntoRealLine(grid ? dequantize(encoded, grid, noise) : encoded, kinds);
  const asked = of ?? kinds.flatMap((_, i) => (given.includes(i) ? [] : [i]));
  const nats = await inChunks(host, rows.rows, (start, end) =>
    tidy(() => model.logProb(batchOf(real, start, end), { of: asked, given })),
  );
  return nats.map((value, row) => asked.reduce((sum, i) => sum - logSlopes[row * rows.columns + i], value));
}

/**
 * Rows with draws for what is missing, given the rest of each; what is there stays as it is.
 *
 * @param start how many rows came before
 */
export async function completeRows(
  host: Host,
  model: AnyOrderDensity,
  rows: Matrix,
  { kinds, grid }: AnyOrderColumns,
  key: Key,
  start = 0,
): Promise<Matrix> {
  const supports = ontoSupports(kinds);
  const encoded = encode(rows, kinds);
  const [noise, draws] = split(foldIn(key, start), 2);
  const { real } = valuesOntoRealLine(grid ? dequantize(encoded, grid, noise) : encoded, kinds);
  const values = await inChunks(host, rows.rows, (from, to) =>
    tidy(() => {
      const filled = model.complete(batchOf(real, from, to), { seed: foldIn(draws, from) });
      return supports ? supports.forward(filled) : filled;
    }),
  );
  const drawn = { ...rows, values };
  const written = decode(grid ? quantize(drawn, grid) : drawn, kinds);
  return { ...rows, values: rows.values.map((value, i) => (Number.isNaN(value) ? written.values[i] : value)) };
}
