import { expect, test } from 'vitest';
import { checkColumns } from './check-columns.js';
import { profileColumns } from './column-profile.js';
import { unitsOf } from './learned-columns.js';

const spread = (i: number) => (i * 0.618033988749895) % 1;
const narrow = (i: number) => 1e6 + 1e-2 * spread(i);

function check(...columns: ((i: number) => number)[]): void {
  const values = Float64Array.from({ length: 200 * columns.length }, (_, at) =>
    columns[at % columns.length](Math.floor(at / columns.length)),
  );
  const table = { values, rows: 200, columns: columns.length };
  checkColumns(
    { source: 't.csv' },
    profileColumns(
      table,
      columns.map((_, i) => `c${i + 1}`),
    ),
    unitsOf(table),
  );
}

test('ordinary columns of any size pass', () => {
  for (const size of [1e-35, 1e-6, 1, 1e6, 1e37])
    expect(() => check((i) => size * (spread(i) - 0.5), spread)).not.toThrow();
});

test('columns below single precision are refused, each by name', () => {
  expect(() =>
    check(
      (i) => 1e-41 * spread(i),
      spread,
      (i) => 1e-50 * (1 + spread(i)),
    ),
  ).toThrow(
    /^t\.csv: column 1 \("c1"\) varies by less than 1\.2e-38 \(.*\), where single precision has no digits left: multiply it by 1e42 first; column 3 \("c3"\) .*: multiply it by 1e51 first$/,
  );
  // One number of another size leaves the rest what they are.
  expect(() => check((i) => (i === 3 ? 1 : 1e-41 * spread(i)))).toThrow(/varies by less than/);
});

test('a column wider than single precision reaches is refused', () => {
  expect(() => check((i) => 3.4e38 * (2 * spread(i) - 1))).toThrow(
    /column 1 \("c1"\) goes from .*: multiply it by 1e-38 first$/,
  );
});

test('a column that varies too little for its size is refused, whatever stands beside', () => {
  for (const far of [1e6, 1e6 + 0.2, 1e6 + 1, 0, 1e30]) {
    expect(() => check((i) => (i === 3 ? far : narrow(i)))).toThrow(/column 1 \("c1"\) varies too little for its size/);
  }
});
