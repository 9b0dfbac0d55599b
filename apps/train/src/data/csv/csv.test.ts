import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../terminal/errors.js';
import { formatHeader, formatRows } from './csv.js';
import { parseCsv } from '../../testing/parse-csv.js';
import { readTable } from '../read-table.js';

const parse = (text: string) => parseCsv(text, 'file.csv');

describe('what is read', () => {
  test.each([
    ['a header', 'a,b\n1,2\n3,4\n', ['a', 'b']],
    ['no header', '1,2\n3,4\n', ['x1', 'x2']],
    ['no newline at the end', 'a,b\n1,2\n3,4', ['a', 'b']],
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n', ['a', 'b']],
    ['a byte order mark', '\uFEFFa,b\n1,2\n3,4\n', ['a', 'b']],
    ['a byte order mark before numbers', '\uFEFF1,2\n3,4\n', ['x1', 'x2']],
    ['quoted fields', '"a, in m","b ""x"""\n"1",2\n3,"4"\n', ['a, in m', 'b "x"']],
    ['semicolons', 'a;b\n1;2\n3;4\n', ['a', 'b']],
    ['tabs', 'a\tb\n1\t2\n3\t4\n', ['a', 'b']],
    ['spaces around fields', 'a, b\n1, 2 \n 3,4\n', ['a', 'b']],
    ['blank lines', '\na,b\n\n1,2\n\n3,4\n\n', ['a', 'b']],
    ['an unnamed column', ',b\n1,2\n3,4\n', ['x1', 'b']],
    ['signs, points and exponents', 'a,b\n+1.0,.2e1\n30E-1,4.\n', ['a', 'b']],
  ])('%s', (_, text, names) => {
    const table = parse(text);
    expect(table.names).toEqual(names);
    expect([...table.values]).toEqual([1, 2, 3, 4]);
    expect([table.rows, table.columns]).toEqual([2, 2]);
  });

  test('one column', () => {
    expect([...parse('a\n1\n2\n').values]).toEqual([1, 2]);
  });

  test('numbers keep their float64', () => {
    expect([...parse('0.1,123456789.123\n').values]).toEqual([0.1, 123456789.123]);
  });
});

describe('what is refused, and where', () => {
  test.each([
    ['', 'file.csv: no rows'],
    ['\n\n', 'file.csv: no rows'],
    ['a,b\n', 'file.csv: no rows below the header'],
    [
      'a,b\n1,2\n3\n',
      'file.csv:3: expected 2 fields as in line 1, got 1; they are separated by commas, and --delimiter chooses something else',
    ],
    [
      '1,2\n\n3,4,5\n',
      'file.csv:3: expected 2 fields as in line 1, got 3; they are separated by commas, and --delimiter chooses something else',
    ],
    ['a,b\n1,x y\n', 'file.csv:2:2: "x y" in column "b" is not a number; --drop 2 leaves the column out'],
    ['a,b\n1,0x10\n', 'file.csv:2:2: "0x10" in column "b" is not a number; --drop 2 leaves the column out'],
    ['a;b\n1;2,5\n', 'file.csv:2:2: "2,5" in column "b" is not a number; --decimal , reads it'],
    ['1,2\n3,oops\n', 'file.csv:2:2: "oops" in column "x2" is not a number; --drop 2 leaves the column out'],
    ['a,b\n1,NaN\n', 'file.csv:2:2: NaN in column "b" is not a finite number; --missing drop leaves such rows out'],
    ['nan,nan\n1,2\n', 'file.csv:1:1: nan in column "x1" is not a finite number; --missing drop leaves such rows out'],
    ['a,b\n-inf,1\n', 'file.csv:2:1: -inf in column "a" is not a finite number; --missing drop leaves such rows out'],
    ['a,b\n1,\n', 'file.csv:2:2: no value in column "b"; --missing drop leaves such rows out'],
    ['a,b\n1,1e39\n', 'file.csv:2:2: 1e39 in column "b" is too large for single precision'],
    ['a,b\n1,"2\n', 'file.csv:2: a quoted field does not end'],
    ['"a\nb",c\n1,2\n3,x\n', 'file.csv:4:2: "x" in column "c" is not a number; --drop 2 leaves the column out'],
    [
      `a\n${'z'.repeat(99)}\n`,
      `file.csv:2:1: "${'z'.repeat(40)}…" in column "a" is not a number; --drop 1 leaves the column out`,
    ],
  ])('%j', (text, message) => {
    expect(() => parse(text)).toThrow(new UserError(message));
  });

  test('infinity where missing values are kept: it is not unknown', () => {
    expect([...parseCsv('a,b\n1,NaN\n,2\n', 'file.csv', { missing: 'keep' }).values]).toEqual([1, NaN, NaN, 2]);
    for (const text of ['inf', '-Infinity', '+Inf'])
      expect(() => parseCsv(`a,b\n1,2\n${text},2\n`, 'file.csv', { missing: 'keep' })).toThrow(
        new UserError(
          `file.csv:3:1: ${text} in column "a" is not a finite number; --missing drop leaves such rows out`,
        ),
      );
  });

  test('a missing file, a name that is too long, and a directory', async () => {
    await expect(readTable(tmpdir(), 'no/such.csv')).rejects.toThrow('no/such.csv: no such file');
    const long = 'x'.repeat(300);
    await expect(readTable(tmpdir(), long)).rejects.toThrow(`${long}: the name is too long`);
    await expect(readTable(tmpdir(), '.')).rejects.toThrow('.: is a directory, not a file');
  });
});

test('a file written is read back bit for bit', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  try {
    const values = Float64Array.of(0.1, -1e-30, 3, 1 / 3);
    writeFileSync(
      path.join(directory, 'x.csv'),
      formatHeader(['a "b"', 'c, d']) + formatRows({ values, rows: 2, columns: 2 }),
    );
    const table = await readTable(directory, 'x.csv');
    expect(table.names).toEqual(['a "b"', 'c, d']);
    expect([...table.values]).toEqual([...values]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
