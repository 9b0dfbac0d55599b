import { formatCount } from '../../statistics/statistics.js';
import { lineChart } from '../../report/chart/line-chart.js';
import { escapeXml, figure, legend, table } from '../../report/markup.js';
import { page } from '../../report/page.js';
import { runSections, type RunFacts } from '../../report/run-sections.js';
import type { PaperTable, TableRow } from './paper-table.js';
import type { RowResult } from './row-result.js';
import { judge, summaryRows, verdictText } from './table-summary.js';

const COLORS = ['#2f6fab', '#c8502d', '#2a8a2a', '#7d55a8', '#7b4f43', '#c04fa0', '#8a8a10', '#0f97a6'];

/** Everything the report shows. */
export interface TableReport {
  facts: RunFacts;
  paper: PaperTable;
  rows: readonly TableRow[];
  results: readonly RowResult[];
  /** What the data are, in words. */
  source: string;
  quick: boolean;
  /** The user's limit on epochs, if there is one. */
  epochs: number | null;
}

/** The whole page. */
export function tableReport({ facts, paper, rows, results, source, quick, epochs }: TableReport): string {
  const { header, rows: lines } = summaryRows(paper, rows, results);
  const verdicts = judge(paper, results, quick).map((verdict) => `<li>${escapeXml(verdictText(paper, verdict))}</li>`);
  const lead = `${escapeXml(paper.source)}, trained on ${escapeXml(source)}. ${
    quick
      ? 'This is the quick form: its numbers are not to be compared with the paper’s, only the order of the rows is. '
      : ''
  }${epochs === null ? '' : `No row was trained for more than ${formatCount(epochs)} epochs. `}${escapeXml(paper.differences)}`;
  return page(paper.title, lead, [
    {
      title: 'The table',
      content: `${table(header, lines)}<p>Means over the test examples, in nats; higher is better. With several seeds ± is the standard deviation between them, with one two standard errors over the test examples.</p>`,
    },
    { title: 'The order of the rows', content: `<ul>${verdicts.join('')}</ul>` },
    { title: 'Learning curves', content: learningCurves(rows, results) },
    ...runSections(facts),
  ]);
}

/** The first seed of every row: on validation data where there are some, else on the data trained on. */
function learningCurves(rows: readonly TableRow[], results: readonly RowResult[]): string {
  const lines = rows.flatMap(({ name, title }, i) => {
    const history = results.find((result) => result.row === name)?.training?.history;
    if (!history) return [];
    const points = history.map(({ epoch, validationLoss, trainLoss }) => ({
      x: epoch,
      y: -(validationLoss ?? trainLoss),
    }));
    return [{ name: title, color: COLORS[i % COLORS.length], points }];
  });
  if (lines.length === 0) return '<p>No row of these is trained step by step.</p>';
  const heights = lines.flatMap(({ points }) => points.map(({ y }) => y)).toSorted((a, b) => a - b);
  // The first epochs climb hundreds of nats; what matters happens in the last few.
  const bottom = heights[Math.floor(0.1 * (heights.length - 1))];
  const top = heights.at(-1)!;
  const margin = 0.05 * (top - bottom) || 1;
  const epochs = Math.max(...lines.flatMap(({ points }) => points.map(({ x }) => x)));
  const chart = lineChart(
    {
      width: 860,
      height: 360,
      x: { domain: [0, epochs], label: 'epoch', ticks: 8 },
      y: { domain: [bottom - margin, top + margin], label: 'minus the loss (nats)', ticks: 6 },
      alt: `Learning curves of ${lines.map(({ name }) => name).join(', ')}`,
    },
    lines,
  );
  return figure(
    legend(lines) + chart,
    'Minus the loss after every epoch, in nats, with the first seed: on validation data where a row is chosen by them. The steep beginning is cut off.',
  );
}
