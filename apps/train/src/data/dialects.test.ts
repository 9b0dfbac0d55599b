import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCsv } from '../testing/parse-csv.js';
import type { ReadOptions } from './read-options.js';
import { readTable } from './read-table.js';

const fractions = (count: number, separator = ',') =>
  Array.from({ length: count }, (_, i) => `0.${i + 1}${separator}1.${(i * 37) % 101}5`).join('\n');

describe('how a file is written is found out', () => {
  test.each<[string, string, ReadOptions, string[], number[]]>([
    [
      'semicolons, and commas in names',
      'weight, kg;height, cm\n70;180\n80;190\n',
      {},
      ['weight, kg', 'height, cm'],
      [70, 180, 80, 190],
    ],
    ['semicolons, and decimal commas', '1,5;2,5\n1,7;2,9\n', { decimal: ',' }, ['x1', 'x2'], [1.5, 2.5, 1.7, 2.9]],
    ['bars', 'a|b\n1|2\n3|4\n', {}, ['a', 'b'], [1, 2, 3, 4]],
    ['runs of blanks', '  a   b\n 1.5   2 \n10.25  3\n', {}, ['a', 'b'], [1.5, 2, 10.25, 3]],
    ['a delimiter of its own', 'a:b\n1:2\n3:4\n', { delimiter: ':' }, ['a', 'b'], [1, 2, 3, 4]],
    ['lines that end in CR', 'a,b\r1,2\r3,4\r', {}, ['a', 'b'], [1, 2, 3, 4]],
    ['separators at the end of every line', 'a,b,\n1,2,\n3,4,\n', {}, ['a', 'b'], [1, 2, 3, 4]],
    ['separators at the end of the rows alone', 'a,b\n1,2,\n3,4,\n', {}, ['a', 'b'], [1, 2, 3, 4]],
    ['a separator at the end of every number', 'a\n1;\n2;\n', {}, ['a'], [1, 2]],
    ['one column with decimal commas', '1,5\n2,25\n', { decimal: ',' }, ['x1'], [1.5, 2.25]],
    [
      'decimal commas within quotes, commas between',
      '"1,5","2,5"\n"3,5","4"\n',
      { decimal: ',' },
      ['x1', 'x2'],
      [1.5, 2.5, 3.5, 4],
    ],
    ['a delimiter that the first line tells', 'sep=;\na;b\n1;2\n3;4\n', {}, ['a', 'b'], [1, 2, 3, 4]],
    [
      'a delimiter that the first line tells, and none would guess',
      '"sep=:"\r\n1:2\r\n3:4\r\n',
      {},
      ['x1', 'x2'],
      [1, 2, 3, 4],
    ],
    ['counted columns behind an index', ',0,1\n0,5,7\n1,6,8\n', { drop: ['x1'] }, ['0', '1'], [5, 7, 6, 8]],
    ['comments at the beginning', '# made by hand\n#\na,b\n1,2\n3,4\n', {}, ['a', 'b'], [1, 2, 3, 4]],
    ['comments in lines that end in CR', '# made by hand\r#\ra,b\r1,2\r', {}, ['a', 'b'], [1, 2]],
    ['comments in lines that end in CRLF', '#\r\n\r\na,b\r\n1,2\r\n', {}, ['a', 'b'], [1, 2]],
    ['names of rows, as R writes them', '"a" "b"\n"1" 1.5 2\n"2" 3 4\n', { drop: ['1'] }, ['a', 'b'], [1.5, 2, 3, 4]],
    ['newlines and quotes within quotes', '"a\n""x""",b\n"1",2\n3,"4"\n', {}, ['a\n"x"', 'b'], [1, 2, 3, 4]],
    ['a header with a number in it', 'a,2000\n1,2\n3,4\n', {}, ['a', '2000'], [1, 2, 3, 4]],
    ['no header, it is said', 'a,2000\n1,2\n'.slice(7), { header: false }, ['x1', 'x2'], [1, 2]],
    ['a header, it is said', '5,6\n1,2\n3,4\n', { header: true }, ['5', '6'], [1, 2, 3, 4]],
  ])('%s', (_, text, options, names, values) => {
    const table = parseCsv(text, 'file.csv', options);
    expect(table.names).toEqual(names);
    expect([...table.values]).toEqual(values);
  });

  test('whole numbers above fractions are names, which is said', () => {
    const text = `1990,2000\n${fractions(5)}\n`;
    const table = parseCsv(text, 'file.csv');
    expect([table.names, table.rows]).toEqual([['1990', '2000'], 5]);
    expect(table.notices).toEqual(['line 1 is taken for the names of the columns; --no-header takes it for numbers']);
    expect(parseCsv(text, 'file.csv', { header: false })).toMatchObject({ names: ['x1', 'x2'], rows: 6, notices: [] });
  });

  test('a first line that counts the columns is pointed out', () => {
    for (const first of ['0,1,2', '1,2,3']) {
      const text = `${first}\n5,6,7\n8,9,4\n`;
      expect(parseCsv(text, 'file.csv')).toMatchObject({
        rows: 3,
        notices: ['line 1 counts the columns and is taken for numbers; --header takes it for their names'],
      });
      expect(parseCsv(text, 'file.csv', { header: true })).toMatchObject({
        names: first.split(','),
        rows: 2,
        notices: [],
      });
      expect(parseCsv(text, 'file.csv', { header: false }).notices).toEqual([]);
    }
  });

  test('lines are counted with one that tells the delimiter', () => {
    expect(() => parseCsv('sep=;\na;b\n1;x\n', 'file.csv')).toThrow('file.csv:3:2: "x" in column "b" is not a number');
  });

  test('names of rows are pointed out', () => {
    expect(parseCsv('a b c\n1 1.5 2 3\n2 3 4 5\n', 'file.csv').notices).toEqual([
      'line 1 names one column fewer than there are: the first one is taken for names of the rows; --drop 1 leaves it out',
      'column 1 ("x1") counts the rows; if it is an index, --drop 1 leaves it out',
    ]);
    expect(() => parseCsv('a,b\nMazda,1.5,2\nFiat,3,4\n', 'cars.csv')).toThrow(
      'cars.csv:2:1: "Mazda" in column "x1" is not a number; --drop 1 leaves the column out',
    );
    expect(() => parseCsv('a,b\n1,2,3\n4,5\n', 'file.csv')).toThrow(
      'file.csv:2: expected 2 fields as in line 1, got 3',
    );
  });

  test('an index in front of them needs no name', () => {
    const table = parseCsv(',0,1\n0,0.5,1.5\n1,0.25,2.5\n2,3.5,4.5\n', 'file.csv', { drop: ['x1'] });
    expect([table.names, [...table.values]]).toEqual([
      ['0', '1'],
      [0.5, 1.5, 0.25, 2.5, 3.5, 4.5],
    ]);
    expect(table.notices).toEqual([
      'line 1 is taken for the names of the columns; --no-header takes it for numbers',
      'column 1 ("x1") counts the rows; if it is an index, --drop \'x1\' leaves it out',
    ]);
  });

  test('truth values are 1 and 0, which is said', () => {
    const table = parseCsv('true,1\nFalse,2\n', 'file.csv');
    expect([table.hasHeader, [...table.values]]).toEqual([false, [1, 1, 0, 2]]);
    expect(table.notices).toEqual(['column "x1" holds true and false, which are read as 1 and 0']);
  });

  test.each([
    ['$5', 'a;b\n1;$5\n'],
    ['12 %', 'a;b\n1;12 %\n'],
    ['1,234,567', 'a;b\n1;1,234,567\n'],
    ["1'234.5", "a;b\n1;1'234.5\n"],
  ])('signs that are no part of a number: %s', (field, text) => {
    expect(() => parseCsv(text, 'file.csv')).toThrow(
      `file.csv:2:2: "${field}" in column "b" is not a number; numbers stand without signs of thousands, currencies or percent; --drop 2 leaves the column out`,
    );
  });

  test.each([
    ['the same twice', `3,3\n${fractions(5)}`],
    ['fractions themselves', `0.5,7\n${fractions(5)}`],
    ['above whole numbers', '1990,2000\n1,2\n3,4\n5,6'],
  ])('numbers are no names: %s', (_, text) => expect(parseCsv(text, 'file.csv').hasHeader).toBe(false));

  test('an index and a name that stands twice are pointed out', () => {
    expect(parseCsv(',a,a\n0,1,2\n1,3,4\n2,5,6\n', 'file.csv').notices).toEqual([
      'columns 2 and 3 are both called "a"; --drop 3 leaves one',
      'column 1 ("x1") counts the rows; if it is an index, --drop 1 leaves it out',
    ]);
    expect(parseCsv(',a\n5,1\n1,3\n', 'file.csv').notices).toEqual([]);
  });
});

