import { type Estimate, estimate, formatNumber, pairedDifference } from '../../statistics/statistics.js';
import type { Claim, PaperTable, TableRow } from './paper-table.js';
import type { RowResult } from './row-result.js';

/** The mean of a metric over seeds and test examples, and how far it is known. */
export interface OwnNumber {
  mean: number;
  /** With several seeds the standard deviation between them, with one two standard errors over the test examples. */
  error: number;
  seeds: number;
}

/** What a claim came to. */
export interface Verdict {
  claim: Claim;
  difference: Estimate;
  /** Whether the difference is more than two standard errors above 0. */
  holds: boolean;
}

const resultsOf = (results: readonly RowResult[], row: string) => results.filter((result) => result.row === row);

/** A row's number, or undefined where it has not been trained. */
export function ownNumber(results: readonly RowResult[], row: string, metric: string): OwnNumber | undefined {
  const own = resultsOf(results, row).map(({ scores }) => estimate(scores[metric]));
  if (own.length === 0) return undefined;
  if (own.length === 1) return { mean: own[0].mean, error: 2 * own[0].standardError, seeds: 1 };
  const { mean, standardError } = estimate(own.map((seed) => seed.mean));
  return { mean, error: standardError * Math.sqrt(own.length), seeds: own.length };
}

/**
 * The claims whose rows have both been trained. With several seeds the standard error is that of their differences; with one, that of the paired
 * differences over the test examples, which knows nothing of the noise of training.
 */
export function judge(table: PaperTable, results: readonly RowResult[], quick: boolean): Verdict[] {
  const claims = table.claims.filter(({ isQuick }) => isQuick || !quick);
  return claims.flatMap((claim) => {
    const differences = resultsOf(results, claim.better).flatMap((better) =>
      resultsOf(results, claim.worse)
        .filter(({ seed }) => seed === better.seed)
        .map((worse) => pairedDifference(better.scores[claim.metric], worse.scores[claim.metric])),
    );
    if (differences.length === 0) return [];
    const difference = differences.length === 1 ? differences[0] : estimate(differences.map(({ mean }) => mean));
    return [{ claim, difference, holds: difference.mean > 2 * difference.standardError }];
  });
}

/** The table as it is printed: of every metric our number and the paper's, and the hours of training. */
export function summaryRows(
  table: PaperTable,
  rows: readonly TableRow[],
  results: readonly RowResult[],
): { header: string[]; rows: string[][] } {
  const header = ['', ...table.metrics.flatMap(({ title }) => [`${title}, ours`, 'the paper’s']), 'seeds', 'minutes'];
  return {
    header,
    rows: rows.map((row) => {
      const own = resultsOf(results, row.name);
      const numbers = table.metrics.flatMap(({ name }) => {
        const ours = ownNumber(results, row.name, name);
        const published = row.published[name];
        return [
          ours ? plusMinus(ours.mean, ours.error) : '–',
          published ? plusMinus(published.mean, published.error) : '–',
        ];
      });
      const seconds = own.reduce((sum, result) => sum + result.seconds, 0);
      return [row.title, ...numbers, String(own.length), formatNumber(seconds / 60, 1)];
    }),
  };
}

/** A claim in words, with what it came to. */
export function verdictText(table: PaperTable, { claim, difference, holds }: Verdict): string {
  const titleOf = (name: string) => table.rows.find((row) => row.name === name)!.title;
  const metric = table.metrics.find(({ name }) => name === claim.metric)!;
  const amount = `${difference.mean > 0 ? '+' : ''}${plusMinus(difference.mean, difference.standardError)}`;
  return `${titleOf(claim.better)} above ${titleOf(claim.worse)}, ${metric.title}: ${amount} nats, ${holds ? 'holds' : 'does not hold'}`;
}

function plusMinus(mean: number, error?: number): string {
  return `${formatNumber(mean, 2)}${error === undefined ? '' : ` ± ${error.toFixed(2)}`}`;
}
