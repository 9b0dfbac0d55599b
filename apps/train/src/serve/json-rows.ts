import { isMissingCategory, shownTexts } from '../data/category-codes.js';
import { LARGEST } from '../data/single-precision.js';
import type { Matrix } from '../statistics/statistics.js';
import { excerpt } from '../terminal/printable.js';
import { HttpError, tooLarge } from './http-error.js';

/** A column as JSON has it: numbers, or texts that stand for categories. */
export interface JsonColumn {
  readonly name: string;
  readonly categories?: readonly string[] | null;
  /** Whether a text that is no category is let through, as a code beyond theirs, which has no density. */
  readonly isOpen?: boolean;
}

/**
 * Rows out of JSON: each a list of values in the order of the columns, or an object that has them by name; what else an object has is left out.
 *
 * @param what how errors call the list
 * @throws HttpError if they are anything else, or too many
 */
export function jsonRows(rows: unknown, columns: readonly JsonColumn[], what: string, most: number): Matrix {
  const names = columns.map(({ name }) => name);
  const codes = columns.map(({ categories }) => categories && new Map(categories.map((text, code) => [text, code])));
  if (!Array.isArray(rows) || rows.length === 0)
    throw new HttpError(400, `${what} must be a list of at least one row, got ${shown(rows)}`);
  if (rows.length > most) throw tooLarge(`${what} has ${rows.length} rows, at most ${most} are taken at once`);
  const values = new Float64Array(rows.length * names.length);
  for (const [i, row] of rows.entries()) {
    const found = Array.isArray(row) ? fromList(row, names, `${what}[${i}]`) : fromObject(row, names, `${what}[${i}]`);
    for (const [j, value] of found.entries()) {
      const own = codes[j] ? codeOf(value, codes[j], columns[j].isOpen) : value;
      if (typeof own !== 'number' || !(Math.abs(own) <= LARGEST)) {
        const { name, categories } = columns[j];
        const wanted = categories ? `one of ${shownTexts(categories)}` : 'a finite number of single precision';
        throw new HttpError(400, `${what}[${i}]: "${excerpt(name, 40)}" must be ${wanted}, got ${shown(value)}`);
      }
      values[i * names.length + j] = own;
    }
  }
  return { values, rows: rows.length, columns: names.length };
}

/** The code of a category, or of a number or truth value that is taken for one; none of a text that says that there is no value. */
function codeOf(value: unknown, codes: ReadonlyMap<string, number>, isOpen = false): number | undefined {
  if (!['string', 'number', 'boolean'].includes(typeof value)) return undefined;
  const text = String(value);
  return codes.get(text) ?? (isOpen && !isMissingCategory(text) ? codes.size : undefined);
}

function fromList(row: readonly unknown[], names: readonly string[], place: string): readonly unknown[] {
  if (row.length === names.length) return row;
  throw new HttpError(
    400,
    `${place} must have ${names.length} values (${excerpt(names.join(', '))}), got ${row.length}`,
  );
}

function fromObject(row: unknown, names: readonly string[], place: string): unknown[] {
  if (typeof row !== 'object' || row === null)
    throw new HttpError(400, `${place} must be a list of values, or an object of them by column, got ${shown(row)}`);
  return names.map((name) => {
    if (!Object.hasOwn(row, name)) throw new HttpError(400, `${place} has no "${excerpt(name, 40)}"`);
    return (row as Record<string, unknown>)[name];
  });
}

/** A piece of JSON as it stands in an error. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  // JSON has no infinity, but numbers that are read as one.
  if (typeof value === 'number') return String(value);
  return typeof value === 'object' && value !== null ? 'an object' : excerpt(JSON.stringify(value), 40);
}

/**
 * The fields of a body of JSON.
 *
 * @throws HttpError if it is none, or has other fields
 */
export function jsonObject(body: Uint8Array, fields: readonly string[]): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new HttpError(400, `the body is not JSON: ${excerpt((error as Error).message, 100)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HttpError(400, `the body must be an object with ${fields.join(', ')}, got ${shown(value)}`);
  const other = Object.keys(value).find((field) => !fields.includes(field));
  if (other !== undefined)
    throw new HttpError(400, `the body has "${excerpt(other, 40)}"; what it may have is ${fields.join(', ')}`);
  return value as Record<string, unknown>;
}

/** @throws HttpError if a seed is no whole number */
export function seedOf(seed: unknown): number | undefined {
  if (seed === undefined || Number.isSafeInteger(seed)) return seed as number | undefined;
  throw new HttpError(400, `seed must be a whole number, got ${shown(seed)}`);
}
