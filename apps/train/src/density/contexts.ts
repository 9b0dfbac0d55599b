import { shownTexts } from '../data/category-codes.js';
import { LARGEST } from '../data/single-precision.js';
import { type ReadOptions, splitList } from '../data/read-options.js';
import { openTable } from '../data/read-table.js';
import type { Host } from '../terminal/host.js';
import { UsageError, UserError } from '../terminal/errors.js';
import { excerpt } from '../terminal/printable.js';
import type { Matrix } from '../statistics/statistics.js';
import type { GivenColumn } from '../model/model-notes.js';

/** What a model is given, row by row, and whether it comes from a file. */
export interface Contexts {
  isFile: boolean;
  blocks(): AsyncIterable<Matrix>;
  /** What the user should know of the file; at the end more may have been added. */
  notices: readonly string[];
  /** What the user calls it. */
  source: string;
}

/**
 * What the option `--given` says: values, as `a=3,b=0.5`, or the name of a file that has the columns.
 *
 * @throws UserError if a column of the model has no value, or another one has
 */
export async function readContexts(
  host: Host,
  text: string,
  given: readonly GivenColumn[],
  reading: ReadOptions,
): Promise<Contexts> {
  if (!text.includes('=')) return fromFile(host, text, given, reading);
  const values = valuesOf(text, given);
  return {
    isFile: false,
    notices: [],
    source: '--given',
    blocks: async function* () {
      yield { values, rows: 1, columns: given.length };
    },
  };
}

async function fromFile(
  host: Host,
  file: string,
  given: readonly GivenColumn[],
  reading: ReadOptions,
): Promise<Contexts> {
  const wanted = given.map(({ name }) => name);
  const ofCategories = given.filter(({ categories }) => categories);
  const categorical = Object.fromEntries(
    ofCategories.map(({ name, categories = [] }) => [name, { texts: categories, others: 'refused' } as const]),
  );
  const options = { ...reading, wanted, ...(ofCategories.length > 0 && { categorical }) };
  const stream = await openTable(host.cwd, file, options, host.stdin);
  const { source, names, hasHeader, columns, notices } = stream;
  const missing = hasHeader ? wanted.find((name) => !names.includes(name)) : undefined;
  if (missing !== undefined)
    throw new UserError(`${source}: has no column "${excerpt(missing, 40)}", which the model is given`);
  if (columns !== given.length)
    throw new UserError(`${source}: has ${columns} columns, the model is given ${given.length}: ${listed(given)}`);
  return {
    isFile: true,
    source,
    notices,
    blocks: async function* () {
      for await (const block of stream.blocks()) yield { ...block, columns };
    },
  };
}

function valuesOf(text: string, given: readonly GivenColumn[]): Float64Array {
  const values = givenValues(text, given);
  const missing = given.filter(({ name }) => !values.has(name));
  if (missing.length > 0) throw new UsageError(`--given: has no value for ${listed(missing)}`);
  return Float64Array.from(given, ({ name }) => values.get(name)!);
}

/** A column of which a value can be given. */
type OpenColumn = Pick<GivenColumn, 'name' | 'categories'>;

/** The values that `a=3,b=red` gives, by the names of their columns. */
export function givenValues(text: string, given: readonly OpenColumn[]): Map<string, number> {
  const values = new Map<string, number>();
  for (const part of splitList(text)) {
    const [name, value] = assignmentOf(part, given);
    if (name === '') throw new UsageError(`--given ${excerpt(text)}: expected column=value, got "${excerpt(part)}"`);
    const column = given.find((own) => own.name === name);
    if (!column)
      throw new UsageError(
        `--given: the model is given no column "${excerpt(name, 40)}"; it is given ${listed(given)}`,
      );
    if (values.has(name)) throw new UsageError(`--given: has "${excerpt(name, 40)}" twice`);
    values.set(name, valueOf(column, value));
  }
  return values;
}

/** The name of a column and its value, of `name=value`; either may have an equals sign of its own. */
function assignmentOf(text: string, given: readonly OpenColumn[]): [name: string, value: string] {
  const splits = [...text.matchAll(/=/g)].map(({ index }): [string, string] => [
    text.slice(0, index).trim(),
    text.slice(index + 1).trim(),
  ]);
  return splits.find(([name]) => given.some((column) => column.name === name)) ?? splits.at(-1) ?? ['', text];
}

/** A number, or the code of a category. */
function valueOf({ name, categories }: OpenColumn, text: string): number {
  const what = `--given: "${excerpt(name, 40)}" must be`;
  if (categories) {
    const code = categories.indexOf(text);
    if (code < 0) {
      const isCut = categories.some((own) => own.startsWith(`${text},`));
      throw new UsageError(
        `${what} one of ${shownTexts(categories)}, got "${excerpt(text, 40)}"${isCut ? '; a comma in it is written twice' : ''}`,
      );
    }
    return code;
  }
  const value = text === '' ? NaN : Number(text);
  if (!(Math.abs(value) <= LARGEST)) throw new UsageError(`${what} a finite number, got "${excerpt(text, 40)}"`);
  return value;
}

/** Names of columns as they stand in a message. */
export function listed(columns: readonly { name: string }[]): string {
  const names = columns.slice(0, 20).map(({ name }) => `"${excerpt(name, 40)}"`);
  return `${names.join(', ')}${columns.length > 20 ? ', …' : ''}`;
}

/** Each row so many times, in pieces of at most `size` rows. */
export async function* repeated(blocks: AsyncIterable<Matrix>, times: number, size: number): AsyncGenerator<Matrix> {
  for await (const { values, rows, columns } of blocks) {
    const total = rows * times;
    for (let start = 0; start < total; start += size) {
      const count = Math.min(size, total - start);
      const piece = new Float64Array(count * columns);
      for (let i = 0; i < count; i++) {
        const row = Math.floor((start + i) / times);
        piece.set(values.subarray(row * columns, (row + 1) * columns), i * columns);
      }
      yield { values: piece, rows: count, columns };
    }
  }
}
