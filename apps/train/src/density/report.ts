import { excerpt } from '../terminal/printable.js';
import { centralInterval, histogramPair } from '../report/chart/histogram.js';
import { lineChart } from '../report/chart/line-chart.js';
import { scatter } from '../report/chart/scatter.js';
import { escapeXml, figure, legend, table } from '../report/markup.js';
import { page } from '../report/page.js';
import { runSections, type RunFacts } from '../report/run-sections.js';
import {
  column,
  estimate,
  formatCount,
  formatEstimate,
  formatNumber,
  type Matrix,
  pairedDifference,
} from '../statistics/statistics.js';
import type { TrainingRecord } from '../run/training-run.js';
import { categoryCounts } from '../columns/kinds/categories.js';
import { present } from '../statistics/present.js';
import type { Roles } from '../columns/roles.js';
import { type FlowName, FLOWS } from './settings.js';

/** Everything the report shows. */
export interface DensityReport {
  facts: RunFacts;
  source: string;
  names: readonly string[];
  /** The categories of each column in the order of their codes; null for numbers. */
  categories: readonly (readonly string[] | null)[];
  roles: Roles;
  counts: { train: number; validation: number; test: number };
  /** What the rows were shared out by, and every other random choice came from. */
  seed: number;
  /** The columns that are learned with noise, and how much of it. */
  noise: readonly { name: string; step: number }[];
  flow: FlowName;
  training: TrainingRecord;
  /** The log-density of every test row under the flow and under what it is compared with, in nats. */
  scores: { flow: Float64Array; baseline: Float64Array };
  /** The columns with values far from the others, which move the mean and the covariance of the Gaussian. */
  farOut: readonly string[];
  /** Rows that the flow did not see, and rows drawn from it, given what these are given. */
  data: Matrix;
  samples: Matrix;
}

const DATA_COLOR = '#4d4d4d';
const SAMPLE_COLOR = '#c8502d';
const SHOWN_COLUMNS = 6;
const SHOWN_CATEGORIES = 10;
const ANY_ORDER =
  'Each column for itself has a Gaussian, or the frequencies of its categories, of the training rows. The log-density of a row is that of its columns one after another, in their order in the file; of one with missing values, that of the others.';
const SHOWN_POINTS = 1000;

/** A count of columns, in words. */
export function countOf(columns: number): string {
  return `${formatCount(columns)} ${columns === 1 ? 'column' : 'columns'}`;
}

/** The first of some columns' names. */
export function shortList(names: readonly string[]): string {
  const first = names.slice(0, 3).map((name) => `"${excerpt(name, 30)}"`);
  return `${first.join(', ')}${names.length > 3 ? ', …' : ''}`;
}

/** How many rows were used for what. */
export function splitText({ counts, seed }: Pick<DensityReport, 'counts' | 'seed'>): string {
  const [train, validation, test] = [counts.train, counts.validation, counts.test].map(formatCount);
  return `${train} rows to train on, ${validation} to validate on, ${test} to test on, by --seed ${seed}`;
}

/** What the log-likelihoods are of. */
export function unitsText({
  noise,
  names,
  categories,
  roles,
}: Pick<DensityReport, 'noise' | 'names' | 'categories' | 'roles'>): string {
  const counted = roles.learned.filter((i) => categories[i]);
  const hasNumbers = counted.length < roles.learned.length;
  const ofCategories =
    counted.length === 0 ? [] : [`of ${shortList(counted.map((i) => names[i]))} the log-probability of a category`];
  const whole = noise.every(({ step }) => step === 1);
  const bound = whole ? '' : ', once the logarithm of the step of their grid is added';
  const ofNoise =
    noise.length === 0
      ? []
      : [`of ${shortList(noise.map(({ name }) => name))} a lower bound of the log-probability of their values${bound}`];
  const parts = [...(hasNumbers ? ['of a density in the units of the file'] : []), ...ofCategories, ...ofNoise];
  return parts.length === 1
    ? `nats per row, ${parts[0]}`
    : `nats per row: ${parts.slice(0, -1).join(', ')}, and ${parts.at(-1)}`;
}

