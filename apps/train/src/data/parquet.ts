import { open } from 'node:fs/promises';
import path from 'node:path';
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  parquetSchema,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { UserError } from '../terminal/errors.js';
import { excerpt } from '../terminal/printable.js';
import { CategoryCodes, isMissingCategory } from './category-codes.js';
import { chooseColumns, kindOption } from './choose-columns.js';
import { tinyNotice, truthNotice } from './notices.js';
import { canBeCategories, type ReadOptions } from './read-options.js';
import { LARGEST, SMALLEST } from './single-precision.js';
import { type Block, blockLength, type TableStream } from './table.js';

/** More rows in one group would not fit in memory; programs write a million at most. */
const LARGEST_GROUP = 1 << 25;

/**
 * Opens a Parquet file, whose columns of numbers and of categories are read one group of rows after another. Truth values are 0 and 1; null and NaN are missing.
 *
 * @param name the path as the user gave it, relative to `cwd`
 * @throws UserError if it is damaged, a column to read holds something else than numbers, or an option is about text
 */
export async function openParquet(cwd: string, name: string, options: ReadOptions): Promise<TableStream> {
  return openBuffer(name, options, await open(path.resolve(cwd, name)));
}

/** The same for a file that is in memory. */
export function openParquetBytes(name: string, bytes: Uint8Array, options: ReadOptions): Promise<TableStream> {
  return openBuffer(name, options, {
    stat: async () => ({ size: bytes.length }),
    read: async (target, offset, length, position) => {
      target.set(bytes.subarray(position, position + length), offset);
      return { bytesRead: length };
    },
    close: async () => {},
  });
}