describe('which columns and rows', () => {
  const text = 'name,a,b,a b\nann,1,2,3\nbob,4,5,6\n';

  test.each<[string, ReadOptions, string[], number[]]>([
    ['without the text', { drop: ['name'] }, ['a', 'b', 'a b'], [1, 2, 3, 4, 5, 6]],
    ['by name, in another order', { columns: ['b', 'a'] }, ['b', 'a'], [2, 1, 5, 4]],
    ['by number', { columns: ['4', '2'] }, ['a b', 'a'], [3, 1, 6, 4]],
  ])('%s', (_, options, names, values) => {
    const table = parseCsv(text, 'file.csv', options);
    expect(table.names).toEqual(names);
    expect([...table.values]).toEqual(values);
  });

  test.each<[ReadOptions, string]>([
    [{ columns: ['c'] }, 'file.csv: has no column "c"; it has "name", "a", "b", "a b"'],
    [{ columns: ['5'] }, 'file.csv: has no column "5"'],
    [{ columns: ['a', '2'] }, 'file.csv: --columns names a column twice'],
    [{ drop: ['1', '2', '3', '4'] }, 'file.csv: no column is left to read'],
  ])('%j is refused', (options, message) => expect(() => parseCsv(text, 'file.csv', options)).toThrow(message));

  test('a name of several columns is refused with their numbers', () => {
    expect(() => parseCsv('a,a\n1,2\n', 'file.csv', { columns: ['a'] })).toThrow(
      'file.csv: 2 columns are called "a"; their numbers are 1, 2',
    );
  });

  test('rows with missing values are left out where that is wanted, and counted', () => {
    const table = parseCsv('a,b\n1,2\n,3\n4,NA\n5,"6"\n-,1\n', 'file.csv', { missing: 'drop' });
    expect([...table.values]).toEqual([1, 2, 5, 6]);
    expect(table.notices).toEqual(['3 of 5 rows have missing values and are left out']);
    expect(() => parseCsv('a\nNA\n', 'file.csv', { missing: 'drop' })).toThrow(
      'file.csv: every row has a missing value',
    );
    expect([...parseCsv('a,b\n1,\n2,\n', 'file.csv', { columns: ['a'] }).values]).toEqual([1, 2]);
  });

  test('numbers too small for single precision are counted by column', () => {
    const { values, notices } = parseCsv('a,b\n1e-42,2\n1e-50,3\n', 'file.csv');
    expect([...values]).toEqual([1e-42, 2, 1e-50, 3]);
    expect(notices).toEqual([
      'column "a" has 2 numbers below 1.2e-38, of which single precision keeps few digits or none: another unit would help',
    ]);
  });
});

