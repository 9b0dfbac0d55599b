import { describe, expect, test } from 'vitest';
import { type ColumnProfile, profileColumns } from './column-profile.js';
import { columnRows, columnWarnings } from './column-table.js';
import type { DeclaredKind } from './kinds/declared-kind.js';
import { unitsOf } from './learned-columns.js';

/** The profile of one column. */
function of(values: number[]): ColumnProfile {
  return profileColumns({ values: Float64Array.from(values), rows: values.length, columns: 1 }, ['a'])[0];
}
const many = (f: (i: number) => number, count = 200) => Array.from({ length: count }, (_, i) => f(i));
/** Between 0 and 1, each another. */
const spread = (i: number) => (i * 0.618033988749895) % 1;
const cents = (i: number) => Math.round(100 * (3 + spread(i))) / 100;

describe('what a column is', () => {
  test.each<[string, number[], Partial<ColumnProfile>]>([
    ['real', many((i) => spread(i) - 0.5), { kind: 'real', grid: null, outlier: null }],
    ['positive', many((i) => 3 * spread(i) + 1e-3), { kind: 'positive', grid: null }],
    ['bounded', many(spread), { kind: 'bounded', low: 0, grid: null }],
    [
      'integer',
      many((i) => (i * 7) % 101),
      { kind: 'integer', low: 0, high: 100, distinct: 101, grid: { step: 1, parts: 1 } },
    ],
    ['integer, in steps of ten', many((i) => 10 * ((i * 7) % 101)), { kind: 'integer', grid: { step: 10, parts: 1 } }],
    ['decimals, each many times', many((i) => cents(i), 2000), { kind: 'on a grid', grid: { step: 0.01, parts: 100 } }],
    [
      'decimals, hardly one twice',
      many((i) => Math.round(1e6 * spread(i)) / 1e6, 2000),
      { kind: 'bounded', grid: null },
    ],
    [
      'few-valued',
      many((i) => [0, 0.5, 2][i % 3]),
      { kind: 'few-valued', distinct: 3, grid: { step: 0.5, parts: 10 } },
    ],
    ['few-valued, whole', many((i) => i % 2), { kind: 'few-valued', grid: { step: 1, parts: 1 } }],
    [
      'few-valued, on a grid finer than its gaps',
      many((i) => [0, 2, 5][i % 3]),
      { kind: 'few-valued', grid: { step: 1, parts: 1 } },
    ],
    ['few-valued, on no grid', many((i) => [0, 1, Math.PI][i % 3]), { kind: 'few-valued', grid: null }],
    [
      'more values, each very often, on no grid',
      many((i) => Math.sqrt(i % 50), 2000),
      { kind: 'few-valued', grid: null },
    ],
    ['constant', many(() => 3), { kind: 'constant', distinct: 1 }],
  ])('%s', (_, values, profile) => expect(of(values)).toMatchObject(profile));

  test('the value that is farthest out', () => {
    const bulk = many((i) => spread(i) - 0.5, 1000);
    expect(of(bulk.with(5, 1e6)).outlier).toEqual({ row: 6, value: 1e6 });
    expect(of(bulk.with(5, 1e6).with(8, -1e7)).outlier).toEqual({ row: 9, value: -1e7 });
  });
});

const seconds = (columns: number) => {
  const values = Float64Array.from({ length: 500 * columns }, (_, i) => spread(i));
  const names = Array.from({ length: columns }, (_, i) => `x${i}`);
  const started = performance.now();
  profileColumns({ values, rows: 500, columns }, names);
  return performance.now() - started;
};

test('time is linear in the columns', () => {
  seconds(100);
  const [few, all] = [100, 1600].map((columns) => Math.min(seconds(columns), seconds(columns)));
  // Sixteen times as many; the square would be 256.
  expect(all).toBeLessThan(64 * few + 50);
});

