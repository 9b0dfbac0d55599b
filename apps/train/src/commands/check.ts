import { existsSync } from 'node:fs';
import path from 'node:path';
import { dispose, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { checkConditional, checkDensity } from '@pushforward/diagnostics';
import { type Distribution, MixedDensity } from '@pushforward/distributions';
import { writeFileAtomic } from '@pushforward/io/node';
import { key, split } from '@pushforward/tensor';
import { checkReport, testRows } from '../check/report.js';
import { shortList } from '../density/report.js';
import { type ReadOptions, readOptionsOf } from '../data/read-options.js';
import { readTable } from '../data/read-table.js';
import type { Table } from '../data/table.js';
import { encode } from '../columns/kinds/code.js';
import { categoriesOf, checkKinds } from '../columns/kinds/declared-kind.js';
import { dequantize } from '../columns/dequantize.js';
import { categoricalColumns, OutsideCounter, tableColumns } from '../model/given-columns.js';
import { partsOf } from '../columns/roles.js';
import { runKeys } from '../density/run-keys.js';
import type { DensitySettings } from '../density/settings.js';
import { splitTable } from '../density/splits.js';
import { turned } from '../density/turned.js';
import { tableFingerprint } from '../density/table-fingerprint.js';
import { startBackend } from '../model/backend.js';
import { checkModelColumns } from '../model/model-columns.js';
import { loadModel } from '../model/models.js';
import { claimRunDirectory, RECORD, shownPath } from '../run/run-directory.js';
import { readRun } from '../run/run-record.js';
import { formatCount, type Matrix } from '../statistics/statistics.js';
import { UserError } from '../terminal/errors.js';
import { checkInterrupted, commandLine, type Host } from '../terminal/host.js';
import { Stopwatch } from '../terminal/stopwatch.js';
import { textTable } from '../terminal/text-table.js';

/** The options of `check` as they stand on the command line. */
export interface CheckOptions extends ReadOptions {
  data: string;
  level: number;
  rows: number;
  draws: number;
  seed: number;
  out?: string;
  force?: boolean;
}

const FEWEST_ROWS = 20;

/** Tests whether a flow's density is that of a table, and writes a page about it. */
export async function checkCommand(
  host: Host,
  args: readonly string[],
  name: string,
  options: CheckOptions,
): Promise<void> {
  const watch = new Stopwatch();
  const backend = await startBackend();
  const model = await loadModel(host.cwd, name);
  using _ = model.module;
  if (model.kind === 'any-order')
    throw new UserError(
      `${name}: is a model of --flow any-order, whose density has no residuals to test; check is for flows`,
    );
  if (model.kind !== 'flow') throw new UserError(`${name}: is a model of images; check is for flows of tables`);
  const { module, notes } = model;
  const { names, roles, kinds } = tableColumns(notes);
  const counted = notes.columns.filter((_, i) => categoriesOf(notes.kinds?.[i] ?? null));
  if (counted.length === notes.columns.length)
    throw new UserError(`${name}: learned categories alone; check is for densities of numbers`);
  if (counted.length > 0)
    host.stderr.write(
      `${name}: the categories of ${shortList(counted)} are taken as given: the density of the other columns is tested, and not how likely categories are\n`,
    );
  watch.lap('starting TensorFlow.js and loading the model');
  const categorical = categoricalColumns(notes, 'refused');
  const reading = { ...readOptionsOf(options), wanted: names, ...(categorical && { categorical }) };
  const table = await readTable(host.cwd, options.data, reading, host.stdin);
  for (const notice of table.notices) host.stderr.write(`${table.source}: ${notice}\n`);
  checkModelColumns(table, model);
  checkKinds(table.source, table, names, kinds);
  const { rows: chosen, keptFrom } = await unseenRows(host, model.directory, table);
  if (keptFrom !== undefined)
    host.stderr.write(
      `${table.source}: the model was trained on this file; the ${formatCount(chosen.rows)} of its ${formatCount(keptFrom)} rows that were kept to test on are used\n`,
    );
  if (chosen.rows < FEWEST_ROWS)
    throw new UserError(
      `${table.source}: ${chosen.rows} rows to check are too few, at least ${FEWEST_ROWS} are needed`,
    );
  const [noise, tests, turning] = split(key(options.seed), 3);
  const { x, given } = partsOf(encode(chosen, kinds), roles);
  const noisy = notes.grid ? dequantize(x, notes.grid, noise) : x;
  const placed = await turned(host, module, { x: noisy, given }, notes.kinds ?? [], turning);
  const outside = new OutsideCounter(notes.given ?? []);
  if (given) outside.add(given);
  for (const warning of outside.warnings()) host.stderr.write(`warning: ${table.source}: ${warning}\n`);
  watch.lap('reading the file');
  // Before the tests, which take a while.
  using directory = claimRunDirectory(host.cwd, { out: options.out, command: 'check', force: options.force ?? false });
  const testing = {
    seed: tests,
    level: options.level,
    maxRows: options.rows,
    draws: options.draws,
    onStep: async () => {
      // Without a pause no signal could arrive between two tests.
      await new Promise((resolve) => setImmediate(resolve));
      checkInterrupted(host);
    },
  };
  const { density, data, context } = testedOf(module, placed, given);
  const check = await (
    context ? checkConditional(density, data, context, testing) : checkDensity(density, data, testing)
  ).finally(() => dispose(context ? [data, context] : [data]));
  watch.lap('testing');
  const { level, rows, draws, seed } = options;
  const settings = { model: name, data: table.source, level, rows, draws, seed };
  await writeFileAtomic(
    path.join(directory.path, 'report.html'),
    checkReport({
      check,
      level,
      model: name,
      source: table.source,
      trainedOn: notes.trainedOn,
      keptFrom,
      columns: notes.columns.filter((column) => !counted.includes(column)),
      given: [...(notes.given ?? []).map((column) => column.name), ...counted],
      facts: {
        commandLine: commandLine(host, args),
        settings: Object.entries(settings).map(([option, value]) => [option, String(value)]),
        timings: watch.laps,
        backend,
      },
    }),
  );
  const { header, rows: lines } = testRows(check);
  host.stdout.write(
    `${textTable(header, lines, [0, 4])}\n${check.verdict}\n${check.tests.map((test) => `- ${test.name}: ${test.meaning}\n`).join('')}\nreport   ${path.join(directory.name, 'report.html')}\n`,
  );
}

/** What is tested: the density of the numbers, given what they are given and the categories. */
function testedOf(
  module: Distribution,
  x: Matrix,
  given: Matrix | undefined,
): { density: Distribution; data: Tensor; context?: Tensor } {
  const [data, context] = [tensorOf(x), given && tensorOf(given)];
  if (!(module instanceof MixedDensity)) return { density: module, data, context };
  const own = module.conditional(data, context);
  dispose(context ? [data, context] : [data]);
  return { density: module.continuous!, data: own.numbers, context: own.context };
}

function tensorOf({ values, rows, columns }: Matrix) {
  return tensor2d(Float32Array.from(values), [rows, columns]);
}

/** The rows that the model was not trained on: of the file of its run those that were kept to test on, of another file all. */
async function unseenRows(
  host: Host,
  modelDirectory: string,
  table: Table,
): Promise<{ rows: Matrix; keptFrom?: number }> {
  const run = path.dirname(modelDirectory);
  if (!existsSync(path.join(run, RECORD))) return { rows: table };
  const record = await readRun({ path: run, name: shownPath(host.cwd, run) });
  const own = tableFingerprint(table);
  if (record.command !== 'train' || own.sha256 !== record.data.sha256) return { rows: table };
  const settings = record.settings as DensitySettings;
  return { rows: splitTable(table, settings, runKeys(settings.seed).rows).test, keptFrom: table.rows };
}
