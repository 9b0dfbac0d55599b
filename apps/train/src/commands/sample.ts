import { startBackend } from '../model/backend.js';
import { formatHeader, formatRows } from '../data/csv/csv.js';
import { inChunks, sampleRows } from '../density/model.js';
import { UsageError } from '../terminal/errors.js';
import { checkOutput, writeUserFile } from '../files/files.js';
import { type Host, writeAll } from '../terminal/host.js';
import { type LoadedModel, loadModel } from '../model/models.js';
import { printableLines } from '../terminal/printable.js';
import { imageGrid } from '../report/image-grid.js';
import { foldIn, key } from '@pushforward/tensor';

/** The options of `sample` as they stand on the command line. */
export interface SampleOptions {
  count: number;
  seed: number;
  out?: string;
  force?: boolean;
}

/** Draws from a saved model, into a CSV file, a picture or the terminal. */
export async function sampleCommand(
  host: Host,
  name: string,
  { count, seed, out, force }: SampleOptions,
): Promise<void> {
  const ending = out?.toLowerCase().split('.').at(-1);
  if (out !== undefined && ending !== 'png' && ending !== 'csv')
    throw new UsageError(`--out ${out}: must end in .csv or .png`);
  checkOutput(host.cwd, out, force);
  await startBackend();
  const model = await loadModel(host.cwd, name);
  using _ = model.module;
  if (ending !== 'png') {
    const lines = drawLines(host, model, count, seed);
    if (out === undefined) await writeAll(host.stdout, host.stdout.isTTY ? printable(lines) : lines);
    else await writeUserFile(host.cwd, out, lines);
    return;
  }
  if (model.kind !== 'digits')
    throw new UsageError(`--out ${out}: must end in .csv, this is a model of rows, not of images`);
  await writeUserFile(host.cwd, out!, await drawPicture(host, model, count, seed));
}

const PICTURE_CHUNK = 100;

async function drawPicture(
  host: Host,
  model: LoadedModel & { kind: 'digits' },
  count: number,
  seed: number,
): Promise<Uint8Array> {
  const { module, notes } = model;
  const values = await inChunks(
    host,
    count,
    (start, end) => module.decode(module.prior.sample(end - start, { seed: foldIn(key(seed), start) })),
    PICTURE_CHUNK,
  );
  return imageGrid({ values, count, height: notes.height, width: notes.width }, Math.ceil(Math.sqrt(count)));
}

const CHUNK = 1024;

/** A CSV file of rows, chunk by chunk: there may be more of them than fit in memory. */
async function* drawLines(host: Host, model: LoadedModel, count: number, seed: number): AsyncGenerator<string> {
  const pixels = model.kind === 'digits' ? model.module.encoder.dataDim : 0;
  yield formatHeader(
    model.kind === 'flow' ? model.notes.columns : Array.from({ length: pixels }, (_, i) => `pixel${i + 1}`),
  );
  const chunk = model.kind === 'flow' ? CHUNK : PICTURE_CHUNK;
  for (let start = 0; start < count; start += chunk) {
    const rows = Math.min(chunk, count - start);
    if (model.kind === 'flow') {
      yield formatRows(await sampleRows(host, model.module, { start, rows }, key(seed), model.notes.grid));
    } else {
      const values = await inChunks(
        host,
        rows,
        () => model.module.sample(rows, { seed: foldIn(key(seed), start) }),
        rows,
      );
      yield formatRows({ values, rows, columns: pixels });
    }
  }
}

async function* printable(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of lines) yield printableLines(text);
}
