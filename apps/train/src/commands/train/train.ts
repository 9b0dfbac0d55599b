import path from 'node:path';
import { saveModule, writeFileAtomic } from '@pushforward/io/node';
import { foldIn } from '@pushforward/tensor';
import { attentionBlocks } from '../../model/attention-blocks.js';
import { prepare, type Prepared } from './prepare.js';
import { trainAnyOrder } from './train-any-order.js';
import { startBackend } from '../../model/backend.js';
import { type ReadOptions, readOptionsOf } from '../../data/read-options.js';
import { buildModel, dataOf, logDensities, negativeLogDensity, sampleRows } from '../../density/model.js';
import {
  countOf,
  type DensityReport,
  densityReport,
  resultRows,
  shortList,
  splitText,
  unitsText,
} from '../../density/report.js';
import { type DensitySettings, FLOWS } from '../../density/settings.js';
import { categoryWarnings } from '../../columns/kinds/categories.js';
import { checkColumns } from '../../columns/check-columns.js';
import { profileColumns } from '../../columns/column-profile.js';
import { type ColumnFacts, columnRows, columnWarnings } from '../../columns/column-table.js';
import { decode } from '../../columns/kinds/code.js';
import { categoriesOf, type DeclaredKind } from '../../columns/kinds/declared-kind.js';
import { dequantize, type Grid } from '../../columns/dequantize.js';
import { type Baseline, baselineDensities, baselineOf } from '../../density/baseline.js';
import { givenColumns } from '../../model/given-columns.js';
import { type LearnedColumn, learnedColumns, unitsOf } from '../../columns/learned-columns.js';
import { parseKind } from '../../columns/kinds/parse-kind.js';
import { ontoRealLine } from '../../columns/kinds/real-line.js';
import { joinParts, partsOf } from '../../columns/roles.js';
import { checkSameData } from '../../files/fingerprint.js';
import { commandLine, type Host, withoutDirectories } from '../../terminal/host.js';
import { UsageError } from '../../terminal/errors.js';
import { excerpt } from '../../terminal/printable.js';
import type { FlowNotes } from '../../model/models.js';
import { settingRows } from '../../report/run-sections.js';
import { claimRunDirectory, type RunDirectory } from '../../run/run-directory.js';
import { beginRun, finishRun, type RunRecord } from '../../run/run-record.js';
import { concatenateRows, estimate, formatCount, type Matrix, takeRows } from '../../statistics/statistics.js';
import { Stopwatch } from '../../terminal/stopwatch.js';
import { textTable } from '../../terminal/text-table.js';
import { trainModel } from '../../density/train-model.js';
import { withResumeHint } from '../../run/resume-hint.js';

/** The options of `train` as they stand on the command line. */
export interface TrainOptions extends Omit<DensitySettings, 'reading'>, ReadOptions {
  given?: string[];
  out?: string;
  force?: boolean;
}

/** Fits a flow to a CSV file. */
export async function trainCommand(host: Host, args: readonly string[], options: TrainOptions): Promise<void> {
  const { flow, transforms, hidden, epochs, patience, batch, lr, validation, test, seed, dequantize } = options;
  const settings: DensitySettings = {
    data: options.data === '-' ? '-' : path.resolve(host.cwd, options.data),
    flow,
    transforms,
    hidden,
    epochs,
    patience,
    batch,
    lr,
    validation,
    test,
    seed,
    dequantize,
    ...(options.kind && { kind: options.kind }),
    reading: {
      ...readOptionsOf(options),
      ...(options.given && { given: options.given }),
      categorical: categoricalOf(options.kind ?? []),
      ...(flow === 'any-order' && { missing: options.missing ?? 'keep' }),
    },
  };
  // Before anything is written: a mistake should leave no directory behind.
  if (flow.startsWith('attention')) attentionBlocks(hidden);
  if (flow === 'any-order') checkAnyOrder(options);
  const prepared = await prepare(host, settings);
  const { table, splits, kinds, keys } = prepared;
  const profiles = profileColumns(table, table.names, table.given, kinds);
  const units = unitsOf(splits.train, kinds, foldIn(keys.noise, 2));
  checkColumns(table, profiles, units);
  const columns = learnedColumns(splits.train, profiles, units, settings.dequantize);
  const baseline = flow === 'any-order' ? undefined : baselineFor(prepared, columns);
  using directory = claimRunDirectory(host.cwd, { out: options.out, command: 'train', force: options.force ?? false });
  const record: RunRecord = {
    version: 3,
    command: 'train',
    commandLine: commandLine(host, args),
    settings,
    data: prepared.data,
    columns,
    finished: false,
  };
  await beginRun(directory, record);
  showColumns(
    host,
    profiles.map((profile, i) => ({ profile, units: units[i], missing: table.missing[i] })),
    settings,
    categoryWarnings(splits.train, table.names, kinds),
  );
  await runTrain(host, directory, record, settings, { ...prepared, baseline });
}