/** The rows of the table of results, for the terminal and for the page. */
export function resultRows({
  flow,
  scores,
  farOut,
  names,
  categories,
  roles,
}: Pick<DensityReport, 'flow' | 'scores' | 'farOut' | 'names' | 'categories' | 'roles'>): {
  header: string[];
  rows: string[][];
} {
  const name = FLOWS[flow].title;
  const caveat = farOut.length > 0 ? ` (says little: values far out in ${shortList(farOut)} spoil the Gaussian)` : '';
  const ofNumbers = (places: readonly number[]) => places.filter((i) => !categories[i]);
  const given = shortList(ofNumbers(roles.given).map((i) => names[i]));
  const gaussian = given === '' ? 'Gaussian, full covariance' : `Gaussian, linear in ${given}`;
  const isMixed = roles.learned.some((i) => categories[i]);
  const hasNumbers = ofNumbers(roles.learned).length > 0;
  const ofColumns = flow === 'any-order' ? { baseline: 'each column for itself', short: 'columns' } : null;
  const baseline = isMixed
    ? hasNumbers
      ? `${gaussian}, and frequencies of categories`
      : 'frequencies of categories'
    : gaussian;
  const short = !isMixed ? 'Gaussian' : hasNumbers ? 'Gaussian and frequencies' : 'frequencies';
  return {
    header: ['model', 'test log-likelihood (nats per row)'],
    rows: [
      [ofColumns?.baseline ?? baseline, formatEstimate(estimate(scores.baseline), { digits: 3 })],
      [name, formatEstimate(estimate(scores.flow), { digits: 3 })],
      [
        `${name} − ${ofColumns?.short ?? short}`,
        `${formatEstimate(pairedDifference(scores.flow, scores.baseline), { digits: 3, sign: true })}${caveat}`,
      ],
    ],
  };
}

/** The whole page. */
export function densityReport(report: DensityReport): string {
  const { source, names, roles, counts, flow } = report;
  const isGiven = roles.given.length > 0;
  const given = isGiven ? ` given ${escapeXml(shortList(roles.given.map((i) => names[i])))}` : '';
  const lead = `${FLOWS[flow].name} learned the density of ${countOf(roles.learned.length)}${given} from ${formatCount(counts.train)} rows of <code>${escapeXml(source)}</code>. ${formatCount(counts.validation)} rows chose when to stop, and ${formatCount(counts.test)} others judge it here.`;
  const { header, rows } = resultRows(report);
  const isAnyOrder = flow === 'any-order';
  const gaussian = isGiven
    ? 'The Gaussian has a mean that is linear in the given columns, by least squares over the training rows, and the full covariance matrix of what that leaves: the best that can be said with linear correlations alone.'
    : 'The Gaussian has the mean and the full covariance matrix of the training rows: the best that can be said with linear correlations alone.';
  const isMixed = roles.learned.some((i) => report.categories[i]);
  const frequencies = isMixed
    ? ' Each column of categories counts with the frequencies of its categories in the training rows, whatever else stands in the row.'
    : '';
  const explained = `<p>Mean over the test rows ± its standard error, in ${escapeXml(unitsText(report))}; higher is better. ${isAnyOrder ? ANY_ORDER : `${gaussian}${frequencies}`} The last row compares the two row by row.</p>`;
  return page(`The density of ${source}`, lead, [
    { title: 'Result', content: table(header, rows) + explained },
    { title: 'Learning curve', content: learningCurve(report) },
    { title: 'Marginals', content: marginals(report) },
    ...(shownPairs(report).length > 0 ? [{ title: 'Pairs', content: pairs(report) }] : []),
    ...runSections(report.facts),
  ]);
}

function learningCurve({ training, scores, farOut }: DensityReport): string {
  const { history, bestEpoch } = training;
  const lines = [
    {
      name: 'validation',
      color: SAMPLE_COLOR,
      points: history.map(({ epoch, validationLoss }) => ({ x: epoch, y: -validationLoss! })),
    },
    {
      name: 'training',
      color: DATA_COLOR,
      dashed: true,
      points: history.map(({ epoch, trainLoss }) => ({ x: epoch, y: -trainLoss })),
    },
  ];
  const heights = lines.flatMap(({ points }) => points.map(({ y }) => y)).toSorted((a, b) => a - b);
  const bottom = heights[Math.floor(0.05 * (heights.length - 1))];
  const top = heights.at(-1)!;
  const margin = 0.06 * (top - bottom) || 1;
  const chart = lineChart(
    {
      width: 860,
      height: 320,
      x: { domain: [0, Math.max(1, history.length)], label: 'epoch', ticks: 8 },
      y: { domain: [bottom - margin, top + margin], label: 'log-likelihood (nats per row)' },
      alt: `The log-likelihood during training; the best on validation rows, ${formatNumber(-history[bestEpoch - 1].validationLoss!, 2)} nats, was in epoch ${bestEpoch} of ${history.length}`,
    },
    lines,
  );
  return figure(
    legend(lines) + chart,
    `Log-likelihood after every epoch, in nats per row. The model has the weights of epoch ${bestEpoch}, which were the best on the validation rows; on the test rows they give ${formatEstimate(estimate(scores.flow), { digits: 3 })}.${farOut.length > 0 ? ' Rows with values far out count as their logarithm does in the curves, not in the result.' : ''}`,
  );
}

/** The first of the columns of numbers that are learned, and of those that are given, at least two of each if there are as many. */
function shownColumns(report: DensityReport): Roles {
  const { learned, given: all } = numbersOf(report);
  const given = all.slice(0, Math.max(2, SHOWN_COLUMNS - learned.length));
  return { learned: learned.slice(0, SHOWN_COLUMNS - given.length), given };
}

