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
import type { Roles } from './roles.js';
import { type FlowName, FLOWS } from './settings.js';

/** Everything the report shows. */
export interface DensityReport {
  facts: RunFacts;
  source: string;
  names: readonly string[];
  roles: Roles;
  counts: { train: number; validation: number; test: number };
  /** What the rows were shared out by, and every other random choice came from. */
  seed: number;
  /** The columns that are learned with noise, and how much of it. */
  noise: readonly { name: string; step: number }[];
  flow: FlowName;
  training: TrainingRecord;
  /** The log-density of every test row under the flow and under the Gaussian, in nats. */
  scores: { flow: Float64Array; gaussian: Float64Array };
  /** The columns with values far from the others, which move the mean and the covariance of the Gaussian. */
  farOut: readonly string[];
  /** Rows that the flow did not see, and rows drawn from it, given what these are given. */
  data: Matrix;
  samples: Matrix;
}

const DATA_COLOR = '#4d4d4d';
const SAMPLE_COLOR = '#c8502d';
const SHOWN_COLUMNS = 6;
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
export function unitsText({ noise }: Pick<DensityReport, 'noise'>): string {
  if (noise.length === 0) return 'nats per row, of a density in the units of the file';
  const whole = noise.every(({ step }) => step === 1);
  const bound = whole ? '' : ', once the logarithm of the step of their grid is added';
  return `nats per row: of a density in the units of the file, and of ${shortList(noise.map(({ name }) => name))} a lower bound of the log-probability of their values${bound}`;
}

/** The rows of the table of results, for the terminal and for the page. */
export function resultRows({
  flow,
  scores,
  farOut,
  names,
  roles,
}: Pick<DensityReport, 'flow' | 'scores' | 'farOut' | 'names' | 'roles'>): {
  header: string[];
  rows: string[][];
} {
  const name = FLOWS[flow].title;
  const caveat = farOut.length > 0 ? ` (says little: values far out in ${shortList(farOut)} spoil the Gaussian)` : '';
  const given = shortList(roles.given.map((i) => names[i]));
  return {
    header: ['model', 'test log-likelihood (nats per row)'],
    rows: [
      [
        given === '' ? 'Gaussian, full covariance' : `Gaussian, linear in ${given}`,
        formatEstimate(estimate(scores.gaussian), { digits: 3 }),
      ],
      [name, formatEstimate(estimate(scores.flow), { digits: 3 })],
      [
        `${name} − Gaussian`,
        `${formatEstimate(pairedDifference(scores.flow, scores.gaussian), { digits: 3, sign: true })}${caveat}`,
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
  const gaussian = isGiven
    ? 'The Gaussian has a mean that is linear in the given columns, by least squares over the training rows, and the full covariance matrix of what that leaves: the best that can be said with linear correlations alone.'
    : 'The Gaussian has the mean and the full covariance matrix of the training rows: the best that can be said with linear correlations alone.';
  const explained = `<p>Mean over the test rows ± its standard error, in ${escapeXml(unitsText(report))}; higher is better. ${gaussian} The last row compares the two row by row.</p>`;
  return page(`The density of ${source}`, lead, [
    { title: 'Result', content: table(header, rows) + explained },
    { title: 'Learning curve', content: learningCurve(report) },
    { title: 'Marginals', content: marginals(report) },
    ...(names.length > 1 ? [{ title: 'Pairs', content: pairs(report) }] : []),
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

/** The first of the columns that are learned, and of those that are given, at least two of each if there are as many. */
function shownColumns({ roles }: DensityReport): Roles {
  const given = roles.given.slice(0, Math.max(2, SHOWN_COLUMNS - roles.learned.length));
  return { learned: roles.learned.slice(0, SHOWN_COLUMNS - given.length), given };
}

function note(all: readonly number[], shown: readonly number[], what: string): string {
  return all.length > shown.length ? ` The first ${shown.length} of ${all.length} ${what}columns.` : '';
}

const KEY = legend([
  { name: 'data (validation and test rows)', color: DATA_COLOR },
  { name: 'samples of the flow', color: SAMPLE_COLOR },
]);

function marginals(report: DensityReport): string {
  const { names, roles, data, samples } = report;
  const { learned } = shownColumns(report);
  const charts = learned.map((i) => {
    const [own, drawn] = [column(data, i), column(samples, i)];
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
  return figure(
    KEY + charts.join(''),
    `The density of each column, in its own unit, of rows that the flow did not see and of its samples${roles.given.length > 0 ? ' given what these rows are given' : ''}.${note(roles.learned, learned, '')}`,
  );
}

function pairs(report: DensityReport): string {
  const { names, roles, data, samples } = report;
  const { given, learned } = shownColumns(report);
  const isGiven = given.length > 0;
  // What is given lies along x, and is not compared with itself.
  const charts = learned.flatMap((j, position) =>
    [...given, ...learned.slice(0, position)].map((i) => {
      const panel = (matrix: Matrix, what: string, color: string) => {
        // As many samples as rows, or the fuller panel would seem the wider.
        const count = Math.min(SHOWN_POINTS, data.rows);
        const options = {
          width: 200,
          height: 196,
          x: { domain: centralInterval(column(data, i)), ticks: 3, label: names[i] },
          y: { domain: centralInterval(column(data, j)), ticks: 3, label: names[j] },
          title: what,
          alt: `${names[j]} against ${names[i]}: ${what}`,
        };
        return scatter(options, column(matrix, i).subarray(0, count), column(matrix, j).subarray(0, count), color);
      };
      return `<div>${panel(data, 'data', DATA_COLOR)}${panel(samples, 'samples', SAMPLE_COLOR)}</div>`;
    }),
  );
  return figure(
    charts.join(''),
    `Every pair of columns${isGiven ? ' that are not both given' : ''}: rows that the flow did not see on the left, as many samples of the flow${isGiven ? ', each given what one of these rows is given,' : ''} on the right, on the same axes.${note(roles.learned, learned, isGiven ? 'learned ' : '')}${note(roles.given, given, 'given ')}`,
  );
}
