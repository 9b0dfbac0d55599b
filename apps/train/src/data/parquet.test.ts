import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { key, randomBits } from '@pushforward/tensor';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadOptions } from './read-options.js';
import { openTable, readTable } from './read-table.js';
import { blockLength } from './table.js';

let cwd: string;
beforeAll(() => void (cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'))));
afterAll(() => rmSync(cwd, { recursive: true }));

type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData'];

function write(columnData: Columns, rowGroupSize = 100_000): void {
  writeFileSync(path.join(cwd, 't.parquet'), Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize })));
}

const fixtures = path.join(import.meta.dirname, '..', 'testing');

describe('files that Arrow wrote', () => {
  const numbers = ['float', 'single', 'int', 'small', 'flag', 'price'];

  test.each(['snappy', 'zstd'])('kinds of numbers, nulls and two groups, packed with %s', async (codec) => {
    const table = await readTable(fixtures, `mixed-${codec}.parquet`, { columns: numbers, missing: 'drop' });
    expect([table.names, table.rows, table.columns, table.hasHeader]).toEqual([numbers, 4, 6, true]);
    expect([...table.values]).toEqual([
      0.1,
      1.5,
      1,
      1,
      1,
      1.25,
      -2.5,
      4,
      2 ** 40,
      4,
      1,
      2,
      1e-5,
      5,
      -5,
      5,
      0,
      3,
      3,
      6,
      6,
      255,
      0,
      4,
    ]);
    expect(table.notices).toEqual([
      'column "flag" holds true and false, which are read as 1 and 0',
      '2 of 6 rows have missing values and are left out',
    ]);
  });

  test.each<[ReadOptions, string]>([
    [
      {},
      'mixed-snappy.parquet: column 7 ("word") holds text, not numbers; --drop 7,8,9 leaves out what cannot be read',
    ],
    [
      { columns: ['day'] },
      'mixed-snappy.parquet: column 8 ("day") holds dates or times, not numbers; --drop 8 leaves out what cannot be read',
    ],
    [
      { columns: ['list'] },
      'mixed-snappy.parquet: column 9 ("list") holds lists or records, not numbers; --drop 9 leaves out what cannot be read',
    ],
    [
      { columns: ['single', 'float'] },
      'mixed-snappy.parquet: row 2, column 1: no value in column "float"; --missing drop leaves such rows out',
    ],
    [{ columns: ['colour'] }, 'mixed-snappy.parquet: has no column "colour"; it has "float", "single"'],
    [
      { columns: ['float'], wanted: ['single'] },
      'mixed-snappy.parquet: row 2, column 1: no value in column "float"; --missing drop leaves such rows out',
    ],
    [{ delimiter: ';' }, 'mixed-snappy.parquet: is a Parquet file, for which there is no --delimiter'],
    [{ header: false }, 'mixed-snappy.parquet: is a Parquet file, for which there is no --header and no --no-header'],
  ])('%j', async (options, message) => {
    await expect(readTable(fixtures, 'mixed-snappy.parquet', options)).rejects.toThrow(message);
  });
});

test('wanted columns are taken by their names', async () => {
  const { names, notices } = await readTable(fixtures, 'mixed-snappy.parquet', {
    wanted: ['small', 'int'],
    missing: 'drop',
  });
  expect(names).toEqual(['small', 'int']);
  expect(notices[0]).toMatch(
    /^columns are taken by their names, in the order of the model; left out: "float", "single", .*"list"$/,
  );
  await expect(
    readTable(fixtures, 'mixed-snappy.parquet', { wanted: ['small', 'other'], missing: 'drop' }),
  ).rejects.toThrow('holds text, not numbers');
});

test('values come back bit for bit, in blocks as those of a text, whatever the groups', async () => {
  const rows = 70_001;
  const columns = [0, 1].map((i) => ({
    name: `c${i}`,
    type: 'DOUBLE' as const,
    data: Float64Array.from(randomBits(key(i), rows), (bits) => bits / 1e5 - 2e4),
  }));
  write(columns, 30_000);
  const stream = await openTable(cwd, 't.parquet');
  const sizes: number[] = [];
  let row = 0;
  for await (const { values, rows: count } of stream.blocks()) {
    sizes.push(count);
    for (let i = 0; i < count; i++, row++) {
      if (values[2 * i] !== columns[0].data[row] || values[2 * i + 1] !== columns[1].data[row])
        throw new Error(`row ${row}`);
    }
  }
  expect(sizes).toEqual([blockLength(2) / 2, blockLength(2) / 2, rows - blockLength(2)]);
});

test.each<[string, Columns, string]>([
  [
    'infinity',
    [{ name: 'a', data: [1, Infinity] }],
    't.parquet: row 2, column 1: Infinity in column "a" is not a finite number',
  ],
  [
    'too large',
    [{ name: 'a', data: [1.5, -1e39] }],
    't.parquet: row 2, column 1: -1e+39 in column "a" is too large for single precision',
  ],
  ['no rows', [{ name: 'a', type: 'DOUBLE', data: [] }], 't.parquet: no rows'],
])('refused: %s', async (_, columns, message) => {
  write(columns);
  await expect(readTable(cwd, 't.parquet')).rejects.toThrow(message);
});

test('numbers that single precision loses, and an index of pandas, are pointed out', async () => {
  write([
    { name: 'a', data: [1e-40, 1.5] },
    { name: '__index_level_0__', data: [0, 1] },
  ]);
  expect((await readTable(cwd, 't.parquet')).notices).toEqual([
    'column 2 ("__index_level_0__") is an index that pandas wrote; --drop 2 leaves it out',
    'column "a" has 1 numbers below 1.2e-38, of which single precision keeps few digits or none: another unit would help',
  ]);
});

test('a file that is cut off, and one in a pipe', async () => {
  write([{ name: 'a', data: [1, 2] }]);
  const bytes = Buffer.from(parquetWriteBuffer({ columnData: [{ name: 'a', data: [1, 2] }] }));
  writeFileSync(path.join(cwd, 'cut.parquet'), bytes.subarray(0, bytes.length - 9));
  await expect(readTable(cwd, 'cut.parquet')).rejects.toThrow(
    'cut.parquet: is damaged, or no Parquet file that can be read: ',
  );
  const elsewhere = ': is a Parquet file in a pipe or packed once more, and can only be read from a file of its own';
  await expect(readTable(cwd, '-', {}, Readable.from([bytes]))).rejects.toThrow(`-${elsewhere}`);
  writeFileSync(path.join(cwd, 't.parquet.gz'), gzipSync(bytes));
  await expect(readTable(cwd, 't.parquet.gz')).rejects.toThrow(`t.parquet.gz${elsewhere}`);
});

test.each([
  ['PK\u0003\u0004', 'is a ZIP archive or a spreadsheet: unpack it, or export it as CSV'],
  ['BZh9', 'is packed with bzip2: unpack it, or pack it with gzip'],
])('other kinds of files are called by their name: %j', async (start, message) => {
  writeFileSync(path.join(cwd, 'other'), Buffer.from(`${start}rest`, 'latin1'));
  await expect(readTable(cwd, 'other')).rejects.toThrow(`other: ${message}`);
});