describe('what is said', () => {
  const columns: [string, (i: number) => number][] = [
    ['flag', (i) => i % 2],
    ['real', (i) => spread(i) - 0.5],
    ['far', (i) => (i === 7 ? -1e9 : spread(i))],
    ['uneven', (i) => [0, 1, Math.PI][i % 3]],
    ['price', (i) => cents(i)],
    ['tens', (i) => 10 * (i % 50)],
  ];
  const table = {
    values: Float64Array.from(many((i) => i, 400).flatMap((i) => columns.map(([, f]) => f(i)))),
    rows: 400,
    columns: columns.length,
  };
  const units = unitsOf(table);
  const facts = profileColumns(
    table,
    columns.map(([name]) => name),
  ).map((profile, i) => ({ profile, units: units[i], missing: i }));

  test('the table', () => {
    expect(
      columnRows(facts, false).rows.map(([name, kind, , , values, missing, what]) => [
        name,
        kind,
        values,
        missing,
        what,
      ]),
    ).toEqual([
      ['flag', 'few-valued', '2', '0', 'taken for real numbers: see the warning'],
      ['real', 'real', '400', '1', 'centred and scaled by mean and deviation'],
      ['far', 'real', '400', '2', 'centred and scaled by median and quantiles'],
      ['uneven', 'few-valued', '3', '3', 'taken for real numbers: see the warning'],
      ['price', 'on a grid', '101', '4', 'taken for real numbers: see the warning'],
      ['tens', 'integer', '50', '5', 'taken for real numbers: see the warning'],
    ]);
    expect(columnRows(facts, true).rows.map((row) => row.at(-1))).toEqual([
      'uniform noise from 0 to 1 is added',
      'centred and scaled by mean and deviation',
      'centred and scaled by median and quantiles',
      'taken for real numbers: see the warning',
      'uniform noise from 0 to 0.01 is added',
      'uniform noise from 0 to 10 is added',
    ]);
  });

  test('the warnings', () => {
    const grows =
      'its density grows without end around them, and the gain means nothing; --dequantize adds noise that makes it a density';
    const uneven =
      'column "uneven" takes only 3 values, on no regular grid: its density can grow without end around them, and the gain means nothing; leave it out with --drop, or train on the rows of each value separately';
    const far =
      'column "far" has -1000000000 in row 8, far from the others: it is centred and scaled by median and quantiles, which values far out do not move; the Gaussian that the flow is compared with is not';
    expect(columnWarnings(facts, false)).toEqual([
      `column "flag" has only 2 different values: ${grows}`,
      uneven,
      `column "price" holds numbers in steps of 0.01 only, 101 different ones: ${grows}`,
      `column "tens" holds whole numbers in steps of 10 only: ${grows}`,
      far,
    ]);
    expect(columnWarnings(facts, true)).toEqual([uneven, far]);
  });

  const declared = (kind: DeclaredKind) => ({ ...facts[4], profile: { ...facts[4].profile, declared: kind } });

  test('a kind that adds noise needs no warning, another one does, --dequantize or not', () => {
    expect(columnWarnings([declared({ kind: 'integer', low: null, high: null })], false)).toEqual([]);
    for (const isDequantized of [false, true])
      expect(columnWarnings([declared({ kind: 'positive' })], isDequantized)).toEqual([
        'column "price" holds numbers in steps of 0.01 only, 101 different ones: its density grows without end around them, and the gain means nothing; --dequantize in place of its kind adds noise that makes it a density',
      ]);
  });

  test('of many columns of a kind the first five are written out', () => {
    const [flag] = facts;
    const warnings = columnWarnings(
      Array.from({ length: 20 }, () => flag),
      false,
    );
    expect(warnings).toHaveLength(6);
    expect(warnings.at(-1)).toBe('15 more columns hold few or evenly spaced values: the table above names them');
  });

  test('a value far out that the rows to train on do not have', () => {
    const [, , { profile }] = facts;
    const without = unitsOf({ values: table.values.slice(48), rows: 392, columns: 6 })[2];
    expect(columnWarnings([{ profile, units: without, missing: 0 }], false)).toEqual([
      'column "far" has -1000000000 in row 8, far from the others: the rows to train on are without such values, and those to validate or test on are judged with them',
    ]);
  });
});
