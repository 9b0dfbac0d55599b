import path from 'node:path';
import { saveModule } from '@pushforward/io/node';
import { foldIn } from '@pushforward/tensor';
import { anyOrderLogDensities, anyOrderLoss, buildAnyOrder, completeRows } from '../../any-order/model.js';
import { rangesOf } from '../../any-order/columns.js';
import { marginalDensities, marginalsOf } from '../../any-order/marginals.js';
import { decode } from '../../columns/kinds/code.js';
import { categoriesOf } from '../../columns/kinds/declared-kind.js';
import { dequantize } from '../../columns/dequantize.js';
import { valuesOntoRealLine } from '../../columns/kinds/real-line.js';
import { dataOf } from '../../density/model.js';
import { countOf, type DensityReport } from '../../density/report.js';
import type { DensitySettings } from '../../density/settings.js';
import { startBackend } from '../../model/backend.js';
import type { AnyOrderNotes } from '../../model/models.js';
import { settingRows } from '../../report/run-sections.js';
import type { RunDirectory } from '../../run/run-directory.js';
import type { RunRecord } from '../../run/run-record.js';
import { trainModel } from '../../density/train-model.js';
import { concatenateRows, estimate, formatCount } from '../../statistics/statistics.js';
import { type Host, withoutDirectories } from '../../terminal/host.js';
import { Stopwatch } from '../../terminal/stopwatch.js';
import type { Prepared } from './prepare.js';

/** Trains a density that answers any question about some columns given others, from rows that may have holes, and tests it. */
export async function trainAnyOrder(
  host: Host,
  directory: RunDirectory,
  record: RunRecord,
  settings: DensitySettings,
  { table, splits, kinds, roles, keys, seconds }: Prepared,
): Promise<DensityReport> {
  const columns = record.columns!;
  const watch = new Stopwatch();
  watch.add('reading the file', seconds, `${formatCount(table.rows)} rows`);
  const backend = await startBackend();
  watch.lap('starting TensorFlow.js');
  const counts = { train: splits.train.rows, validation: splits.validation.rows, test: splits.test.rows };
  const holes = table.missing.reduce((sum, count) => sum + count, 0);
  host.stderr.write(
    `${table.source}: ${countOf(columns.length)}, ${formatCount(holes)} of ${formatCount(table.values.length)} values missing; ${counts.train} rows to train on, ${counts.validation} to validate on, ${counts.test} to test on\n`,
  );
  const grid = columns.map((column) => column.grid);
  const written = { kinds, grid };
  const noisy = dequantize(splits.train, grid, foldIn(keys.noise, 1));
  const { logSlopes } = valuesOntoRealLine(noisy, kinds);
  using model = buildAnyOrder(settings, columns, kinds, keys.weights);
  const training = await trainModel(
    { host, directory, settings, keys, watch },
    {
      module: model,
      loss: anyOrderLoss(model, columns, kinds, logSlopes.reduce((sum, value) => sum + value, 0) / counts.train),
      train: dataOf({ x: splits.train }),
      validation: dataOf({ x: splits.validation }),
    },
  );
  const noise = foldIn(keys.noise, 0);
  const scores = {
    flow: await anyOrderLogDensities(host, model, decode(splits.test, kinds), written, {}, noise),
    baseline: marginalDensities(marginalsOf(noisy, kinds), dequantize(splits.test, grid, noise)),
  };
  const notes: AnyOrderNotes = {
    kind: 'any-order',
    columns: table.names,
    trainedOn: path.basename(table.source),
    rows: counts.train,
    testLogLikelihood: estimate(scores.flow).mean,
    ranges: rangesOf(decode(splits.train, kinds), kinds),
    ...(grid.some(({ step }) => step > 0) ? { grid } : {}),
    ...(kinds.some((kind) => kind !== null) ? { kinds } : {}),
    commandLine: withoutDirectories(record.commandLine),
  };
  await saveModule(model, path.join(directory.path, 'model'), { metadata: notes });
  const unseen = concatenateRows(splits.validation, splits.test);
  const rows = Math.min(Math.max(unseen.rows, 1000), 10_000);
  const open = { values: new Float64Array(rows * table.columns).fill(NaN), rows, columns: table.columns };
  const samples = await completeRows(host, model, open, written, keys.samples);
  watch.lap('testing and sampling');
  return {
    facts: { commandLine: record.commandLine, settings: settingRows(settings), timings: watch.laps, backend },
    source: table.source,
    names: table.names,
    categories: kinds.map(categoriesOf),
    roles,
    counts,
    seed: settings.seed,
    noise: columns.flatMap(({ grid: { step } }, i) => (step > 0 ? [{ name: table.names[i], step }] : [])),
    flow: settings.flow,
    training,
    scores,
    farOut: table.names.filter((_, i) => columns[i].outlier),
    data: decode(unseen, kinds),
    samples,
  };
}
