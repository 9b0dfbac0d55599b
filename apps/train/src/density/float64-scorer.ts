import type { Distribution } from '@pushforward/distributions';
import { differences, float64Density } from '@pushforward/distributions/float64';
import { foldIn, key } from '@pushforward/tensor';
import type { FlowNotes } from '../model/model-notes.js';
import type { Matrix } from '../statistics/statistics.js';
import { checkInterrupted, type Host } from '../terminal/host.js';
import { noiseOf } from '../columns/dequantize.js';
import { turnsOf } from '../columns/kinds/circles.js';
import { CHUNK } from './model.js';

/** Rows to score: what is learned of them, what is given, how many came before, and what their noise comes from. */
interface ScoredRows {
  readonly x: Matrix;
  readonly given?: Matrix;
  readonly before: number;
  readonly seed: number;
}

/** Scores rows in float64, and gathers by how much float32 is off. */
export interface Float64Scorer {
  /** The log-density of every row, in nats. */
  score(host: Host, rows: ScoredRows, inFloat32: Float64Array): Promise<Float64Array>;
  /** A sentence about all rows so far. */
  comparison(): string;
}

/** The median is that of so many rows at most, so that a table of any length needs the same memory. */
const KEPT = 1_000_000;

/** @throws Error if a part of the model has no formula in float64 */
export async function float64Scorer(model: Distribution, notes: FlowNotes): Promise<Float64Scorer> {
  const density = await float64Density(model);
  const turns = turnsOf(notes.kinds ?? []);
  const kept = { exact: [] as number[], other: [] as number[] };
  let [largest, rows] = [0, 0];
  return {
    async score(host, { x, given, before, seed }, inFloat32) {
      const values = notes.grid ? await withNoise(x, notes.grid, before, seed) : x.values;
      const result = new Float64Array(x.rows);
      for (let start = 0; start < x.rows; start += CHUNK) {
        const end = Math.min(start + CHUNK, x.rows);
        const context = given?.values.subarray(start * given.columns, end * given.columns);
        const part = values.subarray(start * x.columns, end * x.columns);
        const places = turns.map((turn) =>
          density.logProb(
            part.map((value, i) => value + (turn[i % x.columns] ?? 0)),
            context,
          ),
        );
        result.set(
          places[0].map((_, i) => logSumExp(places.map((own) => own[i]))),
          start,
        );
        checkInterrupted(host);
      }
      largest = Math.max(largest, differences(result, inFloat32).max);
      const wanted = Math.max(0, KEPT - rows);
      for (const value of result.subarray(0, wanted)) kept.exact.push(value);
      for (const value of inFloat32.subarray(0, wanted)) kept.other.push(value);
      rows += x.rows;
      return result;
    },
    comparison() {
      const { median } = differences(Float64Array.from(kept.exact), kept.other);
      const which = rows > KEPT ? ` of the first ${KEPT} rows` : '';
      return `float32 is off by ${largest.toExponential(1)} nats at most, by ${median.toExponential(1)} in the median${which}`;
    },
  };
}

/** The noise that scoring in float32 adds, added in float64. */
async function withNoise(
  { values, rows, columns }: Matrix,
  grid: NonNullable<FlowNotes['grid']>,
  before: number,
  seed: number,
): Promise<Float64Array> {
  const placed = values.slice();
  for (let start = 0; start < rows; start += CHUNK) {
    const end = Math.min(start + CHUNK, rows);
    const noise = noiseOf([end - start, columns], grid, foldIn(key(seed), before + start));
    for (const [i, value] of (await noise.data()).entries()) placed[start * columns + i] += value;
    noise.dispose();
  }
  return placed;
}

function logSumExp(values: readonly number[]): number {
  if (values.length === 1) return values[0];
  const largest = Math.max(...values);
  if (!Number.isFinite(largest)) return largest;
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}
