import { excerpt } from '../printable.js';
import { column, type Matrix } from '../statistics.js';

/** What a column holds, as far as its numbers show. */
export type ColumnKind = 'real' | 'positive' | 'bounded' | 'integer' | 'few-valued' | 'constant';

/** A column as it is, and where it is centred and scaled. */
export interface ColumnProfile {
  name: string;
  kind: ColumnKind;
  low: number;
  high: number;
  /** How many different values it has, as far as they were counted. */
  distinct: number;
  /** The step of the grid that its values stand on, where they are few or whole numbers; 0 if there is none. */
  step: number;
  loc: number;
  scale: number;
  /** Where mean and deviation would squeeze the bulk: the row, from 1, of the value that is farthest out. */
  outlier: { row: number; value: number } | null;
}

/** So many values and fewer are few, if each stands there several times. */
const FEW = 20;
const REPEATED = 5;
/** How many times the deviation that the quartiles tell the deviation may be. */
const SQUEEZED = 10;
/** The distance of a Gaussian's quartiles, in deviations. */
const QUARTILES = 1.3489795;

/** Looks at every column of a table once. */
export function profileColumns(table: Matrix, names: readonly string[]): ColumnProfile[] {
  return names.map((name, i) => profileOf(name, column(table, i)));
}

function profileOf(name: string, values: Float64Array): ColumnProfile {
  const sorted = values.toSorted();
  const n = sorted.length;
  const [low, high] = [sorted[0], sorted[n - 1]];
  let distinct = 1;
  let gap = Infinity;
  let isWhole = Number.isInteger(low);
  for (let i = 1; i < n; i++) {
    if (sorted[i] === sorted[i - 1]) continue;
    distinct++;
    gap = Math.min(gap, sorted[i] - sorted[i - 1]);
    isWhole &&= Number.isInteger(sorted[i]);
  }
  const isFew = distinct <= FEW && n >= REPEATED * distinct;
  const kind = low === high ? 'constant' : isFew ? 'few-valued' : isWhole ? 'integer' : low >= 0 && high <= 1 ? 'bounded' : low > 0 ? 'positive' : 'real';
  const step = kind === 'integer' ? 1 : kind === 'few-valued' ? gridStep(sorted, gap) : 0;
  return { name, kind, low, high, distinct, step, ...centre(values, sorted) };
}

/** The largest step of a grid with every value on it, or 0 if there is none within a twentieth of the smallest gap. */
function gridStep(sorted: Float64Array, gap: number): number {
  const isOn = (step: number) => sorted.every((value) => Math.abs((value - sorted[0]) / step - Math.round((value - sorted[0]) / step)) < 1e-6);
  return Array.from({ length: 20 }, (_, i) => gap / (i + 1)).find(isOn) ?? 0;
}

/** Mean and deviation, or median and quartiles where the deviation comes from a few values far out. */
function centre(values: Float64Array, sorted: Float64Array): Pick<ColumnProfile, 'loc' | 'scale' | 'outlier'> {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  const quantile = (part: number) => sorted[Math.round(part * (n - 1))];
  const robust = (quantile(0.75) - quantile(0.25)) / QUARTILES;
  if (!(robust > 0 && deviation > SQUEEZED * robust)) return { loc: mean, scale: deviation, outlier: null };
  const median = quantile(0.5);
  const row = values.reduce((farthest, value, i) => (Math.abs(value - median) > Math.abs(values[farthest] - median) ? i : farthest), 0);
  return { loc: median, scale: robust, outlier: { row: row + 1, value: values[row] } };
}

function number(value: number): string {
  return Number(value.toPrecision(4)).toString();
}

/** The table of columns that is shown before training. */
export function profileRows(profiles: readonly ColumnProfile[], isDequantized: boolean): { header: string[]; rows: string[][] } {
  const treatment = ({ kind, step, outlier }: ColumnProfile) => {
    if (step > 0 && isDequantized) return `uniform noise from 0 to ${number(step)} is added`;
    if (kind === 'few-valued' || kind === 'integer') return 'taken for real numbers: see the warning';
    return outlier ? 'centred and scaled by median and quartiles' : 'centred and scaled by mean and deviation';
  };
  return {
    header: ['column', 'kind', 'from', 'to', 'values', 'what is done'],
    rows: profiles.map((profile) => {
      const { name, kind, low, high, distinct } = profile;
      return [excerpt(name, 30), kind, number(low), number(high), String(distinct), treatment(profile)];
    }),
  };
}

/** What the user should know before training. */
export function profileWarnings(profiles: readonly ColumnProfile[], isDequantized: boolean): string[] {
  const named = ({ name }: ColumnProfile) => `column "${excerpt(name, 40)}"`;
  const grids = profiles.filter(({ kind, step }) => (kind === 'few-valued' || kind === 'integer') && !(isDequantized && step > 0));
  return [
    ...grids.map((profile) => {
      const what = profile.kind === 'integer' ? 'holds whole numbers only' : `has only ${profile.distinct} different values`;
      return `${named(profile)} ${what}: its density grows without end around them, and the gain means nothing; --dequantize adds noise that makes it a density`;
    }),
    ...profiles
      .filter(({ outlier }) => outlier)
      .map((profile) => `${named(profile)} has ${profile.outlier!.value} in row ${profile.outlier!.row}, far from the others: it is centred and scaled by median and quartiles, which values far out do not move; the Gaussian that the flow is compared with is not`),
  ];
}
