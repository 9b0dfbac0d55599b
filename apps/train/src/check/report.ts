import {
  type ConditionalCheck,
  type DensityCheck,
  type Matrix,
  pitHistogram,
  type UniformityResult,
} from '@pushforward/diagnostics';
import { shortList } from '../density/report.js';
import { escapeXml, figure, legend, table } from '../report/markup.js';
import { page, type Section } from '../report/page.js';
import { runSections, type RunFacts } from '../report/run-sections.js';
import { column, formatCount, formatEstimate, formatNumber } from '../statistics/statistics.js';
import { excerpt } from '../terminal/printable.js';
import { BAND_COLOR, correlationChart, coverageChart, DATA_COLOR, differenceChart, histogramChart } from './charts.js';

/** Everything the page of `check` shows. */
export interface CheckReport {
  check: DensityCheck | ConditionalCheck;
  /** The chance that a right model is found wrong. */
  level: number;
  model: string;
  source: string;
  trainedOn: string;
  /** The rows of the file, if it is the training file and only those kept to test on were used. */
  keptFrom?: number;
  /** The columns that the model is a density of, and those that it is given. */
  columns: readonly string[];
  given: readonly string[];
  facts: RunFacts;
}

const SHOWN_RESIDUALS = 6;
const EXPECTED_COLOR = '#4d4d4d';

const percent = (part: number) => `${Number((100 * part).toPrecision(6))} %`;

/** A p-value to two digits. */
function formatP(p: number): string {
  if (p === 0) return '0';
  return p < 1e-4 ? p.toExponential(0).replace('-', '−') : Number(p.toPrecision(2)).toString();
}

/** A statistic to three digits, as people write it. */
function formatStatistic(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1).replaceAll('-', '−').replace('e+', 'e');
  return formatNumber(value, size >= 100 ? 0 : size >= 10 ? 1 : 3);
}

/** The rows of the table of tests, for the terminal and for the page. */
export function testRows({ tests }: Pick<DensityCheck, 'tests'>): { header: string[]; rows: string[][] } {
  return {
    header: ['test', 'statistic', 'p', 'adjusted p', 'finding'],
    rows: tests.map(({ name, statistic, pValue, adjusted, rejects }) => [
      name,
      formatStatistic(statistic),
      formatP(pValue),
      formatP(adjusted),
      rejects ? 'wrong' : 'no fault seen',
    ]),
  };
}

/** The whole page. */
export function checkReport(report: CheckReport): string {
  const { check, level, model, source, trainedOn, keptFrom, given } = report;
  const rows = `${formatCount(check.rows)} rows of <code>${escapeXml(source)}</code>`;
  const unseen =
    keptFrom === undefined
      ? `The model was trained on <code>${escapeXml(trainedOn)}</code>; rows that it has seen there would make it look better than it is.`
      : 'The model was trained on this file; only rows that were kept to test on are used.';
  const condition = given.length > 0 ? `, given ${escapeXml(shortList(given))},` : '';
  const lead = `Is the density of <code>${escapeXml(model)}</code>${condition} that of ${rows}? <strong>${escapeXml(check.verdict)}</strong> ${unseen}`;
  return page(`Check of ${model}`, lead, [
    { title: 'Tests', content: testsTable(check, level) },
    ...residualSections(check, level),
    ...('calibration' in check ? calibrationSections(check, report) : densitySections(check, level)),
    ...runSections(report.facts),
  ]);
}

function testsTable(check: CheckReport['check'], level: number): string {
  const { header, rows } = testRows(check);
  const sentences = check.tests.map(
    ({ name, meaning, measures }) =>
      `<li><strong>${escapeXml(name)}</strong> (${escapeXml(measures)}): ${escapeXml(meaning)}</li>`,
  );
  return `${table(header, rows)}<ul>${sentences.join('')}</ul><p>p is the chance of such a statistic, or one more extreme, if the model is right. Because there are ${check.tests.length} tests, a p-value is adjusted (Holm) before it is compared with ${level}: a right model is found wrong by any of them with a chance of at most ${percent(level)}. With enough rows every fitted model is found wrong; the charts and the differences in nats say whether that matters.</p>`;
}

