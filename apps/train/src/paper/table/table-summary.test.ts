import { expect, test } from 'vitest';
import type { PaperTable } from './paper-table.js';
import type { RowResult } from './row-result.js';
import { judge, ownNumber, summaryRows, verdictText } from './table-summary.js';

const table: PaperTable = {
  name: 't',
  title: 'T',
  source: '',
  differences: '',
  metrics: [{ name: 'logProb', title: 'log p(x)' }],
  rows: [
    { name: 'a', title: 'A', published: { logProb: { mean: -1.5, error: 0.25 } } },
    { name: 'b', title: 'B', published: {} },
  ],
  claims: [{ metric: 'logProb', better: 'a', worse: 'b', isQuick: false }],
  prepare: () => Promise.reject(new Error('is not called')),
};

const result = (row: string, seed: number, logProb: number[]): RowResult => ({
  row,
  seed,
  training: null,
  scores: { logProb },
  seconds: 60,
  backend: '',
  node: '',
});

test('with one seed the errors are those over the test examples, paired for a difference', () => {
  const results = [result('a', 0, [-1, -3]), result('b', 0, [-2, -4])];
  // The standard error of −1 and −3 is 1.
  expect(ownNumber(results, 'a', 'logProb')).toEqual({ mean: -2, error: 2, seeds: 1 });
  const [verdict] = judge(table, results, false);
  expect(verdict).toMatchObject({ difference: { mean: 1, standardError: 0 }, holds: true });
  expect(verdictText(table, verdict)).toBe('A above B, log p(x): +1.00 ± 0.00 nats, holds');
});

test('with several seeds the errors are those between them', () => {
  const results = [0, 1, 2].flatMap((seed) => [result('a', seed, [-1 - seed, -1 - seed]), result('b', seed, [-2, -2])]);
  const own = ownNumber(results, 'a', 'logProb')!;
  expect(own).toMatchObject({ mean: -2, seeds: 3 });
  expect(own.error).toBeCloseTo(1, 12);
  const [verdict] = judge(table, results, false);
  expect(verdict.difference.mean).toBe(0);
  expect(verdict.difference.standardError).toBeCloseTo(1 / Math.sqrt(3), 12);
  expect(verdict.holds).toBe(false);
});

test('the quick form is judged by what it can show', () => {
  const results = [result('a', 0, [-1, -3]), result('b', 0, [-2, -4])];
  expect(judge(table, results, true)).toEqual([]);
});

test('a row that is not trained yet has a line without numbers, and is in no claim', () => {
  const results = [result('a', 0, [-1, -1])];
  expect(summaryRows(table, table.rows, results)).toEqual({
    header: ['', 'log p(x), ours', 'the paper’s', 'seeds', 'minutes'],
    rows: [
      ['A', '−1.00 ± 0.00', '−1.50 ± 0.25', '1', '1.0'],
      ['B', '–', '–', '0', '0.0'],
    ],
  });
  expect(judge(table, results, false)).toEqual([]);
});
