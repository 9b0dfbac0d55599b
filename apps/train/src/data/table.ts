import { totalmem } from 'node:os';
import type { Matrix } from '../statistics/statistics.js';
import type { CategoryCodes } from './category-codes.js';

/** Rows of numbers, one after another. */
export interface Block {
  /** `rows` times as many as there are columns. */
  values: Float64Array;
  rows: number;
}

/** A table as it is read, block by block. */
export interface TableStream {
  /** What the user calls the file. */
  readonly source: string;
  /** Of the columns that are read: from the header, or `x1`, `x2`, … where there is none. */
  readonly names: readonly string[];
  readonly hasHeader: boolean;
  readonly columns: number;
  /** How many rows the file says that it has, if it says so. */
  readonly rows?: number;
  /** Which columns are given, ascending. */
  readonly given: readonly number[];
  /** Of the columns that are read, the codes of those with categories; null for numbers. Complete at the end. */
  readonly categories: readonly (CategoryCodes | null)[];
  /** What the user should know; at the end more may have been added. */
  readonly notices: readonly string[];
  /** In how many of the rows that were left out, or kept with NaN, each column has no value; complete at the end. */
  readonly missing: readonly number[];
  /** Once; UserError where a row is not made of finite numbers. */
  blocks(): AsyncIterable<Block>;
}

/** Numbers of a block, about. */
const BLOCK = 1 << 16;

/** How many numbers a block of whole rows holds: the same whatever file they come from, since scores of images depend on it. */
export function blockLength(columns: number): number {
  return Math.max(1, Math.floor(BLOCK / columns)) * columns;
}

/** A table of finite numbers, among them codes of categories. */
export interface Table extends Matrix {
  source: string;
  names: string[];
  hasHeader: boolean;
  /** Which columns are given, ascending. */
  given: readonly number[];
  /** The categories of each column in the order of their codes; null for numbers. */
  categories: readonly (readonly string[] | null)[];
  notices: readonly string[];
  /** In how many of the rows that were left out, or kept with NaN, each column has no value. */
  missing: readonly number[];
}

/** All rows of a stream as a table; its categories are then in order. */
export function tableOf(stream: Omit<TableStream, 'blocks'>, values: Float64Array): Table {
  const { source, names, hasHeader, columns, given, notices, missing } = stream;
  const codes = stream.categories.map((own) => own?.order());
  if (codes.some((own) => own !== undefined))
    for (let i = 0; i < values.length; i++) values[i] = codes[i % columns]?.[values[i]] ?? values[i];
  return {
    source,
    names: [...names],
    hasHeader,
    given,
    categories: stream.categories.map((own) => own?.texts ?? null),
    notices,
    missing,
    values,
    rows: values.length / columns,
    columns,
  };
}

const MEMORY = Math.min(totalmem(), process.constrainedMemory() || Infinity);

/** Gathers blocks into one array, without keeping both much longer than needed. */
export class Gatherer {
  #values = new Float64Array(1 << 12);
  #count = 0;

  add(values: Float64Array): void {
    const count = this.#count + values.length;
    if (count > this.#values.length) {
      const length = Math.max(count, Math.ceil(1.5 * this.#values.length));
      // Where memory is promised that is not there, the system would kill the program instead.
      if (8 * length > MEMORY) throw new RangeError(`${8 * length} of ${MEMORY} bytes`);
      const larger = new Float64Array(length);
      larger.set(this.#values.subarray(0, this.#count));
      this.#values = larger;
    }
    this.#values.set(values, this.#count);
    this.#count = count;
  }

  finish(): Float64Array {
    return this.#values.subarray(0, this.#count);
  }
}