/** As much of a `FileHandle` as is needed of it. */
interface Source {
  stat(): Promise<{ size: number }>;
  read(target: Uint8Array, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  close(): Promise<void>;
}

async function openBuffer(name: string, options: ReadOptions, handle: Source): Promise<TableStream> {
  try {
    for (const option of ['delimiter', 'decimal', 'encoding'] as const) {
      if (options[option] !== undefined)
        throw new UserError(`${name}: is a Parquet file, for which there is no --${option}`);
    }
    if (options.header !== undefined)
      throw new UserError(`${name}: is a Parquet file, for which there is no --header and no --no-header`);
    const file = await bufferOf(handle);
    const metadata = await readable(name, () => parquetMetadataAsync(file, { geoparquet: false }));
    const elements = await readable(name, () => columnsOf(metadata));
    const all = elements.map((element) => element.name);
    const { chosen, given, notices } = chooseColumns(name, all, options);
    const categories = chosen.map((column) => {
      const own = Object.entries(options.categorical ?? {}).find(([other]) => other === all[column]);
      return own ? new CategoryCodes(all[column], own[1]) : null;
    });
    checkKinds(
      name,
      elements,
      chosen.filter((column, i) => !(categories[i] && kindOf(elements[column]) === 'text')),
      canBeCategories(options),
    );
    for (const [i, column] of chosen.entries()) {
      if (elements[column].type === 'BOOLEAN' && !categories[i]) notices.push(truthNotice(all[column]));
      if (/^__index_level_\d+__$/.test(all[column]))
        notices.push(
          `column ${column + 1} ("${excerpt(all[column], 40)}") is an index that pandas wrote; --drop ${column + 1} leaves it out`,
        );
    }
    const names = chosen.map((column) => all[column]);
    const numbers = chosen.map((column) => column + 1);
    const dropMissing = options.missing === 'drop';
    const keepMissing = options.missing === 'keep';
    const missing = chosen.map(() => 0);
    const blocks = () =>
      readGroups({
        name,
        handle,
        file,
        metadata,
        names,
        numbers,
        categories,
        dropMissing,
        keepMissing,
        notices,
        missing,
      });
    const rows = Number(metadata.num_rows);
    return {
      source: name,
      names,
      hasHeader: true,
      columns: chosen.length,
      rows,
      given,
      categories,
      notices,
      missing,
      blocks,
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function bufferOf(handle: Source): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  const read = async (start: number, end: number) => {
    if (!(start >= 0 && end >= start && end <= size)) throw new RangeError(`bytes ${start} to ${end} of ${size}`);
    const bytes = new Uint8Array(end - start);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
    if (bytesRead < bytes.length) throw new RangeError(`bytes ${start} to ${end} of ${size}`);
    return bytes.buffer;
  };
  return {
    byteLength: size,
    slice: (start: number, end = size) => {
      const bytes = read(start, end);
      // The parser asks ahead, and does not look at the answers once one of them is an error.
      bytes.catch(() => undefined);
      return bytes;
    },
  };
}

/** What a file says of its columns, where that agrees with itself: the parser believes it. */
function columnsOf(metadata: FileMetaData): SchemaElement[] {
  const elements = parquetSchema(metadata).children.map((child) => child.element);
  if (!elements.every(({ name }) => typeof name === 'string')) throw new RangeError('a column has no name');
  const rows = metadata.row_groups.reduce((total, group) => total + Number(group.num_rows), 0);
  if (rows !== Number(metadata.num_rows))
    throw new RangeError(`its groups have ${rows} of ${Number(metadata.num_rows)} rows`);
  return elements;
}

/** Runs the parser, whose errors are about the file. */
async function readable<T>(name: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new UserError(
      `${name}: is damaged, or no Parquet file that can be read: ${excerpt((error as Error).message, 100)}`,
      { cause: error },
    );
  }
}

function checkKinds(
  name: string,
  elements: readonly SchemaElement[],
  chosen: readonly number[],
  isOpen: boolean,
): void {
  const others = chosen.filter((column) => kindOf(elements[column]) !== undefined);
  if (others.length === 0) return;
  const [first] = others;
  const list = others.map((column) => column + 1).join(',');
  throw new UserError(
    `${name}: column ${first + 1} ("${excerpt(elements[first].name, 40)}") holds ${kindOf(elements[first])}, not numbers; --drop ${excerpt(list, 40)} leaves out what cannot be read${isOpen && kindOf(elements[first]) === 'text' ? `, --kind ${kindOption(elements[first].name)} takes it for categories` : ''}`,
  );
}

const TEXTS = new Set(['UTF8', 'ENUM', 'JSON']);

/** What a column holds, in words, if that is not numbers. */
function kindOf({
  type,
  converted_type: converted,
  logical_type: logical,
  num_children: children,
  repetition_type: repetition,
}: SchemaElement): string | undefined {
  if (type === undefined || children || repetition === 'REPEATED') return 'lists or records';
  if (converted === 'DECIMAL' || logical?.type === 'FLOAT16') return undefined;
  if (type === 'INT96' || /^(DATE|TIME|INTERVAL)/.test(converted ?? logical?.type ?? '')) return 'dates or times';
  if (type !== 'BYTE_ARRAY' && type !== 'FIXED_LEN_BYTE_ARRAY') return undefined;
  return logical?.type === 'STRING' || TEXTS.has(converted ?? '') ? 'text' : 'bytes';
}

interface Reading {
  name: string;
  handle: Source;
  file: AsyncBuffer;
  metadata: FileMetaData;
  /** Of the columns to read, and their numbers in the file, from 1. */
  names: readonly string[];
  numbers: readonly number[];
  categories: readonly (CategoryCodes | null)[];
  dropMissing: boolean;
  keepMissing: boolean;
  notices: string[];
  missing: number[];
}

async function* readGroups({
  name,
  handle,
  file,
  metadata,
  names,
  numbers,
  categories,
  dropMissing,
  keepMissing,
  notices,
  missing,
}: Reading): AsyncGenerator<Block> {
  const columns = names.length;
  const tiny = names.map(() => 0);
  const length = blockLength(columns);
  let block = new Float64Array(length);
  let filled = 0;
  let before = 0;
  let kept = 0;
  try {
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      if (!(rows >= 0 && rows <= LARGEST_GROUP))
        throw new UserError(`${name}: has a group of ${rows} rows, at most ${LARGEST_GROUP} can be read`);
      const start = before;
      const at = (row: number, i: number) => `${name}: row ${start + row + 1}, column ${numbers[i]}`;
      const parts: unknown[][] = [];
      for (const column of names) {
        parts.push(await readable(name, () => readColumn(file, metadata, column, start, rows)));
      }
      for (let row = 0; row < rows; row++) {
        let isWhole = true;
        for (let i = 0; i < columns; i++) {
          const codes = categories[i];
          const text = codes && textOf(parts[i][row]);
          const value = codes ? (text === null ? NaN : codes.codeOf(text, () => at(row, i))) : toNumber(parts[i][row]);
          const size = Math.abs(value);
          if (size <= LARGEST) {
            if (size < SMALLEST && value !== 0) tiny[i]++;
            block[filled + i] = value;
          } else if (keepMissing && Number.isNaN(value)) {
            block[filled + i] = NaN;
            missing[i]++;
          } else if (dropMissing && Number.isNaN(value)) {
            isWhole = false;
            missing[i]++;
          } else throw new UserError(`${at(row, i)}: ${problemOf(parts[i][row], names[i])}`);
        }
        if (!isWhole) continue;
        kept++;
        filled += columns;
        if (filled < length) continue;
        yield { values: block, rows: filled / columns };
        block = new Float64Array(length);
        filled = 0;
      }
      before += rows;
    }
  } finally {
    await handle.close();
  }
  if (kept === 0) throw new UserError(`${name}: ${before > 0 ? 'every row has a missing value' : 'no rows'}`);
  if (filled > 0) yield { values: block.subarray(0, filled), rows: filled / columns };
  if (kept < before) notices.push(`${before - kept} of ${before} rows have missing values and are left out`);
  for (const [i, count] of tiny.entries()) if (count > 0) notices.push(tinyNotice(names[i], count));
  for (const codes of categories) if (codes) notices.push(...codes.notices());
}

/** A column of a group of rows. */
async function readColumn(
  file: AsyncBuffer,
  metadata: FileMetaData,
  column: string,
  start: number,
  rows: number,
): Promise<unknown[]> {
  const values: unknown[] = [];
  await parquetRead({
    file,
    metadata,
    columns: [column],
    rowStart: start,
    rowEnd: start + rows,
    compressors,
    geoparquet: false,
    onChunk: ({ columnData, rowStart }) => {
      for (let i = 0; i < columnData.length; i++) values[rowStart - start + i] = columnData[i];
    },
  });
  if (values.length !== rows) throw new RangeError(`column "${column}" has ${values.length} of ${rows} rows`);
  return values;
}

/** NaN for what is missing. */
function toNumber(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' || typeof value === 'boolean' ? Number(value) : NaN;
}

/** A category as text; null for what is missing. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return isMissingCategory(value) ? null : value;
  const isPlain = typeof value === 'boolean' || typeof value === 'bigint' || typeof value === 'number';
  return isPlain && !Number.isNaN(value) ? String(value) : null;
}

function problemOf(value: unknown, column: string): string {
  const name = `column "${excerpt(column, 40)}"`;
  if (typeof value === 'number' && Number.isFinite(value))
    return `${value} in ${name} is too large for single precision`;
  if (value === Infinity || value === -Infinity) return `${value} in ${name} is not a finite number`;
  return `no value in ${name}; --missing drop leaves such rows out`;
}
