import { startBackend } from '../backend.js';
import { formatCsv } from '../data/csv.js';
import { inChunks, sampleRows } from '../density/model.js';
import { UsageError } from '../errors.js';
import { checkOutput, writeUserFile } from '../files.js';
import type { Host } from '../host.js';
import { type LoadedModel, loadModel } from '../models.js';
import { printableLines } from '../printable.js';
import { imageGrid } from '../report/image-grid.js';
import { foldIn, key } from '@pushforward/tensor';
import type { Matrix } from '../statistics.js';

/** The options of `sample` as they stand on the command line. */
export interface SampleOptions {
  count: number;
  seed: number;
  out?: string;
  force?: boolean;
}

/** Draws from a saved model, into a CSV file, a picture or the terminal. */
export async function sampleCommand(host: Host, name: string, { count, seed, out, force }: SampleOptions): Promise<void> {
  const ending = out?.toLowerCase().split('.').at(-1);
  if (out !== undefined && ending !== 'png' && ending !== 'csv') throw new UsageError(`--out ${out}: must end in .csv or .png`);
  checkOutput(host.cwd, out, force);
  await startBackend();
  const model = await loadModel(host.cwd, name);
  using _ = model.module;
  if (ending !== 'png') {
    const text = await drawRows(host, model, count, seed);
    if (out === undefined) host.stdout.write(host.stdout.isTTY ? printableLines(text) : text);
    else await writeUserFile(host.cwd, out, text);
    return;
  }
  if (model.kind !== 'digits') throw new UsageError(`--out ${out}: must end in .csv, this is a model of rows, not of images`);
  await writeUserFile(host.cwd, out!, await drawPicture(host, model, count, seed));
}

const PICTURE_CHUNK = 100;

async function drawPicture(host: Host, model: LoadedModel & { kind: 'digits' }, count: number, seed: number): Promise<Uint8Array> {
  const { module, notes } = model;
  const values = await inChunks(host, count, (start, end) => module.decode(module.prior.sample(end - start, { seed: foldIn(key(seed), start) })), PICTURE_CHUNK);
  return imageGrid({ values, count, height: notes.height, width: notes.width }, Math.ceil(Math.sqrt(count)));
}

async function drawRows(host: Host, model: LoadedModel, count: number, seed: number): Promise<string> {
  if (model.kind === 'flow') return formatCsv(model.notes.columns, await sampleRows(host, model.module, count, key(seed), model.notes.grid));
  const { module } = model;
  const columns = module.encoder.dataDim;
  const values = await inChunks(host, count, (start, end) => module.sample(end - start, { seed: foldIn(key(seed), start) }), PICTURE_CHUNK);
  const matrix: Matrix = { values, rows: count, columns };
  return formatCsv(Array.from({ length: columns }, (_, i) => `pixel${i + 1}`), matrix);
}