/** @throws UsageError if options ask for what a model of any order does not do */
function checkAnyOrder({ given, kind = [] }: TrainOptions): void {
  if (given)
    throw new UsageError(
      '--given: a model of --flow any-order learns all columns; sample and score are told what is given',
    );
  const circular = kind.map(parseKind).find((spec) => spec.kind === 'circular');
  if (circular)
    throw new UsageError(
      `--kind: a model of --flow any-order has no circular columns ("${excerpt(circular.column, 40)}")`,
    );
}

/** The columns that are to be read as texts. */
function categoricalOf(specs: readonly string[]): NonNullable<ReadOptions['categorical']> {
  const names = specs.map(parseKind).flatMap(({ column, kind }) => (kind === 'categorical' ? [column] : []));
  return Object.fromEntries(names.map((name) => [name, { texts: [], others: 'added' as const }]));
}

/** Runs `train` from its settings, from the beginning or from where it was stopped. */
export async function runTrain(
  host: Host,
  directory: RunDirectory,
  record: RunRecord,
  settings: DensitySettings,
  prepared?: Prepared,
): Promise<void> {
  await withResumeHint(host, directory, async () => {
    const report = await trainAndTest(host, directory, record, settings, prepared ?? (await prepare(host, settings)));
    await writeFileAtomic(path.join(directory.path, 'report.html'), densityReport(report));
    await finishRun(directory, record);
    const { header, rows } = resultRows(report);
    host.stdout.write(
      `\n${textTable(header, rows)}\nsplit    ${splitText(report)}\nunits    ${unitsText(report)}\nreport   ${path.join(directory.name, 'report.html')}\nmodel    ${path.join(directory.name, 'model')}\n`,
    );
  });
}

async function trainAndTest(
  host: Host,
  directory: RunDirectory,
  record: RunRecord,
  settings: DensitySettings,
  prepared: Prepared,
): Promise<DensityReport> {
  const { flow } = settings;
  const { table, splits, roles, keys, data } = prepared;
  checkSameData(table.source, data, record.data);
  if (flow === 'any-order') return trainAnyOrder(host, directory, record, settings, prepared);
  const columns = record.columns!;
  const [learned, given] = [roles.learned, roles.given].map((places) => places.map((i) => columns[i]));
  const names = (places: readonly number[]) => places.map((i) => table.names[i]);
  const [kinds, givenKinds] = [roles.learned, roles.given].map((places) => places.map((i) => prepared.kinds[i]));
  const watch = new Stopwatch();
  watch.add('reading the file', prepared.seconds, `${formatCount(table.rows)} rows`);
  const backend = await startBackend();
  watch.lap('starting TensorFlow.js');
  const counts = { train: splits.train.rows, validation: splits.validation.rows, test: splits.test.rows };
  host.stderr.write(
    `${table.source}: ${countOf(learned.length)}${given.length > 0 ? ` given ${shortList(names(roles.given))}` : ''}; ${counts.train} rows to train on, ${counts.validation} to validate on, ${counts.test} to test on\n`,
  );
  using model = buildModel(
    { ...settings, flow },
    { columns: learned, kinds },
    { columns: given, kinds: givenKinds },
    keys.weights,
  );
  const trainingParts = partsOf(splits.train, roles);
  const training = await trainModel(
    { host, directory, settings, keys, watch },
    {
      module: model,
      loss: negativeLogDensity(model, learned, given, {
        kinds,
        stretch: estimate(ontoRealLine(trainingParts.x, kinds).logDet).mean,
      }),
      train: dataOf(trainingParts),
      validation: dataOf(partsOf(splits.validation, roles)),
    },
  );

  const heldOut = dequantize(splits.test, gridOf(columns), foldIn(keys.noise, 0));
  const parts = partsOf(heldOut, roles);
  const baseline = prepared.baseline ?? baselineFor(prepared, columns);
  const scores = {
    flow: await logDensities(host, model, parts, kinds),
    baseline: baselineDensities(baseline, heldOut),
  };
  const { real, logDet } = ontoRealLine(parts.x, kinds);
  const untrained = estimate(columnLogProb(learned, kinds, real).map((nats, row) => nats - logDet[row])).mean;
  warnOfDivergence(host, settings, estimate(scores.flow).mean, untrained);
  const grid = gridOf(learned);
  const notes: FlowNotes = {
    kind: 'flow',
    columns: names(roles.learned),
    ...(given.length > 0 ? { given: givenColumns(splits.train, table.names, roles.given, prepared.kinds) } : {}),
    trainedOn: path.basename(table.source),
    rows: counts.train,
    testLogLikelihood: estimate(scores.flow).mean,
    ...(settings.dequantize || hasNoise(learned) ? { grid } : {}),
    ...(kinds.some((kind) => kind !== null) ? { kinds } : {}),
    commandLine: withoutDirectories(record.commandLine),
  };
  await saveModule(model, path.join(directory.path, 'model'), { metadata: notes });
  const unseen = concatenateRows(splits.validation, splits.test);
  const rows = Math.min(Math.max(unseen.rows, 1000), 10_000);
  const contexts = partsOf(
    takeRows(
      unseen,
      Array.from({ length: given.length > 0 ? rows : 0 }, (_, i) => i % unseen.rows),
    ),
    roles,
  ).given;
  const drawn = await sampleRows(host, model, { start: 0, rows, given: contexts }, keys.samples, {
    grid,
    kinds,
  });
  watch.lap('testing and sampling');
  return {
    facts: { commandLine: record.commandLine, settings: settingRows(settings), timings: watch.laps, backend },
    source: table.source,
    names: table.names,
    categories: prepared.kinds.map(categoriesOf),
    roles,
    counts,
    seed: settings.seed,
    noise: roles.learned.flatMap((i) =>
      columns[i].grid.step > 0 ? [{ name: table.names[i], step: columns[i].grid.step }] : [],
    ),
    flow: settings.flow,
    training,
    scores,
    farOut: table.names.filter((_, i) => columns[i].outlier),
    data: decode(unseen, prepared.kinds),
    samples: joinParts({ x: drawn, given: contexts }, roles),
  };
}

