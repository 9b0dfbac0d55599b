import type { Json } from '@pushforward/tensor';
import { areCategories, type DeclaredKind, isDeclaredKind } from '../columns/kinds/declared-kind.js';
import { type Grid, isColumnGrid } from '../columns/dequantize.js';
import { UserError } from '../terminal/errors.js';
import { excerpt } from '../terminal/printable.js';

/** A column that is given to a model. A type, so that it is JSON. */
export type GivenColumn = {
  name: string;
  /** Where it stands among the columns of the table that the model was trained on, from 0. */
  place: number;
  /** The lowest and the highest of its values in the rows that the model was trained on; null for a model that was trained elsewhere. */
  low: number | null;
  high: number | null;
  /** Of a column of categories: its values are their places here, from 0. */
  categories?: string[];
};

/** What this program saves with a flow. A type, so that it is JSON, which has no word for an infinite likelihood but null. */
export type FlowNotes = {
  kind: 'flow';
  /** Those that it is a density of. */
  columns: string[];
  /** Those that it is given; absent if there are none. */
  given?: GivenColumn[];
  trainedOn: string;
  /** How many rows it was trained on; null for a model that was trained elsewhere. */
  rows: number | null;
  testLogLikelihood: number | null;
  commandLine: string;
  grid?: Grid;
  /** What the user says that its columns hold, null where nothing; absent if nothing of any. */
  kinds?: (DeclaredKind | null)[];
};

/** What this program saves with a density of any order. */
export type AnyOrderNotes = Omit<FlowNotes, 'kind' | 'given'> & {
  kind: 'any-order';
  /** The lowest and the highest value of each column in the rows that the model was trained on, null for categories; absent from models saved before this was noted. */
  ranges?: ([low: number, high: number] | null)[];
};

/** What this program saves with an autoencoder. */
export type DigitsNotes = { kind: 'digits'; height: number; width: number; trainedOn: string; commandLine: string };

type Check = [field: string, isRight: (value: unknown) => boolean, expected: string];

/**
 * The notes of a flow.
 *
 * @param name what the user calls the file that they are in
 * @param columns how many the flow is a density of
 * @param given how many it is given
 * @throws UserError that names the field that is not as this program writes it
 */
export function checkFlowNotes(name: string, notes: { [field: string]: Json }, columns: number, given = 0): FlowNotes {
  check(name, notes, [
    ['columns', (value) => Array.isArray(value) && value.length === columns && value.every(isText), `${columns} names`],
    [
      'given',
      (value) => (given === 0 && value === undefined) || areGiven(value, columns, given),
      given === 0 ? 'left out' : `${given} objects of name, place, low and high`,
    ],
    ['trainedOn', isText, 'text'],
    ['rows', (value) => value === null || isCount(value), 'a whole number of at least 1'],
    ['testLogLikelihood', (value) => value === null || Number.isFinite(value), 'a number'],
    ['commandLine', isText, 'text'],
    ['grid', (value) => value === undefined || isGrid(value, columns), `${columns} objects of start and step`],
    ['kinds', (value) => value === undefined || areKinds(value, columns), `${columns} kinds of columns`],
  ]);
  return notes as FlowNotes;
}

/** The notes of a density of any order, as {@link checkFlowNotes} checks those of a flow. */
export function checkAnyOrderNotes(name: string, notes: { [field: string]: Json }, columns: number): AnyOrderNotes {
  const own = checkFlowNotes(name, notes, columns);
  check(name, notes, [
    ['ranges', (value) => value === undefined || areRanges(value, columns), `${columns} pairs of numbers, or null`],
  ]);
  return { ...own, kind: 'any-order' } as AnyOrderNotes;
}

/** The notes of an autoencoder, as {@link checkFlowNotes} checks those of a flow. */
export function checkDigitsNotes(name: string, notes: { [field: string]: Json }, pixels: number): DigitsNotes {
  check(name, notes, [
    ['height', isCount, 'a whole number of at least 1'],
    [
      'width',
      (value) => isCount(value) && Number(value) * Number(notes.height) === pixels,
      `such that an image has ${pixels} pixels`,
    ],
    ['trainedOn', isText, 'text'],
    ['commandLine', isText, 'text'],
  ]);
  return notes as DigitsNotes;
}

function check(name: string, notes: { [field: string]: Json }, checks: readonly Check[]): void {
  for (const [field, isRight, expected] of checks) {
    const value = Object.hasOwn(notes, field) ? notes[field] : undefined;
    if (isRight(value)) continue;
    const got = value === undefined ? 'nothing' : excerpt(JSON.stringify(value));
    throw new UserError(`${name}: the note "${field}" must be ${expected}, got ${got}`);
  }
}

function isGrid(value: unknown, columns: number): boolean {
  return Array.isArray(value) && value.length === columns && value.every(isColumnGrid);
}

function areKinds(value: unknown, columns: number): boolean {
  return (
    Array.isArray(value) && value.length === columns && value.every((kind) => kind === null || isDeclaredKind(kind))
  );
}

function areRanges(value: unknown, columns: number): boolean {
  return (
    Array.isArray(value) &&
    value.length === columns &&
    value.every(
      (range) =>
        range === null ||
        (Array.isArray(range) && range.length === 2 && range.every(Number.isFinite) && range[0] <= range[1]),
    )
  );
}

function areGiven(value: unknown, columns: number, given: number): boolean {
  return (
    Array.isArray(value) &&
    given > 0 &&
    value.length === given &&
    value.every((own: Partial<GivenColumn> | null, i) => {
      const { name, place, low, high, categories } = own ?? {};
      const before = i === 0 ? -1 : value[i - 1].place;
      return (
        isText(name) &&
        Number.isSafeInteger(place) &&
        place! > before &&
        place! < columns + given &&
        ((low === null && high === null) || (Number.isFinite(low) && Number.isFinite(high) && low! <= high!)) &&
        (categories === undefined || areCategories(categories))
      );
    })
  );
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}