function residualSections(check: CheckReport['check'], level: number): Section[] {
  const { residuals } = check;
  if (!residuals) return [];
  const { u, uniformity, correlation } = residuals;
  const shown = Array.from({ length: Math.min(SHOWN_RESIDUALS, u.columns) }, (_, i) => i);
  const note = u.columns > SHOWN_RESIDUALS ? ` The first ${SHOWN_RESIDUALS} of ${u.columns} residuals.` : '';
  const title = (i: number) => `residual ${i + 1}, p = ${formatP(uniformity.columns[i].pValue)}`;
  const band = bandLegend(level);
  return [
    {
      title: 'Residuals: PIT histograms',
      content: figure(
        band + shown.map((i) => histogramChart(title(i), pitHistogram(column(u, i), { level }))).join(''),
        `What the data become under the model’s inverse${'calibration' in check ? ' for what each row is given' : ''}, as probabilities: flat if the model is right. A ∪ says that the model is too narrow, a ∩ that it is too wide, a slope that it is shifted.${note}`,
      ),
    },
    {
      title: 'Residuals: ECDF differences',
      content: figure(
        band + shown.map((i) => differenceChart(title(i), column(u, i).toSorted(), uniformity.band)).join(''),
        `The part of the residuals up to each probability, less that probability. A line that leaves the grey band somewhere is that of a wrong model: all lines of a right one stay inside everywhere with a chance of ${percent(1 - level)}.${note}`,
      ),
    },
    ...(correlation
      ? [
          {
            title: 'Residuals: correlations',
            content: figure(
              correlationChart(correlation.correlations),
              `The correlation of each two residuals: 0 but for chance if the model is right. A strong one is a dependence that the model misses; the largest is ${formatNumber(correlation.statistic, 2)}, between ${correlation.pair.map((i) => i + 1).join(' and ')}.`,
            ),
          },
        ]
      : []),
  ];
}

function bandLegend(level: number): string {
  return legend([
    { name: 'data', color: DATA_COLOR },
    { name: `where a right model’s are, ${percent(1 - level)}`, color: BAND_COLOR },
  ]);
}

/** The ranks of the data among samples of the model for the same context, as ECDF differences. */
function calibrationSections({ ranks, calibration }: ConditionalCheck, { level, columns }: CheckReport): Section[] {
  const charts = (own: Matrix, { columns: tests, band }: UniformityResult, title: (i: number) => string) =>
    bandLegend(level) +
    tests
      .slice(0, SHOWN_RESIDUALS)
      .map(({ pValue }, i) => differenceChart(`${title(i)}, p = ${formatP(pValue)}`, column(own, i).toSorted(), band))
      .join('');
  const note = columns.length > SHOWN_RESIDUALS ? ` The first ${SHOWN_RESIDUALS} of ${columns.length} columns.` : '';
  return [
    {
      title: 'Simulation-based calibration',
      content: figure(
        charts(ranks.byValue, calibration.byValue, (i) => excerpt(columns[i], 20)),
        `Where each value stands among samples that the model draws for the same given values: the part of the rows up to each rank, less that rank. A line above 0 all along says that the model’s values are too high, below 0 that they are too low; first above and then below, that it is too sure; first below and then above, too unsure.${note}`,
      ),
    },
    {
      title: 'Expected coverage',
      content: figure(
        charts(ranks.byDensity, calibration.byDensity, () => 'rank by density'),
        'The same for the density of each row among those of the samples. A line above 0 says that regions of highest density hold fewer of the data than they should: the model is too sure. Below 0, too unsure.',
      ),
    },
    {
      title: 'TARP',
      content: figure(
        charts(ranks.byDistance, calibration.byDistance, () => 'rank by distance'),
        'The same for the distance of each row from a random point: balls around it that should hold a part of the data hold so much more (above 0) or less (below 0).',
      ),
    },
  ];
}

function densitySections(check: DensityCheck, level: number): Section[] {
  return [coverageSection(check, level), baselineSection(check)];
}

function coverageSection({ coverage, lowDensity }: DensityCheck, level: number): Section {
  const key = legend([
    { name: 'data', color: DATA_COLOR },
    { name: `where a right model’s are, ${percent(1 - level)}`, color: BAND_COLOR },
    { name: 'as it should be', color: EXPECTED_COLOR, dashed: true },
  ]);
  const tenth =
    Number.isFinite(lowDensity.data) && Number.isFinite(lowDensity.model)
      ? ` The least likely tenth of the rows has ${formatNumber(lowDensity.data, 2)} nats on average, and the model expects ${formatNumber(lowDensity.model, 2)}.`
      : '';
  return {
    title: 'Coverage of highest-density regions',
    content: figure(
      key + coverageChart(coverage, EXPECTED_COLOR),
      `Each region holds what is more likely than some threshold. Below the diagonal it holds fewer of the data than the model says: the model is too sure. Above, too unsure.${tenth}`,
    ),
  };
}

function baselineSection({ baselines }: DensityCheck): Section {
  const rows = baselines.comparisons.map(({ name, difference, standardError }) => [
    `model − ${name}`,
    Number.isFinite(difference)
      ? formatEstimate({ mean: difference, standardError }, { digits: 3, sign: true })
      : formatStatistic(difference),
  ]);
  const content =
    rows.length > 0
      ? `${table(['', 'log-likelihood (nats per row)'], rows)}<p>Mean of the differences row by row ± its standard error; above 0 the model is better. Each simple density was fitted to one half of these rows and compared on the other half. A model worth its parameters beats all of them.</p>`
      : '<p>These rows have no simple density to compare with: a column is constant or follows from others.</p>';
  return { title: 'Beside simple densities', content };
}
