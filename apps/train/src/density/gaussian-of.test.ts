import { expect, test } from 'vitest';
import { fitGaussian } from '../statistics/gaussian-baseline.js';
import { profileColumns } from './columns/column-profile.js';
import { gaussianOf } from './gaussian-of.js';
import { learnedColumns, unitsOf } from './columns/learned-columns.js';

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
  return { table, gaussian: gaussianOf({ ...table, given: [] }, table, learned) };
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
