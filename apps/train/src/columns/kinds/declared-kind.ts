import { shownTexts } from '../../data/category-codes.js';
import { LARGEST, SMALLEST } from '../../data/single-precision.js';
import type { Table } from '../../data/table.js';
import { column, type Matrix } from '../../statistics/statistics.js';
import { UserError } from '../../terminal/errors.js';
import { excerpt } from '../../terminal/printable.js';
import { parseKind } from './parse-kind.js';
import { present } from '../../statistics/present.js';

/** What the user says that a column holds, and what the rows tell of it besides. A type, so that it is JSON. */
export type DeclaredKind =
  | { kind: 'positive' }
  /** Between the two, and not on them. */
  | { kind: 'bounded'; low: number; high: number }
  /** Whole numbers, from and to these, both included; null where there is no end. */
  | { kind: 'integer'; low: number | null; high: number | null }
  /** Some values in an order, ascending. */
  | { kind: 'ordinal'; levels: number[] }
  /** Texts, or numbers taken for texts, in the order of their codes: a row holds the code of its category. */
  | { kind: 'categorical'; categories: string[] }
  /** Angles, which come back after one turn, from `low` to `high`; `centre` is where most of them are. */
  | { kind: 'circular'; low: number; high: number; centre: number };

/** Each multiplies by three the places on the line where a row is looked for. */
const MOST_CIRCLES = 3;

/**
 * What the user says of every column of a table: null where nothing.
 *
 * @param specs as `age=positive`
 * @param train the rows to train on
 * @throws UserError if a column is not there, has two kinds or is given, or a value is not of its kind
 */
export function declaredKinds(
  specs: readonly string[],
  { source, names, given, categories, values, rows, columns }: Table,
  train: Matrix,
): (DeclaredKind | null)[] {
  const kinds: (DeclaredKind | null)[] = names.map(() => null);
  for (const { column: name, kind, numbers } of specs.map(parseKind)) {
    const places = names.flatMap((other, i) => (other === name ? [i] : []));
    const quoted = `"${excerpt(name, 40)}"`;
    if (places.length !== 1) {
      const list = names.slice(0, 20).map((other) => `"${excerpt(other, 40)}"`);
      throw new UserError(
        `${source}: --kind: ${places.length === 0 ? 'no column that is read is' : `${places.length} columns are`} called ${quoted}; they are ${list.join(', ')}${names.length > 20 ? ', …' : ''}`,
      );
    }
    const [place] = places;
    if (kinds[place]) throw new UserError(`${source}: --kind: column ${quoted} has two kinds`);
    if (given.includes(place) && kind !== 'categorical')
      throw new UserError(
        `${source}: --kind says how a column is learned, and column ${quoted} is given: it needs no kind`,
      );
    const [low, high] = numbers;
    if (kind === 'positive') kinds[place] = { kind };
    else if (kind === 'bounded') kinds[place] = { kind, low, high };
    else if (kind === 'integer') kinds[place] = { kind, low: low ?? null, high: high ?? null };
    else if (kind === 'ordinal')
      kinds[place] = { kind, levels: [...new Set(present(column({ values, rows, columns }, place)).toSorted())] };
    else if (kind === 'categorical') kinds[place] = { kind, categories: [...categories[place]!] };
    else kinds[place] = { kind, low, high, centre: centreOf(column(train, place), low, high) };
  }
  if (kinds.filter((declared) => declared?.kind === 'circular').length > MOST_CIRCLES)
    throw new UserError(`${source}: --kind: at most ${MOST_CIRCLES} columns can be circular`);
  checkKinds(source, { values, rows, columns }, names, kinds);
  return kinds;
}

/** The mean direction of angles. */
function centreOf(angles: Float64Array, low: number, high: number): number {
  const turn = (2 * Math.PI) / (high - low);
  const [cosine, sine] = [Math.cos, Math.sin].map((f) =>
    angles.reduce((sum, angle) => sum + f((angle - low) * turn), 0),
  );
  return low + Math.atan2(sine, cosine) / turn;
}

/**
 * Refuses rows with a value that is not of its column's kind.
 *
 * @param before how many rows came before these
 * @throws UserError that names the row, from 1, and the column
 */
export function checkKinds(
  source: string,
  { values, columns }: Matrix,
  names: readonly string[],
  kinds: readonly (DeclaredKind | null)[],
  before = 0,
): void {
  if (kinds.every((kind) => kind === null)) return;
  for (const [i, value] of values.entries()) {
    const kind = kinds[i % columns];
    if (!kind || Number.isNaN(value) || holds(kind, value)) continue;
    const place = i % columns;
    throw new UserError(
      `${source}: row ${before + Math.floor(i / columns) + 1}, column ${place + 1} ("${excerpt(names[place], 40)}"): must be ${describeKind(kind)}, got ${value}`,
    );
  }
}

function holds(kind: DeclaredKind, value: number): boolean {
  switch (kind.kind) {
    case 'positive':
      return value >= SMALLEST;
    case 'bounded':
      return value > kind.low && value < kind.high;
    case 'integer':
      return Number.isSafeInteger(value) && value >= (kind.low ?? -Infinity) && value <= (kind.high ?? Infinity);
    case 'ordinal':
      return kind.levels.includes(value);
    // Of a category that is not known the density is 0.
    case 'categorical':
    case 'circular':
      return true;
  }
}

/** The categories of a column of that kind, or null. */
export function categoriesOf(kind: DeclaredKind | null): readonly string[] | null {
  return kind?.kind === 'categorical' ? kind.categories : null;
}

/** What the values of a kind are, in words. */
export function describeKind(kind: DeclaredKind): string {
  switch (kind.kind) {
    case 'positive':
      return 'positive';
    case 'bounded':
      return `between ${kind.low} and ${kind.high}, not on them`;
    case 'integer':
      return `a whole number${kind.low === null ? '' : ` from ${kind.low}`}${kind.high === null ? '' : ` to ${kind.high}`}`;
    case 'ordinal':
      return `one of ${kind.levels.slice(0, 10).join(', ')}${kind.levels.length > 10 ? ', …' : ''}`;
    case 'categorical':
      return `one of ${kind.categories.length} ${kind.categories.length === 1 ? 'category' : 'categories'}: ${shownTexts(kind.categories)}`;
    case 'circular':
      return `an angle from ${kind.low} to ${kind.high}`;
  }
}

/** Whether a piece of JSON is what is saved of a column's kind. */
export function isDeclaredKind(value: unknown): value is DeclaredKind {
  const { kind, ...rest } = (value ?? {}) as { kind?: unknown } & Record<string, unknown>;
  const { low, high, levels, categories, centre } = rest;
  const areEnds = isNumber(low) && isNumber(high) && low < high;
  if (kind === 'positive') return true;
  if (kind === 'bounded') return areEnds;
  if (kind === 'integer') return (low === null && high === null) || (isNumber(low) && high === null) || areEnds;
  if (kind === 'ordinal')
    return (
      Array.isArray(levels) &&
      levels.length > 0 &&
      levels.every((level, i) => isNumber(level) && (i === 0 || level > levels[i - 1]))
    );
  if (kind === 'categorical') return areCategories(categories);
  return kind === 'circular' && areEnds && isNumber(centre);
}

const isText = (text: unknown) => typeof text === 'string' && text !== '';

/** Whether a piece of JSON is the categories of a column. */
export function areCategories(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isText) && new Set(value).size === value.length;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= LARGEST;
}
