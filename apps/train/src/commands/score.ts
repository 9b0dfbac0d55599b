import { tensor2d, tidy, type Tensor } from '@tensorflow/tfjs-core';
import { foldIn, key } from '@pushforward/tensor';
import { startBackend } from '../backend.js';
import { formatHeader, formatRows } from '../data/csv.js';
import { type ReadOptions, readOptionsOf } from '../data/read-options.js';
import { openTable } from '../data/read-table.js';
import type { Block, TableStream } from '../data/table.js';
import { withNoise } from '../density/dequantize.js';
import { inChunks } from '../density/model.js';
import { UserError } from '../errors.js';
import { checkOutput, openUserFile } from '../files.js';
import { type Host, writeFully } from '../host.js';
import { type LoadedModel, loadModel } from '../models.js';
import { excerpt } from '../printable.js';

/** The options of `score` as they stand on the command line. */
export interface ScoreOptions extends ReadOptions {
  data: string;
  samples: number;
  seed: number;
  out?: string;
  force?: boolean;
}

/** Writes the log-density of every row of a table, in nats, as the rows come in. */
export async function scoreCommand(host: Host, name: string, options: ScoreOptions): Promise<void> {
  checkOutput(host.cwd, options.out, options.force);
  const table = await openTable(host.cwd, options.data, readOptionsOf(options), host.stdin);
  await startBackend();
  const model = await loadModel(host.cwd, name);
  using _ = model.module;
  const order = columnOrder(host, table, model);
  const output = options.out === undefined ? host.stdout : await openUserFile(host.cwd, options.out);
  let rows = 0;
  let without = 0;
  try {
    await writeFully(output, formatHeader(['log_density']));
    for await (const block of table.blocks()) {
      const values = await logDensities(host, model, { ...ordered(block, table.columns, order), start: rows, source: table.source }, options);
      rows += block.rows;
      for (const value of values) if (value === -Infinity) without++;
      await writeFully(output, formatRows({ values, rows: block.rows, columns: 1 }));
    }
    if ('finish' in output) await output.finish();
  } catch (error) {
    if ('abandon' in output) await output.abandon();
    throw error;
  }
  for (const notice of table.notices) host.stderr.write(`${table.source}: ${notice}\n`);
  if (without > 0) host.stderr.write(`${table.source}: ${without} of ${rows} rows have no density under this model: −Infinity\n`);
}

/** Of each column of the model, which of the table it is. */
function columnOrder(host: Host, table: TableStream, model: LoadedModel): number[] {
  const expected = model.kind === 'flow' ? model.notes.columns.length : model.module.encoder.dataDim;
  const asTheyStand = Array.from({ length: expected }, (_, i) => i);
  const byName = model.kind === 'flow' && table.hasHeader;
  if (byName && table.names.join('\n') !== model.notes.columns.join('\n')) {
    const found = model.notes.columns.map((column) => table.names.indexOf(column));
    const missing = model.notes.columns.filter((_, i) => found[i] < 0);
    if (missing.length === 0 && new Set(found).size === expected) {
      const left = table.names.filter((column) => !model.notes.columns.includes(column));
      const rest = left.length > 0 ? `; left out: ${left.map((column) => `"${excerpt(column, 40)}"`).join(', ')}` : '';
      host.stderr.write(`${table.source}: columns are taken by their names, in the order of the model${rest}\n`);
      return found;
    }
    const [column] = missing;
    if (column !== undefined && table.columns >= expected) {
      throw new UserError(`${table.source}: has no column "${excerpt(column, 40)}", which the model was trained on`);
    }
  }
  if (table.columns !== expected) throw new UserError(`${table.source}: has ${table.columns} columns, the model was trained on ${expected}`);
  return asTheyStand;
}

/** The rows with their columns in the given order. */
function ordered({ values, rows }: Block, columns: number, order: readonly number[]): { values: Float64Array; rows: number; columns: number } {
  if (columns === order.length && order.every((column, i) => column === i)) return { values, rows, columns };
  const result = new Float64Array(rows * order.length);
  for (let row = 0; row < rows; row++) for (const [i, column] of order.entries()) result[row * order.length + i] = values[row * columns + column];
  return { values: result, rows, columns: order.length };
}

const IMAGE_CHUNK = 50;

interface Rows {
  values: Float64Array;
  rows: number;
  columns: number;
  /** How many rows came before. */
  start: number;
  source: string;
}

async function logDensities(host: Host, model: LoadedModel, table: Rows, { samples, seed }: ScoreOptions): Promise<Float64Array> {
  const { values, rows, columns, start: before } = table;
  const batch = (start: number, end: number) => tensor2d(Float32Array.from(values.subarray(start * columns, end * columns)), [end - start, columns]);
  if (model.kind === 'flow') {
    const { module, notes } = model;
    // A row is scored in the place that the noise puts it, as in training; which place, the seed says.
    const placed = (x: Tensor, start: number) => (notes.grid ? withNoise(x, notes.grid, foldIn(key(seed), before + start)) : x);
    return inChunks(host, rows, (start, end) => tidy(() => module.logProb(placed(batch(start, end), start))));
  }
  checkPixels(table);
  // The importance-weighted bound of log p(x).
  const bound = (start: number, end: number) =>
    tidy(() => model.module.logLikelihood(batch(start, end), { samples, seed: foldIn(key(seed), before + start) }));
  return inChunks(host, rows, bound, IMAGE_CHUNK);
}

function checkPixels({ values, columns, start, source }: Rows): void {
  const strange = values.findIndex((value) => value !== 0 && value !== 1);
  if (strange < 0) return;
  const row = start + Math.floor(strange / columns) + 1;
  throw new UserError(`${source}: row ${row}, column ${(strange % columns) + 1}: pixels must be 0 or 1, got ${values[strange]}`);
}