function gridOf(columns: readonly LearnedColumn[]): Grid {
  return columns.map(({ grid }) => grid);
}

function hasNoise(columns: readonly LearnedColumn[]): boolean {
  return columns.some(({ grid }) => grid.step > 0);
}

/** The density that training begins with: a Gaussian for each column, or the same probability for all of its categories. */
function columnLogProb(
  columns: readonly LearnedColumn[],
  kinds: readonly (DeclaredKind | null)[],
  { values, rows, columns: width }: Matrix,
): Float64Array {
  const counts = kinds.map((kind) => categoriesOf(kind)?.length);
  const constant = columns.reduce(
    (sum, { scale }, i) => sum - (counts[i] ? Math.log(counts[i]) : Math.log(scale) + 0.5 * Math.log(2 * Math.PI)),
    0,
  );
  return Float64Array.from({ length: rows }, (_, row) =>
    columns.reduce(
      (sum, { loc, scale }, i) => (counts[i] ? sum : sum - 0.5 * ((values[row * width + i] - loc) / scale) ** 2),
      constant,
    ),
  );
}

function warnOfDivergence(host: Host, { lr, flow }: DensitySettings, trained: number, untrained: number): void {
  if (trained > untrained - 1) return;
  const [now, before] = [trained, untrained].map((value) => Number(value.toPrecision(4)));
  host.stderr.write(
    `warning: ${FLOWS[flow].title} gives test rows ${now} nats on average, and gave them ${before} before it was trained: training diverged; a lower --lr than ${lr} may help\n`,
  );
}

/** What the model is compared with, of the rows to train on, with the noise that those to test on have as well. */
function baselineFor({ table, splits, kinds, keys }: Prepared, columns: readonly LearnedColumn[]): Baseline {
  return baselineOf(table, dequantize(splits.train, gridOf(columns), foldIn(keys.noise, 1)), columns, kinds);
}

/** How many columns are shown before training. */
const SHOWN = 50;

function showColumns(
  host: Host,
  columns: readonly ColumnFacts[],
  settings: DensitySettings,
  ofCategories: readonly string[],
): void {
  const { header, rows } = columnRows(columns.slice(0, SHOWN), settings.dequantize);
  host.stderr.write(
    `${textTable(header, rows, [0, 1, 6])}${columns.length > SHOWN ? `… and ${columns.length - SHOWN} more columns\n` : ''}`,
  );
  for (const warning of [...columnWarnings(columns, settings.dequantize), ...ofCategories])
    host.stderr.write(`warning: ${warning}\n`);
}