function numbersOf({ roles, categories }: DensityReport): Roles {
  const [learned, given] = [roles.learned, roles.given].map((places) => places.filter((i) => !categories[i]));
  return { learned, given };
}

/** What is given lies along x, and is not compared with itself. */
function shownPairs(report: DensityReport): (readonly [x: number, y: number])[] {
  const { given, learned } = shownColumns(report);
  return learned.flatMap((y, position) => [...given, ...learned.slice(0, position)].map((x) => [x, y] as const));
}

function note(all: readonly number[], shown: readonly number[], what: string): string {
  return all.length > shown.length ? ` The first ${shown.length} of ${all.length} ${what}.` : '';
}

const KEY = legend([
  { name: 'data (validation and test rows)', color: DATA_COLOR },
  { name: 'samples of the flow', color: SAMPLE_COLOR },
]);

function marginals(report: DensityReport): string {
  const { names, roles, data, samples } = report;
  const { learned } = shownColumns(report);
  const charts = learned.map((i) => {
    const [own, drawn] = [data, samples].map((matrix) => present(column(matrix, i)));
    return histogramPair(
      {
        width: 280,
        height: 190,
        x: { domain: centralInterval(own), ticks: 4 },
        title: names[i],
        alt: `Histograms of ${names[i]} in the data and in samples of the flow`,
      },
      { values: own, color: DATA_COLOR },
      { values: drawn, color: SAMPLE_COLOR },
    );
  });
  const counted = report.roles.learned.filter((i) => report.categories[i]);
  const tables = counted.slice(0, SHOWN_COLUMNS).map((i) => frequencyTable(report, i));
  const ofCategories = `${tables.join('')}${note(counted, counted.slice(0, SHOWN_COLUMNS), 'columns of categories').trim()}`;
  if (charts.length === 0) return ofCategories;
  return `${ofCategories}${figure(
    KEY + charts.join(''),
    `The density of each column, in its own unit, of rows that the flow did not see and of its samples${roles.given.length > 0 ? ' given what these rows are given' : ''}.${note(numbersOf(report).learned, learned, 'columns')}`,
  )}`;
}

function percent(count: number, total: number): string {
  return `${((100 * count) / total).toFixed(1)} %`;
}

/** How often the most frequent categories of a column stand in the data, and in samples. */
function frequencyTable({ names, categories, data, samples }: DensityReport, place: number): string {
  const texts = categories[place]!;
  const values = [data, samples].map((matrix) => present(column(matrix, place)));
  const [own, drawn] = values.map((codes) => categoryCounts(codes, texts.length));
  const [rows, draws] = values.map(({ length }) => length);
  const order = [...texts.keys()].toSorted((a, b) => own[b] - own[a] || a - b).slice(0, SHOWN_CATEGORIES);
  const lines = order.map((code) => [excerpt(texts[code], 40), percent(own[code], rows), percent(drawn[code], draws)]);
  const rest =
    texts.length > order.length ? `<p>The ${order.length} most frequent of ${texts.length} categories.</p>` : '';
  return `${table([names[place], 'data', 'samples'], lines)}${rest}`;
}

/** Two columns, of the rows that have a value in both. */
function pairsOf(matrix: Matrix, i: number, j: number): [Float64Array, Float64Array] {
  const [xs, ys] = [column(matrix, i), column(matrix, j)];
  const isWhole = (_: number, row: number) => !Number.isNaN(xs[row] + ys[row]);
  return [xs.filter(isWhole), ys.filter(isWhole)];
}

function pairs(report: DensityReport): string {
  const { names, data, samples } = report;
  const { given, learned } = shownColumns(report);
  const isGiven = given.length > 0;
  const charts = shownPairs(report).map(([i, j]) => {
    const panel = (matrix: Matrix, what: string, color: string) => {
      // As many samples as rows, or the fuller panel would seem the wider.
      const count = Math.min(SHOWN_POINTS, data.rows);
      const options = {
        width: 200,
        height: 196,
        x: { domain: centralInterval(present(column(data, i))), ticks: 3, label: names[i] },
        y: { domain: centralInterval(present(column(data, j))), ticks: 3, label: names[j] },
        title: what,
        alt: `${names[j]} against ${names[i]}: ${what}`,
      };
      const [xs, ys] = pairsOf(matrix, i, j);
      return scatter(options, xs.subarray(0, count), ys.subarray(0, count), color);
    };
    return `<div>${panel(data, 'data', DATA_COLOR)}${panel(samples, 'samples', SAMPLE_COLOR)}</div>`;
  });
  const all = numbersOf(report);
  return figure(
    charts.join(''),
    `Every pair of columns${isGiven ? ' that are not both given' : ''}: rows that the flow did not see on the left, as many samples of the flow${isGiven ? ', each given what one of these rows is given,' : ''} on the right, on the same axes.${note(all.learned, learned, isGiven ? 'learned columns' : 'columns')}${note(all.given, given, 'given columns')}`,
  );
}
