import { LARGEST, SMALLEST } from '../../data/single-precision.js';
import type { Matrix } from '../../statistics/statistics.js';
import type { DeclaredKind } from './declared-kind.js';

/** Rows of a file in the numbers that a model computes with: levels by their places, from 0, and angles at most half a turn from their centre. */
export function encode(matrix: Matrix, kinds: readonly (DeclaredKind | null)[]): Matrix {
  return mapKinds(matrix, kinds, (value, kind) => {
    if (kind.kind === 'ordinal') return kind.levels.indexOf(value);
    return kind.kind === 'circular'
      ? wrap(value, kind.centre - (kind.high - kind.low) / 2, kind.high - kind.low)
      : value;
  });
}

/**
 * What a model has drawn, on its grid, as values that a file may have: the inverse of {@link encode}, with what rounding or noise has put beyond an end back inside.
 *
 * So the probability of a whole number or a level k is that of all of [k, k + 1) and, at an end, of what lies beyond: never less than what the noisy
 * density there says of it.
 */
export function decode(matrix: Matrix, kinds: readonly (DeclaredKind | null)[]): Matrix {
  return mapKinds(matrix, kinds, (value, kind) => {
    switch (kind.kind) {
      case 'positive':
      case 'bounded':
      case 'integer':
        return clamp(value, ...rangeOf(kind));
      case 'ordinal':
        return kind.levels[clamp(value, 0, kind.levels.length - 1)] ?? NaN;
      case 'categorical':
        return value;
      case 'circular':
        return wrap(value, kind.low, kind.high - kind.low);
    }
  });
}

const ROUNDING = 2 ** -24;

/** The lowest and the highest value that a column may have, in single precision. */
export function rangeOf(kind: Extract<DeclaredKind, { kind: 'positive' | 'bounded' | 'integer' }>): [number, number] {
  switch (kind.kind) {
    case 'positive':
      return [SMALLEST, LARGEST];
    case 'bounded': {
      const inside = ROUNDING * Math.max(kind.high - kind.low, Math.abs(kind.low), Math.abs(kind.high));
      return [kind.low + inside, kind.high - inside];
    }
    case 'integer':
      return [kind.low ?? -Infinity, kind.high ?? Infinity];
  }
}

function mapKinds(
  matrix: Matrix,
  kinds: readonly (DeclaredKind | null)[],
  map: (value: number, kind: DeclaredKind) => number,
): Matrix {
  if (kinds.every((kind) => kind === null)) return matrix;
  const values = matrix.values.map((value, i) => {
    const kind = kinds[i % matrix.columns];
    return kind && !Number.isNaN(value) ? map(value, kind) : value;
  });
  return { ...matrix, values };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** Into [low, low + turn). */
function wrap(value: number, low: number, turn: number): number {
  const wrapped = value - turn * Math.floor((value - low) / turn);
  return wrapped < low || wrapped >= low + turn ? low : wrapped;
}
