// Writes tables and learning curves of docs/paper-tables.md from docs/results/*.json, which hold what published tables came to here. The directories of
// runs of `pushforward paper` that are named add to them what those came to. `--check` writes nothing, and fails if a page is not the results'.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { iafMnistConv } from '../../apps/train/dist/paper/iaf-mnist/iaf-mnist-conv.js';
import { mafMnist } from '../../apps/train/dist/paper/maf-mnist/maf-mnist.js';
import { estimate, formatNumber } from '../../apps/train/dist/statistics/statistics.js';
import { drawCurves } from './curves.mjs';
import { putBetween, tableOf } from '../shared/marked-text.mjs';
import { root } from '../setup.mjs';

const PAGE = 'docs/paper-tables.md';
const tables = [mafMnist, iafMnistConv];
const check = process.argv.includes('--check');
const runs = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const fileOf = (name) => path.join(root, 'docs/results', `${name}.json`);
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const resultsOf = (name) => (existsSync(fileOf(name)) ? readJson(fileOf(name)) : []);

/** The mean over the test examples, and two standard errors of it. */
function summary(values) {
  const { mean, standardError } = estimate(values);
  return { mean, error: 2 * standardError };
}

function addRun(directory) {
  const { settings } = readJson(path.join(directory, 'run.json'));
  const results = resultsOf(settings.table);
  for (const file of readdirSync(path.join(directory, 'results'))) {
    const { row, seed, training, scores, seconds, backend, node } = readJson(path.join(directory, 'results', file));
    const result = {
      row,
      seed,
      node,
      backend,
      minutes: Math.round(seconds / 60),
      scores: Object.fromEntries(Object.entries(scores).map(([metric, values]) => [metric, summary(values)])),
      losses: training?.history.map(({ trainLoss }) => Number(trainLoss.toFixed(2))),
    };
    const known = results.findIndex((other) => other.row === row && other.seed === seed);
    results.splice(known < 0 ? results.length : known, 1, result);
  }
  mkdirSync(path.dirname(fileOf(settings.table)), { recursive: true });
  writeFileSync(fileOf(settings.table), `${JSON.stringify(results, null, 2)}\n`);
}

const withError = (score) =>
  score ? `${formatNumber(score.mean, 2)}${score.error ? ` ± ${formatNumber(score.error, 2)}` : ''}` : '–';

/** Ours of each metric, and the paper's where it has that metric. */
function tableText({ metrics, rows }, results) {
  const there = rows.filter(({ name }) => results.some(({ row }) => row === name));
  const columns = metrics.flatMap(({ name, title }) => [
    { title, cell: (row) => withError(results.find((result) => result.row === row.name).scores[name]) },
    ...(there.some(({ published }) => published[name])
      ? [{ title: `${title}, the paper’s`, cell: (row) => withError(row.published[name]) }]
      : []),
  ]);
  return tableOf(
    ['row', ...columns.map(({ title }) => title)],
    there.map((row) => [row.title, ...columns.map(({ cell }) => cell(row))]),
  );
}

for (const run of check ? [] : runs) addRun(run);
let isStale = false;
for (const table of tables) {
  const results = resultsOf(table.name);
  isStale = putBetween(PAGE, `results: ${table.name}`, 'end', tableText(table, results), check) || isStale;
  if (!results.every(({ losses }) => losses)) continue;
  const picture = path.join(root, 'docs/figures', `${table.name}.svg`);
  const svg = drawCurves(
    table.rows.flatMap(({ name, title }) => {
      const losses = results.find(({ row }) => row === name)?.losses;
      return losses ? [{ title, losses }] : [];
    }),
  );
  if (check) isStale ||= !existsSync(picture) || readFileSync(picture, 'utf8') !== svg;
  else writeFileSync(picture, svg);
}
if (check && isStale) {
  console.error(`${PAGE} is not what docs/results hold: run node scripts/paper-tables/tables.mjs`);
  process.exit(1);
}
