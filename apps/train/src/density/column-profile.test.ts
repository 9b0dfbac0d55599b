import { describe, expect, test } from 'vitest';
import { type ColumnProfile, profileColumns, profileRows, profileWarnings } from './column-profile.js';

/** The profile of one column. */
function of(values: number[]): ColumnProfile {
  return profileColumns({ values: Float64Array.from(values), rows: values.length, columns: 1 }, ['a'])[0];
}
const many = (f: (i: number) => number, count = 200) => Array.from({ length: count }, (_, i) => f(i));
/** Between 0 and 1, each another. */
const spread = (i: number) => (i * 0.618033988749895) % 1;

describe('what a column is', () => {
  test.each<[string, number[], Partial<ColumnProfile>]>([
    ['real', many((i) => spread(i) - 0.5), { kind: 'real', step: 0, outlier: null }],
    ['positive', many((i) => 3 * spread(i) + 1e-3), { kind: 'positive', step: 0 }],
    ['bounded', many(spread), { kind: 'bounded', low: 0, step: 0 }],
    ['integer', many((i) => (i * 7) % 101), { kind: 'integer', low: 0, high: 100, distinct: 101, step: 1 }],
    ['few-valued', many((i) => [0, 0.5, 2][i % 3]), { kind: 'few-valued', distinct: 3, step: 0.5 }],
    ['few-valued, whole', many((i) => i % 2), { kind: 'few-valued', step: 1 }],
    ['few-valued, on a grid finer than its gaps', many((i) => [0, 2, 5][i % 3]), { kind: 'few-valued', step: 1 }],
    ['few-valued, on no grid', many((i) => [0, 1, Math.PI][i % 3]), { kind: 'few-valued', step: 0 }],
    ['constant', many(() => 3), { kind: 'constant', distinct: 1 }],
  ])('%s', (_, values, profile) => expect(of(values)).toMatchObject(profile));

  test('mean and deviation, or median and quartiles where one value far out would squeeze the rest', () => {
    const bulk = many((i) => spread(i) - 0.5, 1000);
    const plain = of(bulk);
    expect(plain.loc).toBeCloseTo(0, 2);
    expect(plain.scale).toBeCloseTo(Math.sqrt(1 / 12), 3);
    const { loc, scale, outlier } = of(bulk.with(5, 1e6));
    expect(outlier).toEqual({ row: 6, value: 1e6 });
    expect(loc).toBeCloseTo(0, 1);
    expect(scale).toBeCloseTo(0.5 / 1.349, 2);
    // Of a column whose quartiles are one value nothing else is known.
    expect(of(many((i) => (i === 0 ? 1000 : i === 1 ? 1 : 0))).outlier).toBeNull();
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
  const profiles = profileColumns(
    { values: Float64Array.from(Array.from({ length: 200 }, (_, i) => [i % 2, spread(i) - 0.5, i === 7 ? -1e9 : spread(i)]).flat()), rows: 200, columns: 3 },
    ['flag', 'real', 'far'],
  );

  test('the table', () => {
    expect(profileRows(profiles, false).rows.map(([name, kind, , , values, what]) => [name, kind, values, what])).toEqual([
      ['flag', 'few-valued', '2', 'taken for real numbers: see the warning'],
      ['real', 'real', '200', 'centred and scaled by mean and deviation'],
      ['far', 'real', '200', 'centred and scaled by median and quartiles'],
    ]);
    expect(profileRows(profiles, true).rows[0].at(-1)).toBe('uniform noise from 0 to 1 is added');
  });

  test('the warnings', () => {
    const far = 'column "far" has -1000000000 in row 8, far from the others: it is centred and scaled by median and quartiles, which values far out do not move; the Gaussian that the flow is compared with is not';
    expect(profileWarnings(profiles, false)).toEqual([
      'column "flag" has only 2 different values: its density grows without end around them, and the gain means nothing; --dequantize adds noise that makes it a density',
      far,
    ]);
    expect(profileWarnings(profiles, true)).toEqual([far]);
  });
});
