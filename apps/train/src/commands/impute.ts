import { key } from '@pushforward/tensor';
import { openColumns, outsideCounter } from '../any-order/columns.js';
import { completeRows } from '../any-order/model.js';
import { formatHeader, formatRows } from '../data/csv/csv.js';
import type { ReadOptions } from '../data/read-options.js';
import { categoriesOf, checkKinds } from '../columns/kinds/declared-kind.js';
import { repeated } from '../density/contexts.js';
import { CHUNK } from '../density/model.js';
import { checkOutput, writeUserFile } from '../files/files.js';
import { startBackend } from '../model/backend.js';
import { loadModel } from '../model/models.js';
import { formatCount, type Matrix } from '../statistics/statistics.js';
import { UserError } from '../terminal/errors.js';
import { type Host, writeAll } from '../terminal/host.js';

/** The options of `impute` as they stand on the command line. */
export interface ImputeOptions extends ReadOptions {
  data: string;
  /** How often each row is filled in. */
  draws: number;
  seed: number;
  out?: string;
  force?: boolean;
}

/** Writes the rows of a table with draws in place of what is missing, given what is there. */
export async function imputeCommand(host: Host, name: string, options: ImputeOptions): Promise<void> {
  checkOutput(host.cwd, options.out, options.force);
  await startBackend();
  const model = await loadModel(host.cwd, name);
  using _ = model.module;
  if (model.kind !== 'any-order')
    throw new UserError(
      `${name}: impute needs a model of train --flow any-order, which learns all columns given any others`,
    );
  const { module, notes } = model;
  const { columns: names, grid } = notes;
  const kinds = notes.kinds ?? names.map(() => null);
  const places = names.map((_, i) => i);
  const table = await openColumns(host, options.data, notes, places, { ...options, others: () => 'refused' });
  const { draws, seed } = options;
  const categories = kinds.map(categoriesOf);
  const outside = outsideCounter(notes);
  let [rows, holes] = [0, 0];
  async function* checked(): AsyncGenerator<Matrix> {
    for await (const block of table.blocks()) {
      const own = { ...block, columns: names.length };
      checkKinds(table.source, own, names, kinds, rows);
      rows += block.rows;
      outside.add(withHoles(own));
      for (const value of block.values) if (Number.isNaN(value)) holes++;
      yield own;
    }
  }
  async function* lines(): AsyncGenerator<string> {
    yield formatHeader(draws > 1 ? ['imputation', ...names] : names);
    let start = 0;
    for await (const block of repeated(checked(), draws, CHUNK)) {
      const filled = await completeRows(host, module, block, { kinds, grid }, key(seed), start);
      yield draws > 1
        ? formatRows(numbered(filled, start, draws), [null, ...categories])
        : formatRows(filled, categories);
      start += block.rows;
    }
  }
  if (options.out === undefined) await writeAll(host.stdout, lines());
  else await writeUserFile(host.cwd, options.out, lines());
  for (const notice of table.notices) host.stderr.write(`${table.source}: ${notice}\n`);
  for (const warning of outside.warnings()) host.stderr.write(`warning: ${table.source}: ${warning}\n`);
  host.stderr.write(
    `${table.source}: ${formatCount(holes)} missing values in ${formatCount(rows)} rows are filled in${draws > 1 ? `, ${draws} times` : ''}, by --seed ${seed}\n`,
  );
}

/** The rows of which something is missing. */
function withHoles({ values, rows, columns }: Matrix): Matrix {
  const each = Array.from({ length: rows }, (_, row) => values.subarray(row * columns, (row + 1) * columns));
  const found = each.filter((row) => row.some(Number.isNaN));
  return { values: Float64Array.from(found.flatMap((row) => [...row])), rows: found.length, columns };
}

/** Rows with a first column that counts those which came of the same row, from 1. */
function numbered({ values, rows, columns }: Matrix, start: number, draws: number): Matrix {
  const numbers = new Float64Array(rows * (columns + 1));
  for (let row = 0; row < rows; row++) {
    numbers[row * (columns + 1)] = ((start + row) % draws) + 1;
    numbers.set(values.subarray(row * columns, (row + 1) * columns), row * (columns + 1) + 1);
  }
  return { values: numbers, rows, columns: columns + 1 };
}
