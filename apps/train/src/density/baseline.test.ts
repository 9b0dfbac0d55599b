import { expect, test } from 'vitest';
import { fitGaussian } from '../statistics/gaussian-baseline.js';
import { profileColumns } from '../columns/column-profile.js';
import { baselineDensities, baselineOf } from './baseline.js';
import { learnedColumns, unitsOf } from '../columns/learned-columns.js';

const spread = (i: number) => (i * 0.618033988749895) % 1;

function baseline(...columns: ((i: number) => number)[]) {
  const values = Float64Array.from({ length: 500 * columns.length }, (_, at) =>
    columns[at % columns.length](Math.floor(at / columns.length)),
  );
  const table = {
    values,
    rows: 500,
    columns: columns.length,
    source: 't.csv',
    names: columns.map((_, i) => `c${i + 1}`),
  };
  const learned = learnedColumns(table, profileColumns(table, table.names), unitsOf(table), false);
  return { table, gaussian: baselineOf({ ...table, given: [] }, table, learned).gaussian! };
}

test('is that of all rows', () => {
  const { table, gaussian } = baseline(spread, (i) => spread(3 * i + 1));
  expect(gaussian).toEqual(fitGaussian(table));
});

test('columns that differ are not dependent because one row is far out in both', () => {
  const { gaussian } = baseline(
    (i) => (i === 9 ? 1e12 : spread(i)),
    (i) => (i === 9 ? 1e12 : spread(i * i + 1)),
  );
  expect(gaussian.mean[0]).toBeCloseTo(0.5, 1);
});

test('columns that follow from others are refused, with a row far out or without', () => {
  for (const far of [0.5, 1e12]) {
    const a = (i: number) => (i === 9 ? far : spread(i));
    expect(() => baseline(a, (i) => 2 * a(i) - 1)).toThrow(
      't.csv: column 2 ("c2") is a linear function of those before it: together they have no density, leave it out',
    );
  }
});

/** That of 5, 6, 7 and 8, whose variance is 5/4. */
const gaussian = (x: number) => -((x - 6.5) ** 2) / 2.5 - 0.5 * Math.log(2 * Math.PI * 1.25);

test('categories have their frequencies, and half a row each in advance', () => {
  const values = Float64Array.from([0, 5, 0, 6, 1, 7, 0, 8]);
  const table = { values, rows: 4, columns: 2, source: 't.csv', names: ['c', 'x'], given: [] };
  const kinds = [{ kind: 'categorical' as const, categories: ['a', 'b', 'never'] }, null];
  const learned = learnedColumns(table, profileColumns(table, table.names, [], kinds), unitsOf(table, kinds), false);
  const baseline = baselineOf(table, table, learned, kinds);
  const frequencies = [3.5, 1.5, 0.5].map((count) => Math.log(count / 5.5));
  expect([...baseline.logFrequencies.get(0)!]).toEqual(frequencies);
  const found = baselineDensities(baseline, { ...table, values: Float64Array.from([0, 5, 2, 6, 1, 7, 0, 8]) });
  for (const [i, [code, x]] of [
    [0, 5],
    [2, 6],
    [1, 7],
    [0, 8],
  ].entries())
    expect(found[i]).toBeCloseTo(frequencies[code] + gaussian(x), 12);
});

test('categories alone have no Gaussian', () => {
  const table = {
    values: Float64Array.from([0, 1, 1, 1]),
    rows: 4,
    columns: 1,
    source: 't.csv',
    names: ['c'],
    given: [],
  };
  const kinds = [{ kind: 'categorical' as const, categories: ['a', 'b'] }];
  const learned = learnedColumns(table, profileColumns(table, table.names, [], kinds), unitsOf(table, kinds), false);
  const baseline = baselineOf(table, table, learned, kinds);
  expect(baseline.gaussian).toBeNull();
  expect(Math.exp(baselineDensities(baseline, table)[0])).toBeCloseTo(1.5 / 5, 12);
});
