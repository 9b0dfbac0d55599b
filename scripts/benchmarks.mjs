// Writes the tables of docs/benchmarks.md, and what other pages quote, from bench/results/reference.json and, of single events and of convolutions, event.json and convolution.json; and draws the times of a layer. `--check`
// writes nothing, and fails if a page is not the results'.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { groups, titles } from '../bench/dist/operation.js';
import { ratio, typical } from '../bench/dist/series.js';
import { layerTimes } from './figures/layer-times.mjs';
import { putBetween, tableOf } from './shared/marked-text.mjs';
import { root } from './setup.mjs';

const check = process.argv.includes('--check');
const [reference, event, convolution] = ['reference', 'event', 'convolution'].map((name) =>
  JSON.parse(readFileSync(path.join(root, `bench/results/${name}.json`), 'utf8')),
);
const { results, threads } = reference;
const sizes = [...new Set(results.map(({ size }) => size))];
const sides = [...new Set(results.map(({ side }) => side))];
const findIn = (of) => (operation, side, size) =>
  of.find((result) => result.operation === operation && result.side === side && result.size === size);
const find = findIn(results);

/** Three digits that count. */
const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const time = (series) => (series ? `${series.predicted === undefined ? '' : '~'}${digits(typical(series))}` : '–');
const factor = (numerator, denominator) =>
  numerator && denominator
    ? `${numerator.predicted === undefined && denominator.predicted === undefined ? '' : '~'}${digits(ratio(numerator, denominator))}`
    : '–';

/** Who is compared with whom: the other one's time over ours. */
const comparisons = [
  ['stock', 'ours 1'],
  ['zuko 1', 'ours 1'],
  [`zuko ${threads}`, `ours ${threads}`],
  ...sides.filter((side) => side.startsWith(`ours ${threads} on `)).map((side) => [`zuko ${threads}`, side]),
  ['ours 1', `ours ${threads}`],
];

function tableFor({ results }, operation, comparisons) {
  const sizes = [...new Set(results.map(({ size }) => size))];
  const sides = [...new Set(results.map(({ side }) => side))];
  const find = findIn(results);
  const has = (side) => sizes.some((size) => find(operation, side, size));
  const columns = sides.filter(has);
  const ratios = comparisons.filter(([a, b]) => has(a) && has(b));
  const rows = sizes
    .filter((size) => columns.some((side) => find(operation, side, size)))
    .map((size) => [
      size,
      ...columns.map((side) => time(find(operation, side, size))),
      ...ratios.map(([a, b]) => `**${factor(find(operation, a, size), find(operation, b, size))}**`),
    ]);
  return tableOf(['size', ...columns, ...ratios.map(([a, b]) => `${a} / ${b}`)], rows, true);
}

const headingOf = (operation) => titles[operation].replace(/ \(ms\)$/, '').replace(/ \(MB\)$/, ', in MB');
/** The tables of a run, a section each. */
function tablesOf(run, comparisons) {
  const measured = new Set(run.results.map(({ operation }) => operation));
  const operations = [...groups.flat(), 'first-step', 'peak-memory'].filter((operation) => measured.has(operation));
  return operations
    .map((operation) => `## ${headingOf(operation)}\n\n${tableFor(run, operation, comparisons)}`)
    .join('\n\n');
}

const layers = sizes.map((size) => ({
  size,
  dim: Number(size.split('/')[0]),
  parallel: find('layer-parallel', 'ours 1', size),
  sequential: find('layer-sequential', 'ours 1', size),
}));
const layerRows = layers.map(({ size, dim, parallel, sequential }) => [
  size,
  `${time(parallel)} ms`,
  `${time(sequential)} ms`,
  factor(sequential, parallel),
  `~${digits(dim * typical(parallel))} ms`,
]);
const layerTable = tableOf(
  ['size', 'parallel', 'sequential, one sweep', 'sequential / parallel', 'sequential by D passes'],
  layerRows,
  true,
);

