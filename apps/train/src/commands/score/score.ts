import { tidy } from '@tensorflow/tfjs-core';
import { foldIn, key } from '@pushforward/tensor';
import { startBackend } from '../../model/backend.js';
import { readOptionsOf } from '../../data/read-options.js';
import { openTable } from '../../data/read-table.js';
import { encode } from '../../columns/kinds/code.js';
import { checkKinds } from '../../columns/kinds/declared-kind.js';
import { type Float64Scorer, float64Scorer } from '../../density/float64-scorer.js';
import { categoricalColumns, OutsideCounter, tableColumns } from '../../model/given-columns.js';
import { batchOf, inChunks } from '../../density/model.js';
import { partsOf } from '../../columns/roles.js';
import { scoreRows } from '../../density/score-rows.js';
import { takeColumns } from '../../statistics/statistics.js';
import { UsageError, UserError } from '../../terminal/errors.js';
import { scoreAnyOrder } from './score-any-order.js';
import type { ScoreOptions } from './score-options.js';
import { writeLogDensities } from './write-log-densities.js';
import { checkOutput } from '../../files/files.js';
import type { Host } from '../../terminal/host.js';
import { checkModelColumns } from '../../model/model-columns.js';
import { type LoadedModel, loadModel } from '../../model/models.js';

/** Writes the log-density of every row of a table, in nats, as the rows come in. */
export async function scoreCommand(host: Host, name: string, options: ScoreOptions): Promise<void> {
  checkOutput(host.cwd, options.out, options.force);
  await startBackend();
  const loaded = await loadModel(host.cwd, name);
  using _ = loaded.module;
  if (loaded.kind === 'any-order') {
    if (options.precision === 'float64')
      throw new UserError(`${name}: is a model of --flow any-order, which is scored in float32 alone`);
    await scoreAnyOrder(host, loaded, options);
    return;
  }
  // As a constant it keeps its kind within the generator below.
  const model = loaded;
  const asked = options.of ? '--of' : options.given ? '--given' : undefined;
  if (asked)
    throw new UsageError(`${asked}: is for models of train --flow any-order; what ${name} is a density of is fixed`);
  const scorer = options.precision === 'float64' ? await scorerOf(name, model) : undefined;
  const columns =
    model.kind === 'flow'
      ? { wanted: tableColumns(model.notes).names, categorical: categoricalColumns(model.notes, 'counted') }
      : {};
  const table = await openTable(host.cwd, options.data, { ...readOptionsOf(options), ...columns }, host.stdin);
  checkModelColumns(table, model);
  const outside = new OutsideCounter((model.kind === 'flow' && model.notes.given) || []);
  await writeLogDensities(
    host,
    table,
    options.out,
    (block, start) =>
      logDensities(
        host,
        model,
        { ...block, columns: table.columns, start, source: table.source },
        options,
        outside,
        scorer,
      ),
    () => [
      ...outside.warnings().map((warning) => `warning: ${table.source}: ${warning}`),
      ...(scorer ? [`${table.source}: ${scorer.comparison()}`] : []),
    ],
  );
}

async function scorerOf(name: string, model: LoadedModel): Promise<Float64Scorer> {
  if (model.kind !== 'flow') throw new UserError(`${name}: is a model of images, which is scored in float32 alone`);
  try {
    return await float64Scorer(model.module, model.notes);
  } catch (error) {
    throw new UserError(
      `${name}: ${(error as Error).message.replace(/^float64Density: |; give it one in formulas$/g, '')}`,
      { cause: error },
    );
  }
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

async function logDensities(
  host: Host,
  model: Exclude<LoadedModel, { kind: 'any-order' }>,
  table: Rows,
  { samples, seed }: ScoreOptions,
  outside: OutsideCounter,
  scorer: Float64Scorer | undefined,
): Promise<Float64Array> {
  const { rows, start: before } = table;
  if (model.kind === 'flow') {
    const { names, kinds, roles } = tableColumns(model.notes);
    checkKinds(table.source, table, names, kinds, before);
    outside.add(takeColumns(table, roles.given));
    const inFloat32 = await scoreRows(host, model, table, { seed, start: before });
    if (!scorer) return inFloat32;
    return scorer.score(host, { ...partsOf(encode(table, kinds), roles), before, seed }, inFloat32);
  }
  checkPixels(table);
  // The importance-weighted bound of log p(x).
  const bound = (start: number, end: number) =>
    tidy(() =>
      model.module.logLikelihood(batchOf(table, start, end), { samples, seed: foldIn(key(seed), before + start) }),
    );
  return inChunks(host, rows, bound, IMAGE_CHUNK);
}

function checkPixels({ values, columns, start, source }: Rows): void {
  const strange = values.findIndex((value) => value !== 0 && value !== 1);
  if (strange < 0) return;
  const row = start + Math.floor(strange / columns) + 1;
  throw new UserError(
    `${source}: row ${row}, column ${(strange % columns) + 1}: pixels must be 0 or 1, got ${values[strange]}`,
  );
}
