import type { Readable } from 'node:stream';
import { UserError } from '../terminal/errors.js';
import { isParquet, readBytes } from './bytes.js';
import { openCsv } from './csv/csv.js';
import { openParquet } from './parquet.js';
import type { ReadOptions } from './read-options.js';
import { Gatherer, type Table, tableOf, type TableStream } from './table.js';

/**
 * Opens a table of numbers that the user named: text in a file, a pipe, or standard input for `-`, gzipped or not; or a Parquet file.
 *
 * @param name the path as the user gave it, relative to `cwd`
 * @throws UserError if it cannot be read, or is not such a table
 */
export async function openTable(
  cwd: string,
  name: string,
  options: ReadOptions = {},
  stdin?: Readable,
): Promise<TableStream> {
  if (name !== '-' && (await isParquet(cwd, name))) return openParquet(cwd, name, options);
  return openCsv(name === '-' ? 'standard input' : name, readBytes(cwd, name, stdin), options);
}

/** Reads all of a table; see {@link openTable}. */
export async function readTable(cwd: string, name: string, options?: ReadOptions, stdin?: Readable): Promise<Table> {
  const stream = await openTable(cwd, name, options, stdin);
  const gatherer = new Gatherer();
  try {
    for await (const { values } of stream.blocks()) gatherer.add(values);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`${stream.source}: has more numbers than there is memory for`, { cause: error });
  }
  return tableOf(stream, gatherer.finish());
}
