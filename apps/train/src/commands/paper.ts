import path from 'node:path';
import { writeFileAtomic } from '@pushforward/io/node';
import { key } from '@pushforward/tensor';
import { checkSameData } from '../files/fingerprint.js';
import { startBackend } from '../model/backend.js';
import type { PaperTable, PreparedTable, TableRow } from '../paper/table/paper-table.js';
import { readResult, removeResults, type RowResult, writeResult } from '../paper/table/row-result.js';
import { tableReport } from '../paper/table/table-report.js';
import { judge, summaryRows, verdictText } from '../paper/table/table-summary.js';
import { paperTables } from '../paper/tables.js';
import { settingRows } from '../report/run-sections.js';
import { claimRunDirectory, type RunDirectory } from '../run/run-directory.js';
import { beginRun, finishRun, type RunRecord } from '../run/run-record.js';
import { withResumeHint } from '../run/resume-hint.js';
import { UsageError } from '../terminal/errors.js';
import { commandLine, type Host } from '../terminal/host.js';
import { Stopwatch } from '../terminal/stopwatch.js';
import { textTable } from '../terminal/text-table.js';

/** What a run of a table is determined by, together with the data. A type, so that it is JSON. */
export type PaperSettings = {
  table: string;
  /** The absolute path of a directory with the data, or null for data that npm brings. */
  data: string | null;
  quick: boolean;
  rows: string[];
  seeds: number;
  /** The most epochs that a row is trained for, or null for what the table says; absent in runs from before there was a choice. */
  epochs?: number | null;
};

/** The options of `paper` as they stand on the command line. */
export interface PaperOptions {
  data?: string;
  quick?: boolean;
  rows?: string[];
  seeds: number;
  epochs?: number;
  out?: string;
  force?: boolean;
}

/** Trains the rows of a published table; without a name, lists the tables. */
export async function paperCommand(
  host: Host,
  args: readonly string[],
  name: string | undefined,
  options: PaperOptions,
): Promise<void> {
  if (name === undefined) {
    host.stdout.write(textTable(['table', 'what it shows', 'rows'], paperTables.map(listed), [0, 1, 2]));
    return;
  }
  const table = tableNamed(name);
  const settings: PaperSettings = {
    table: name,
    data: options.data === undefined ? null : path.resolve(host.cwd, options.data),
    quick: options.quick ?? false,
    rows: options.rows ?? table.rows.map((row) => row.name),
    seeds: options.seeds,
    epochs: options.epochs ?? null,
  };
  rowsOf(table, settings);
  const prepared = await table.prepare(host.cwd, settings);
  using directory = claimRunDirectory(host.cwd, { out: options.out, command: 'paper', force: options.force ?? false });
  const record: RunRecord = {
    version: 3,
    command: 'paper',
    commandLine: commandLine(host, args),
    settings,
    data: prepared.data,
    finished: false,
  };
  await removeResults(directory);
  await beginRun(directory, record);
  await runPaper(host, directory, record, settings, prepared);
}

/** Trains the rows that have no result yet, and writes the table. */
export async function runPaper(
  host: Host,
  directory: RunDirectory,
  record: RunRecord,
  settings: PaperSettings,
  begun?: PreparedTable,
): Promise<void> {
  const table = tableNamed(settings.table);
  const rows = rowsOf(table, settings);
  await withResumeHint(host, directory, async () => {
    const watch = new Stopwatch();
    const prepared = begun ?? (await table.prepare(host.cwd, settings));
    checkSameData(prepared.source, prepared.data, record.data);
    watch.lap('reading the data');
    const backend = await startBackend();
    watch.lap('starting TensorFlow.js');
    host.stderr.write(`${prepared.source}; ${rows.length} rows, ${settings.seeds} seeds\n`);

    const results: RowResult[] = [];
    // Every row once before any row twice: a run that is stopped early has the whole table.
    for (let seed = 0; seed < settings.seeds; seed++) {
      for (const row of rows) {
        const title = settings.seeds > 1 ? `${row.title}, seed ${seed}` : row.title;
        let result = await readResult(directory, row.name, seed);
        if (!result) {
          const started = performance.now();
          const outcome = await prepared.train(row.name, {
            host,
            directory,
            name: `${row.name}.${seed}`,
            title,
            key: key(seed),
            maxEpochs: settings.epochs ?? Infinity,
          });
          const seconds = outcome.training?.seconds ?? (performance.now() - started) / 1000;
          result = await writeResult(directory, { row: row.name, seed, seconds, backend }, outcome);
        }
        results.push(result);
        watch.add(title, result.seconds);
      }
    }

    const facts = { commandLine: record.commandLine, settings: settingRows(settings), timings: watch.laps, backend };
    const { source } = prepared;
    await writeFileAtomic(
      path.join(directory.path, 'report.html'),
      tableReport({
        facts,
        paper: table,
        rows,
        results,
        source,
        quick: settings.quick,
        epochs: settings.epochs ?? null,
      }),
    );
    await finishRun(directory, record);
    const summary = summaryRows(table, rows, results);
    const verdicts = judge(table, results, settings.quick).map((verdict) => `${verdictText(table, verdict)}\n`);
    host.stdout.write(
      `\n${textTable(summary.header, summary.rows)}\n${verdicts.join('')}\nreport   ${path.join(directory.name, 'report.html')}\n`,
    );
  });
}

function listed({ name, title, rows }: PaperTable): string[] {
  return [name, title, rows.map((row) => row.name).join(', ')];
}

function tableNamed(name: string): PaperTable {
  const table = paperTables.find((one) => one.name === name);
  if (!table)
    throw new UsageError(`unknown table '${name}'; tables are ${paperTables.map((one) => one.name).join(', ')}`);
  return table;
}

function rowsOf(table: PaperTable, { rows }: PaperSettings): TableRow[] {
  // Its result would count as one of another seed.
  const twice = rows.find((name, i) => rows.indexOf(name) < i);
  if (twice !== undefined) throw new UsageError(`--rows: names '${twice}' twice`);
  return rows.map((name) => {
    const row = table.rows.find((one) => one.name === name);
    if (!row)
      throw new UsageError(
        `--rows: ${table.name} has no row '${name}'; its rows are ${table.rows.map((one) => one.name).join(', ')}`,
      );
    return row;
  });
}