describe('where the bytes come from', () => {
  let directory: string;
  const text = 'höhe,b\n1,2\n3,4\n';
  const file = (name: string, content: string | Uint8Array) => writeFileSync(path.join(directory, name), content);
  const utf16 = (swap: boolean) => {
    const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
    return swap ? bytes.swap16() : bytes;
  };
  beforeAll(() => void (directory = mkdtempSync(path.join(tmpdir(), 'pushforward-'))));
  afterAll(() => rmSync(directory, { recursive: true }));

  test.each<[string, Uint8Array, ReadOptions]>([
    ['UTF-8', Buffer.from(text), {}],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${text}`), { encoding: 'windows-1252' }],
    ['UTF-16, little end first', utf16(false), {}],
    ['UTF-16, big end first', utf16(true), {}],
    ['another encoding', Buffer.from(text, 'latin1'), { encoding: 'windows-1252' }],
    ['gzip', gzipSync(text), {}],
    ['gzip of UTF-16', gzipSync(utf16(false)), {}],
    ['gzip in two members', Buffer.concat([gzipSync(text.slice(0, 9)), gzipSync(text.slice(9))]), {}],
  ])('%s', async (_, bytes, options) => {
    file('t.csv', bytes);
    const table = await readTable(directory, 't.csv', options);
    expect(table.names).toEqual(['höhe', 'b']);
    expect([...table.values]).toEqual([1, 2, 3, 4]);
  });

  test.each<[string, Uint8Array, string]>([
    [
      'UTF-16 without a mark',
      utf16(false).subarray(2),
      't.csv: is UTF-16 without a byte-order mark; --encoding utf-16le reads it',
    ],
    [
      'the same, big end first',
      utf16(true).subarray(2),
      't.csv: is UTF-16 without a byte-order mark; --encoding utf-16be reads it',
    ],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x31, 0, 0, 0]), 't.csv: is UTF-32: convert it to UTF-8'],
    ['UTF-32 without a mark', Buffer.from([0, 0, 0, 0x31, 0, 0, 0, 0x0a]), 't.csv: is UTF-32: convert it to UTF-8'],
  ])('%s is refused by name', async (_, bytes, message) => {
    file('t.csv', bytes);
    await expect(readTable(directory, 't.csv')).rejects.toThrow(message);
  });

  test('standard input, and a pipe', async () => {
    expect([
      ...(await readTable(directory, '-', {}, Readable.from([Buffer.from('1,'), Buffer.from('2\n')]))).values,
    ]).toEqual([1, 2]);
    execFileSync('mkfifo', [path.join(directory, 'pipe')]);
    const reading = readTable(directory, 'pipe');
    spawn('bash', ['-c', `printf '${text}' > pipe`], { cwd: directory });
    expect((await reading).rows).toBe(2);
  });

  test.each<[string, Uint8Array, ReadOptions, string]>([
    [
      'latin-1 taken for UTF-8',
      Buffer.from(`a,b\n1,2\n${text}`, 'latin1'),
      {},
      't.csv:3: is not valid UTF-8; --encoding names another encoding, such as windows-1252',
    ],
    ['half a character at the end', Buffer.from('a,b\n1,2\n3,\xc3', 'latin1'), {}, 't.csv:3: is not valid UTF-8'],
    ['UTF-16 cut in half', utf16(false).subarray(0, -3), {}, 't.csv: is not valid utf-16le'],
    ['half a gzip file', gzipSync(text).subarray(0, 20), {}, 't.csv: is not a whole gzip file'],
    [
      'a gzip file with another sum',
      Uint8Array.from(gzipSync(text), (byte, i, { length } = gzipSync(text)) => (i === length - 6 ? byte ^ 1 : byte)),
      {},
      't.csv: is not a whole gzip file',
    ],
    ['nothing', new Uint8Array(0), {}, 't.csv: no rows'],
    [
      'control characters',
      Buffer.from('a\n\u001b[31m1\n'),
      {},
      't.csv:2:1: "\\x1b[31m1" in column "a" is not a number',
    ],
  ])('%s is refused', async (_, bytes, options, message) => {
    file('t.csv', bytes);
    await expect(readTable(directory, 't.csv', options)).rejects.toThrow(message);
  });
});

const seconds = (text: string): number => {
  const started = performance.now();
  try {
    parseCsv(text, 'file.csv', { missing: 'drop' });
  } catch {
    // What is wrong with each is tested elsewhere.
  }
  return (performance.now() - started) / 1000;
};

describe('hostile files take time and memory linear in their length', () => {
  const size = 100_000;

  test.each<[string, (n: number) => string]>([
    ['digits and a letter', (n) => `a\n${'9'.repeat(n)}x\n`],
    ['a fraction of digits and a letter', (n) => `a\n.${'9'.repeat(n)}x\n`],
    ['rows of which every other is bad', (n) => 'a,b\n1,2\n1\n'.repeat(n / 10)],
    ['a quote left open', (n) => `a,b\n"${'1,2\n'.repeat(n)}`],
    ['quotes', (n) => `a\n${'"'.repeat(n)}\n`],
    ['blanks', (n) => `a\n${' '.repeat(n)}1\n`],
    ['blank lines', (n) => '\n'.repeat(10 * n)],
    ['comments', (n) => '#\n'.repeat(n)],
    ['missing values', (n) => `a\n${'NA\n'.repeat(n)}`],
    ['many columns', (n) => `${'1,'.repeat(n / 5)}1\n${'1,'.repeat(n / 5)}1\n`],
  ])('%s', (_, make) => {
    seconds(make(size));
    const [small, large] = [size, 8 * size].map((n) => Math.min(seconds(make(n)), seconds(make(n))));
    // Eight times as much takes eight times as long, not sixty-four; the rest is for a machine that is busy with other tests.
    expect(large).toBeLessThan(32 * small + 0.3);
  });

  test('a line without an end is refused before it fills the memory', () => {
    expect(() => parseCsv(`a\n${'1'.repeat(9 << 20)}`.repeat(2), 'file.csv')).not.toThrow(RangeError);
  });
});
