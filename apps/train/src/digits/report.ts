import { labelScatter } from '../report/chart/scatter.js';
import { lineChart } from '../report/chart/line-chart.js';
import { centralInterval } from '../report/chart/histogram.js';
import { type Images, imageGrid, inlineImage } from '../report/image-grid.js';
import { escapeXml, figure, legend, table } from '../report/markup.js';
import { page } from '../report/page.js';
import { runSections, type RunFacts } from '../report/run-sections.js';
import { projectOnPrincipalAxes } from '../statistics/principal-axes.js';
import {
  estimate,
  formatCount,
  formatEstimate,
  formatNumber,
  type Matrix,
  pairedDifference,
} from '../statistics/statistics.js';
import type { TrainingRecord } from '../run/training-run.js';
import type { DigitScores } from './evaluation.js';
import { POSTERIOR_TITLES, type PosteriorName } from '../model/posteriors.js';

/** What came out for one posterior. */
export interface PosteriorResult {
  posterior: PosteriorName;
  training: TrainingRecord;
  scores: DigitScores;
  /** Means of p(x|z) at draws of z from the prior. */
  samples: Images;
  /** Means of p(x|z) at a draw of z from the posterior of each of {@link DigitsReport.originals}. */
  reconstructions: Images;
  /** One draw of z from the posterior of each test digit. */
  latents: Matrix;
}

/** Everything the report shows. */
export interface DigitsReport {
  facts: RunFacts;
  /** What the digits are, in words. */
  source: string;
  counts: { train: number; validation: number; test: number };
  importanceSamples: number;
  results: readonly PosteriorResult[];
  /** Some test digits, binarised. */
  originals: Images;
  /** What each test digit shows. */
  labels: Uint8Array;
}

const COLORS: Record<PosteriorName, string> = {
  gaussian: '#2f6fab',
  iaf: '#c8502d',
  'lstm-iaf': '#2a8a2a',
  'attention-iaf': '#7d55a8',
};
const DIGIT_COLORS = [
  '#1f6fb4',
  '#d66a0a',
  '#2a8a2a',
  '#c02a2b',
  '#7d55a8',
  '#7b4f43',
  '#c04fa0',
  '#5f5f5f',
  '#8a8a10',
  '#0f97a6',
];
/** Images in a row of the grid of samples. */
export const SAMPLE_COLUMNS = 7;

/** The rows of the table of results, for the terminal and for the page. */
export function resultRows(results: readonly PosteriorResult[]): { header: string[]; rows: string[][] } {
  const rows = results.map(({ posterior, scores, training }) => [
    POSTERIOR_TITLES[posterior],
    formatEstimate(estimate(scores.elbo)),
    formatEstimate(estimate(scores.logLikelihood)),
    `${formatNumber(training.seconds, 0)} s`,
  ]);
  const [a, b] = results;
  if (b) {
    const elbo = formatEstimate(pairedDifference(b.scores.elbo, a.scores.elbo), { sign: true });
    const logLikelihood = formatEstimate(pairedDifference(b.scores.logLikelihood, a.scores.logLikelihood), {
      sign: true,
    });
    rows.push([`${POSTERIOR_TITLES[b.posterior]} − ${POSTERIOR_TITLES[a.posterior]}`, elbo, logLikelihood, '']);
  }
  return { header: ['posterior', 'test ELBO (nats)', 'test log p(x) (nats)', 'training'], rows };
}

/** The whole page. */
export function digitsReport(report: DigitsReport): string {
  const { results, counts, source, importanceSamples } = report;
  const title =
    results.length > 1
      ? 'Handwritten digits: a Gaussian and an IAF posterior'
      : `Handwritten digits: the ${POSTERIOR_TITLES[results[0].posterior]} posterior`;
  const lead = `A variational autoencoder learned from ${formatCount(counts.train)} of ${escapeXml(source)}, every pixel drawn anew as black or white whenever it was seen. ${formatCount(counts.validation)} digits watched it learn and ${formatCount(counts.test)} others judge it here.`;
  const { header, rows } = resultRows(results);
  const explained = `<p>Mean over the test digits ± its standard error; higher is better. log p(x) is the importance-weighted bound with ${importanceSamples} samples. ${
    results.length > 1
      ? 'The last row compares the two digit by digit, which is why its error is smaller: most of the spread between digits is common to both.'
      : ''
  }</p>`;
  return page(title, lead, [
    { title: 'Result', content: table(header, rows) + explained },
    { title: 'Learning curves', content: learningCurves(results) },
    { title: 'Samples', content: samples(results) },
    { title: 'Reconstructions', content: reconstructions(report) },
    { title: 'Latent map', content: latentMaps(report) },
    ...runSections(report.facts),
  ]);
}

