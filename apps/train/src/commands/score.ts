import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { foldIn, key } from '@pushforward/tensor';
import { startBackend } from '../backend.js';
import { formatCsv, readCsv, type Table } from '../data/csv.js';
import { inChunks, logDensities } from '../density/model.js';
import { UserError } from '../errors.js';
import { checkOutput, writeUserFile } from '../files.js';
import type { Host } from '../host.js';
import { type LoadedModel, loadModel } from '../models.js';

/** The options of `score` as they stand on the command line. */
export interface ScoreOptions {
  data: string;
  samples: number;
  seed: number;
  out?: string;
  force?: boolean;
}

/** Writes the log-density of every row of a CSV file, in nats. */
export async function scoreCommand(host: Host, name: string, options: ScoreOptions): Promise<void> {
  checkOutput(host.cwd, options.out, options.force);
  const table = await readCsv(host.cwd, options.data);
  await startBackend();
  const model = await loadModel(host.cwd, name);
  using _ = model.module;
  checkColumns(table, model);
  const values = model.kind === 'flow' ? await logDensities(host, model.module, table) : await scoreImages(host, model, table, options);
  const text = formatCsv(['log_density'], { values, rows: table.rows, columns: 1 });
  if (options.out === undefined) host.stdout.write(text);
  else await writeUserFile(host.cwd, options.out, text);
}

function checkColumns(table: Table, model: LoadedModel): void {
  const expected = model.kind === 'flow' ? model.notes.columns.length : model.module.encoder.dataDim;
  if (table.columns !== expected) throw new UserError(`${table.source}: has ${table.columns} columns, the model was trained on ${expected}`);
  if (model.kind !== 'flow' || !table.hasHeader) return;
  const other = table.names.findIndex((column, i) => column !== model.notes.columns[i]);
  if (other >= 0) {
    throw new UserError(`${table.source}:1:${other + 1}: column "${table.names[other]}" stands where the model was trained on "${model.notes.columns[other]}"`);
  }
}

const IMAGE_CHUNK = 50;

/** The importance-weighted bound of log p(x), for pixels that are 0 or 1. */
async function scoreImages(host: Host, { module }: LoadedModel & { kind: 'digits' }, table: Table, options: ScoreOptions): Promise<Float64Array> {
  const { values, rows, columns } = table;
  const strange = values.findIndex((value) => value !== 0 && value !== 1);
  if (strange >= 0) {
    const line = Math.floor(strange / columns) + 1;
    throw new UserError(`${table.source}: row ${line}, column ${(strange % columns) + 1}: pixels must be 0 or 1, got ${values[strange]}`);
  }
  return inChunks(
    host,
    rows,
    (start, end) =>
      tidy(() => {
        const x = tensor2d(Float32Array.from(values.subarray(start * columns, end * columns)), [end - start, columns]);
        return module.logLikelihood(x, { samples: options.samples, seed: foldIn(key(options.seed), start) });
      }),
    IMAGE_CHUNK,
  );
}
