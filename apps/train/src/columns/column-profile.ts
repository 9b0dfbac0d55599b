import { column, type Matrix } from '../statistics/statistics.js';
import { decimalGrid, evidentGrid, type ValueGrid } from './column-grid.js';
import { columnUnits } from './column-units.js';
import type { DeclaredKind } from './kinds/declared-kind.js';
import { present } from '../statistics/present.js';
import { supportOf } from './kinds/real-line.js';

/** What a column holds, as far as its numbers show. */
type FoundKind = 'real' | 'positive' | 'bounded' | 'on a grid' | 'integer' | 'few-valued' | 'constant';

/** A column as it is in the file, over all of its rows. */
export interface ColumnProfile {
  name: string;
  /** Whether it is given: then it needs no density. */
  isGiven: boolean;
  kind: FoundKind;
  /** What the user says that it holds, if anything: then that is how it is learned. */
  declared: DeclaredKind | null;
  low: number;
  high: number;
  /** How many different values it has. */
  distinct: number;
  /** The grid of a column that has no density without noise; null if its values stand on none. */
  grid: ValueGrid | null;
  /** Where mean and deviation would squeeze the bulk: the row, from 1, of the value that is farthest out. */
  outlier: { row: number; value: number } | null;
}

/** So many values and fewer are few, if each stands there several times. */
const FEW = 20;
const REPEATED = 5;
/** Decimal numbers show their grid where each value stands there so many times, on average: with fewer, a flow does not learn the gaps. */
const SHOWN_GRID = 2;
/** More values than {@link FEW} are few if each stands there so many times, on average. */
const OFTEN = 20;

/** Looks at every column of a table once. */
export function profileColumns(
  table: Matrix,
  names: readonly string[],
  given: readonly number[] = [],
  kinds: readonly (DeclaredKind | null)[] = [],
): ColumnProfile[] {
  return names.map((name, i) => profileOf(name, column(table, i), given.includes(i), kinds[i] ?? null));
}

function profileOf(name: string, values: Float64Array, isGiven: boolean, declared: DeclaredKind | null): ColumnProfile {
  const sorted = present(values).toSorted();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  const [low, high] = [distinct[0], distinct.at(-1)!];
  const { kind, grid } = kindOf(distinct, sorted.length);
  return {
    name,
    isGiven,
    kind,
    declared,
    grid: isGiven ? null : grid,
    low,
    high,
    distinct: distinct.length,
    // Mapped onto the real line, values far out are not.
    outlier: supportOf(declared) || declared?.kind === 'categorical' ? null : outlierOf(values, sorted),
  };
}

/** What values are, each given once in ascending order, of so many rows. */
function kindOf(distinct: Float64Array, rows: number): Pick<ColumnProfile, 'kind' | 'grid'> {
  const [low, high, count] = [distinct[0], distinct.at(-1)!, distinct.length];
  if (count <= 1) return { kind: 'constant', grid: null };
  if (count <= FEW && rows >= REPEATED * count) return { kind: 'few-valued', grid: evidentGrid(distinct) };
  if (distinct.every(Number.isSafeInteger)) return { kind: 'integer', grid: decimalGrid(distinct) };
  if (rows >= SHOWN_GRID * count) {
    const grid = evidentGrid(distinct);
    if (grid) return { kind: 'on a grid', grid };
    if (rows >= OFTEN * count) return { kind: 'few-valued', grid: null };
  }
  return { kind: low >= 0 && high <= 1 ? 'bounded' : low > 0 ? 'positive' : 'real', grid: null };
}

function outlierOf(values: Float64Array, sorted: Float64Array): ColumnProfile['outlier'] {
  const { isRobust, loc, low, high } = columnUnits(sorted);
  if (!isRobust) return null;
  const value = high - loc > loc - low ? high : low;
  return { row: values.indexOf(value) + 1, value };
}
