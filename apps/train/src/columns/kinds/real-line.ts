import { type Bijector, Chain, Exp, Partition, Scale, Shift, Sigmoid, Softplus } from '@pushforward/bijectors';
import type { Matrix } from '../../statistics/statistics.js';
import type { DeclaredKind } from './declared-kind.js';

/** An increasing map of the real line onto where a column's values are. */
interface Support {
  /** `y = f(x)`, as the model has it. */
  bijector: Bijector;
  /** `x = f⁻¹(y)` in float64. */
  inverse(y: number): number;
  /** `log f′(x)` in float64. */
  logSlope(x: number): number;
}

/**
 * How much farther than its values a column's interval reaches, relative to its length and to its ends: as little as keeps every value inside after rounding to
 * float32.
 */
const [OF_LENGTH, OF_ENDS] = [2 ** -20, 2 ** -22];
/** The same for values with noise, in steps; what is drawn there becomes the nearest value. */
const OF_STEP = 0.01;
/** How many turns, to either side of the centre, an angle's place on the line may be away: a row is looked for one turn to either side, and half a turn is its own. */
const HALF_WINDOW = 1.53;

/**
 * Where the values of a kind are, noise included; null for the whole line, which needs no map.
 *
 * `positive` is `eˣ`, an interval is `low + (high − low) / (1 + e⁻ˣ)`, and whole numbers from one on are `low + log(1 + eˣ)`.
 */
export function supportOf(kind: DeclaredKind | null): Support | null {
  switch (kind?.kind) {
    case 'positive':
      return { bijector: new Exp(), inverse: Math.log, logSlope: (x) => x };
    case 'bounded': {
      const { low, high } = kind;
      const margin = Math.max(OF_LENGTH * (high - low), OF_ENDS * Math.max(Math.abs(low), Math.abs(high)));
      return between(low - margin, high + margin);
    }
    case 'integer': {
      const { low, high } = kind;
      if (low === null) return null;
      const margin = Math.max(OF_STEP, 4 * OF_ENDS * Math.max(Math.abs(low), Math.abs(high ?? 0)));
      return high === null ? above(low - margin) : between(low - margin, high + 1 + margin);
    }
    case 'ordinal':
      return between(-OF_STEP, kind.levels.length + OF_STEP);
    case 'circular': {
      const reach = HALF_WINDOW * (kind.high - kind.low);
      return between(kind.centre - reach, kind.centre + reach);
    }
    case 'categorical':
    case undefined:
      return null;
  }
}

function between(low: number, high: number): Support {
  const length = high - low;
  return {
    bijector: new Chain([new Sigmoid(), new Scale(length), new Shift(low)]),
    inverse: (y) => Math.log(y - low) - Math.log(high - y),
    logSlope: (x) => Math.log(length) - softplus(x) - softplus(-x),
  };
}

function above(low: number): Support {
  return {
    bijector: new Chain([new Softplus(), new Shift(low)]),
    inverse: (y) => y - low + Math.log(-Math.expm1(low - y)),
    logSlope: (x) => -softplus(-x),
  };
}

function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** From rows of the real line to rows of columns of these kinds; null where that is the same. */
export function ontoSupports(kinds: readonly (DeclaredKind | null)[]): Bijector | null {
  // Columns of the same kind are one part.
  const parts = new Map<string, { bijector: Bijector | null; indices: number[] }>();
  for (const [i, kind] of kinds.entries()) {
    const bijector = supportOf(kind)?.bijector ?? null;
    const name = bijector ? JSON.stringify(kind) : '';
    const part = parts.get(name);
    if (part) part.indices.push(i);
    else parts.set(name, { bijector, indices: [i] });
  }
  const list = [...parts.values()];
  if (list.every(({ bijector }) => bijector === null)) return null;
  return new Partition({
    bijectors: list.map(({ bijector }) => bijector),
    indices: list.map(({ indices }) => indices),
  });
}

/** Rows on the real line, and of each `Σ log f′`, the log-determinant of the map from there. */
export function ontoRealLine(
  rows: Matrix,
  kinds: readonly (DeclaredKind | null)[],
): { real: Matrix; logDet: Float64Array } {
  const logDet = new Float64Array(rows.rows);
  if (kinds.every((kind) => supportOf(kind) === null)) return { real: rows, logDet };
  const { real, logSlopes } = valuesOntoRealLine(rows, kinds);
  for (const [i, logSlope] of logSlopes.entries()) logDet[Math.floor(i / rows.columns)] += logSlope;
  return { real, logDet };
}

/** Rows on the real line, and of each number `log f′`, the log-slope of the map from there. What is missing, as NaN, stays so, with a log-slope of 0. */
export function valuesOntoRealLine(
  { values, rows, columns }: Matrix,
  kinds: readonly (DeclaredKind | null)[],
): { real: Matrix; logSlopes: Float64Array } {
  const supports = kinds.map(supportOf);
  const logSlopes = new Float64Array(values.length);
  const real = values.map((value, i) => {
    const support = supports[i % columns];
    if (!support || Number.isNaN(value)) return value;
    const x = support.inverse(value);
    logSlopes[i] = support.logSlope(x);
    return x;
  });
  return { real: { values: real, rows, columns }, logSlopes };
}