const whereOf = ({ date, cpu, node }) => `Measured on ${date.slice(0, 10)} on ${cpu}, Node ${node.slice(1)}`;
/** Stock TensorFlow.js is compared on one thread on either version of Node. */
const ofConvolution = [
  ...comparisons.slice(0, 3),
  ...['stock', 'zuko 1'].map((side) => [side, 'ours 1 on Node 24']),
  ['tensorflow', `ours ${threads}`],
];

const ofEvent = ['ours 1', 'ours 1 on Node 24'].flatMap((ours) =>
  ['zuko 1', 'onnxruntime', 'loops'].map((side) => [side, ours]),
);

/** A ratio of two digits: `0.88`, `1.1`, `16`, `1000`. */
const rounded = (value) => (value >= 10 ? String(Number(value.toPrecision(2))) : value.toFixed(value < 1 ? 2 : 1));
const all = `ours ${threads}`;
const newer = sides.find((side) => side.startsWith(`${all} on `)) ?? all;
/** What is measured on both versions of Node, Node 20 first. */
const onBoth = (of) => [all, newer].map(of).join(' / ');

// The sizes of one batch.
const readmeRows = sizes
  .filter((size) => !size.includes('/1024/'))
  .map((size) => {
    const over = (operation, other) => (side) =>
      rounded(ratio(find(operation, other, size), find(operation, side, size)));
    return [
      size.replaceAll('/', ' / '),
      `${onBoth((side) => Number(typical(find('maf-step', side, size)).toPrecision(2)))} ms`,
      over('maf-step', 'stock')(all),
      onBoth(over('maf-step', `zuko ${threads}`)),
      onBoth(over('maf-sample', `zuko ${threads}`)),
    ];
  });
const readmeHead = [
  'dimensions / hidden / batch / transforms',
  'step, Node 20 / 24',
  'against stock, Node 20',
  'against zuko, 20 / 24',
  'sampling against zuko, 20 / 24',
];

const stale = [
  putBetween('README.md', 'benchmark: readme', 'end', tableOf(readmeHead, readmeRows, true), check) && 'README.md',
  putBetween('docs/benchmarks.md', 'benchmark: run', 'end', `${whereOf(reference)}.`, check) && 'docs/benchmarks.md',
  putBetween('docs/benchmarks.md', 'benchmark: tables', 'end', tablesOf(reference, comparisons), check) &&
    'docs/benchmarks.md',
  putBetween(
    'docs/benchmarks.md',
    'benchmark: event',
    'end',
    `${whereOf(event)}.\n\n${tablesOf(event, ofEvent)}`,
    check,
  ) && 'docs/benchmarks.md',
  putBetween(
    'docs/benchmarks.md',
    'benchmark: convolution',
    'end',
    `${whereOf(convolution)}.\n\n${tablesOf(convolution, ofConvolution)}`,
    check,
  ) && 'docs/benchmarks.md',
  putBetween(
    'docs/iaf-and-maf.md',
    'benchmark: layer',
    'end',
    `One MADE layer with an affine transform on one thread; sizes are D / hidden units / batch / transforms, of which one was measured:\n\n${layerTable}`,
    check,
  ) && 'docs/iaf-and-maf.md',
];

const figure = path.join(root, 'docs/figures/layer-times.svg');
const drawn = layerTimes(
  layers.map(({ dim, parallel, sequential, size }) => ({
    dim,
    size,
    parallel: typical(parallel),
    sequential: typical(sequential),
  })),
);
if (!existsSync(figure) || readFileSync(figure, 'utf8') !== drawn) {
  if (!check) writeFileSync(figure, drawn);
  stale.push('docs/figures/layer-times.svg');
}

const problems = [...new Set(stale)].filter((page) => page);
if (check) for (const page of problems) console.error(`${page}: run node scripts/benchmarks.mjs`);
process.exit(check && problems.length > 0 ? 1 : 0);
