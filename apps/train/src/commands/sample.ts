import { startBackend } from '../model/backend.js';
import { formatHeader, formatRows } from '../data/csv/csv.js';
import { type ReadOptions, readOptionsOf } from '../data/read-options.js';
import { outsideCounter } from '../any-order/columns.js';
import { completeRows } from '../any-order/model.js';
import { categoriesOf, checkKinds } from '../columns/kinds/declared-kind.js';
import { type Contexts, givenValues, listed, readContexts, repeated } from '../density/contexts.js';
import { OutsideCounter, tableColumns } from '../model/given-columns.js';
import { CHUNK, inChunks, sampleRows } from '../density/model.js';
import { joinParts } from '../columns/roles.js';
import { UsageError } from '../terminal/errors.js';
import { checkOutput, writeUserFile } from '../files/files.js';
import { type Host, writeAll } from '../terminal/host.js';
import { type AnyOrderModel, type FlowModel, type LoadedModel, loadModel } from '../model/models.js';
import { printableLines } from '../terminal/printable.js';
import { imageGrid } from '../report/image-grid.js';
import { foldIn, key } from '@pushforward/tensor';

/** The options of `sample` as they stand on the command line. */
export interface SampleOptions extends ReadOptions {
  /** How many, or how many for each row of a file of contexts. */
  count?: number;
  seed: number;
  out?: string;
  force?: boolean;
}

/** Draws from a saved model, into a CSV file, a picture or the terminal. */
export async function sampleCommand(
  host: Host,
  name: string,
  options: Omit<SampleOptions, 'given'> & { given?: string },
): Promise<void> {
  const { seed, out, force } = options;
  const ending = out?.toLowerCase().split('.').at(-1);
  if (out !== undefined && ending !== 'png' && ending !== 'csv')
    throw new UsageError(`--out ${out}: must end in .csv or .png`);
  checkOutput(host.cwd, out, force);
  await startBackend();
  const model = await loadModel(host.cwd, name);
  using _ = model.module;
  if (model.kind === 'any-order') {
    if (ending === 'png')
      throw new UsageError(`--out ${out}: must end in .csv, this is a model of rows, not of images`);
    const lines = drawAnyOrder(host, model, options);
    if (out === undefined) await writeAll(host.stdout, host.stdout.isTTY ? printable(lines) : lines);
    else await writeUserFile(host.cwd, out, lines);
    return;
  }
  const contexts = await contextsOf(host, name, model, options);
  const count = options.count ?? (contexts?.isFile ? 1 : 100);
  if (ending !== 'png') {
    const lines = contexts
      ? drawGiven(host, model as FlowModel, contexts, count, seed)
      : drawLines(host, model, count, seed);
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

/** A CSV file of rows of which some values may be given. */
async function* drawAnyOrder(
  host: Host,
  { module, notes }: AnyOrderModel,
  { given, count = 100, seed }: { given?: string; count?: number; seed: number },
): AsyncGenerator<string> {
  const { columns: names, grid } = notes;
  const kinds = notes.kinds ?? names.map(() => null);
  if (given !== undefined && !given.includes('='))
    throw new UsageError(`--given ${given}: expected column=value,…; impute fills in the holes of a file`);
  const categories = kinds.map(categoriesOf);
  const open = names.map((name, i) => ({ name, ...(categories[i] && { categories: [...categories[i]] }) }));
  const values = given === undefined ? new Map<string, number>() : givenValues(given, open);
  const row = names.map((name) => values.get(name) ?? NaN);
  const one = { values: Float64Array.from(row), rows: 1, columns: names.length };
  checkKinds('--given', one, names, kinds);
  const outside = outsideCounter(notes);
  outside.add(one);
  for (const warning of outside.warnings()) host.stderr.write(`warning: --given: ${warning}\n`);
  yield formatHeader(names);
  let start = 0;
  for await (const block of repeated(once(one), count, CHUNK)) {
    yield formatRows(await completeRows(host, module, block, { kinds, grid }, key(seed), start), categories);
    start += block.rows;
  }
}

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

type OtherModel = Exclude<LoadedModel, AnyOrderModel>;

/** What a conditional model is to be given. */
async function contextsOf(
  host: Host,
  name: string,
  model: OtherModel,
  { given: text, ...reading }: Omit<SampleOptions, 'given'> & { given?: string },
): Promise<Contexts | undefined> {
  const given = model.kind === 'flow' ? (model.notes.given ?? []) : [];
  if (given.length === 0) {
    if (text === undefined) return undefined;
    throw new UsageError(`--given: nothing is given to ${name}; train --given makes models of which something is`);
  }
  if (text === undefined)
    throw new UsageError(
      `${name}: is given ${listed(given)}: --given name=number,… says their values, --given FILE rows of them`,
    );
  return readContexts(host, text, given, readOptionsOf(reading));
}

/** A CSV file of rows with what they are given, in the order of the table that the model was trained on. */
async function* drawGiven(
  host: Host,
  { module, notes }: FlowModel,
  contexts: Contexts,
  count: number,
  seed: number,
): AsyncGenerator<string> {
  const { names, roles, kinds } = tableColumns(notes);
  const outside = new OutsideCounter(notes.given!);
  yield formatHeader(names);
  let start = 0;
  async function* counted() {
    for await (const block of contexts.blocks()) {
      outside.add(block);
      yield block;
    }
  }
  for await (const given of repeated(counted(), count, CHUNK)) {
    const x = await sampleRows(host, module, { start, rows: given.rows, given }, key(seed), notes);
    yield formatRows(joinParts({ x, given }, roles), kinds.map(categoriesOf));
    start += given.rows;
  }
  for (const notice of contexts.notices) host.stderr.write(`${contexts.source}: ${notice}\n`);
  for (const warning of outside.warnings()) host.stderr.write(`warning: ${contexts.source}: ${warning}\n`);
}

/** A CSV file of rows, chunk by chunk: there may be more of them than fit in memory. */
async function* drawLines(host: Host, model: OtherModel, count: number, seed: number): AsyncGenerator<string> {
  const pixels = model.kind === 'digits' ? model.module.encoder.dataDim : 0;
  yield formatHeader(
    model.kind === 'flow' ? model.notes.columns : Array.from({ length: pixels }, (_, i) => `pixel${i + 1}`),
  );
  const chunk = model.kind === 'flow' ? CHUNK : PICTURE_CHUNK;
  for (let start = 0; start < count; start += chunk) {
    const rows = Math.min(chunk, count - start);
    if (model.kind === 'flow') {
      yield formatRows(
        await sampleRows(host, model.module, { start, rows }, key(seed), model.notes),
        model.notes.kinds?.map(categoriesOf),
      );
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