function learningCurves(results: readonly PosteriorResult[]): string {
  const lines = results.flatMap(({ posterior, training }) => {
    const name = POSTERIOR_TITLES[posterior];
    const color = COLORS[posterior];
    return [
      {
        name: `${name}, validation`,
        color,
        points: training.history.map(({ step, validationLoss }) => ({ x: step, y: -validationLoss! })),
      },
      {
        name: `${name}, training`,
        color,
        dashed: true,
        points: training.history.map(({ step, trainLoss }) => ({ x: step, y: -trainLoss })),
      },
    ];
  });
  const heights = lines.flatMap(({ points }) => points.map(({ y }) => y)).toSorted((a, b) => a - b);
  const top = heights.at(-1)!;
  // The first rounds climb hundreds of nats; what matters happens in the last few.
  const bottom = heights[Math.floor(0.15 * (heights.length - 1))];
  const margin = 0.05 * (top - bottom) || 1;
  const steps = Math.max(...results.map(({ training }) => training.steps));
  const chart = lineChart(
    {
      width: 860,
      height: 360,
      x: { domain: [0, steps], label: 'training step', ticks: 8 },
      y: { domain: [bottom - margin, top + margin], label: 'ELBO (nats per digit)', ticks: 6 },
      alt: `The ELBO during training, which ends at ${results.map(({ posterior, training }) => `${formatNumber(-training.history.at(-1)!.validationLoss!, 1)} nats on validation digits with the ${POSTERIOR_TITLES[posterior]} posterior`).join(' and ')}`,
    },
    lines,
  );
  return figure(
    legend(lines) + chart,
    'The ELBO in nats: on validation digits after every round of training, with the averaged weights that are kept in the end; on the digits trained on, as the mean over the steps of the round. The steep beginning is cut off.',
  );
}

function samples(results: readonly PosteriorResult[]): string {
  const pictures = results.map(({ posterior, samples: images }) => {
    const name = POSTERIOR_TITLES[posterior];
    const picture = inlineImage(
      imageGrid(images, SAMPLE_COLUMNS),
      `${images.count} digits drawn from the model with the ${name} posterior`,
    );
    return `<figure>${picture}<figcaption>${name} posterior</figcaption></figure>`;
  });
  return figure(
    pictures.join(''),
    'Digits that the models make up: z drawn from the prior, and the probability of white that the decoder gives each pixel.',
  );
}

function reconstructions({ originals, results }: DigitsReport): string {
  const rows = results.map(({ posterior, reconstructions: images }) =>
    row(images, `Reconstructed, ${POSTERIOR_TITLES[posterior]} posterior`),
  );
  return figure(
    [row(originals, 'Test digits, binarised'), ...rows].join(''),
    'Test digits, and what the decoder makes of one draw of z from the posterior of each.',
  );
}

function row(images: Images, what: string): string {
  return `<figure>${inlineImage(imageGrid(images, images.count), what)}<figcaption>${escapeXml(what)}</figcaption></figure>`;
}

function latentMaps({ results, labels }: DigitsReport): string {
  const key = legend(DIGIT_COLORS.map((color, digit) => ({ name: String(digit), color })));
  const maps = results.map(({ posterior, latents }) => {
    const { values, rows } = projectOnPrincipalAxes(latents);
    const axis = (offset: number) => Float64Array.from({ length: rows }, (_, row) => values[2 * row + offset]);
    const [x, y] = [axis(0), axis(1)];
    const name = POSTERIOR_TITLES[posterior];
    return labelScatter(
      {
        width: 420,
        height: 400,
        x: { domain: centralInterval(x), label: 'first principal axis of z' },
        y: { domain: centralInterval(y), label: 'second principal axis of z' },
        title: `${name} posterior`,
        alt: `${rows} test digits placed by their latent vectors under the ${name} posterior; digits of one kind lie together`,
      },
      Array.from({ length: rows }, (_, row) => ({
        x: x[row],
        y: y[row],
        text: String(labels[row]),
        color: DIGIT_COLORS[labels[row] % 10],
      })),
    );
  });
  return figure(
    key + maps.join(''),
    'One draw of z for each test digit, along the two directions in which these vary most, in units of the prior’s standard deviation. The models never saw the labels.',
  );
}
