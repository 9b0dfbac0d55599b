import { expect, test } from 'vitest';
import { readCsv } from './read-csv.js';
import { tableOfColumns } from './table-of-columns.js';

const rows = (count: number, row: (i: number) => string) => Array.from({ length: count }, (_, i) => row(i)).join('\n');

test('columns of numbers are found among others, whatever delimits them', () => {
  const table = readCsv('a.csv', `name;height;weight\n${rows(60, (i) => `n${i};${i},5;${i * 2}`)}\n\n`);
  expect(table.columns.map(({ name }) => name)).toEqual(['height', 'weight']);
  expect(table.columns[0].values.slice(0, 2)).toEqual(Float64Array.of(0.5, 1.5));
});

test('a table without a header has numbered columns', () => {
  expect(
    readCsv(
      'a.csv',
      rows(60, (i) => `${i},${i * i}`),
    ).columns.map(({ name }) => name),
  ).toEqual(['column 1', 'column 2']);
});

test('rows without a number in a chosen column are left out, and the context goes along', () => {
  const table = readCsv('a.csv', `x,y,z\n${rows(80, (i) => `${i},${i % 7},${i % 10 === 0 ? 'n/a' : i % 3}`)}`);
  const { x, context } = tableOfColumns('a.csv', table, [0, 1], 2);
  expect([x.length, context!.values.length]).toEqual([144, 72]);
  expect([...x.slice(0, 4), context!.values[0]]).toEqual([1, 1, 2, 2, 1]);
});

test.each([
  ['', 'a.csv: has no rows of numbers.'],
  ['one line only', 'a.csv: has no rows of numbers.'],
  ['a,b\nx,y\nz,w', 'a.csv: needs two columns of numbers that vary, and has none.'],
  ['a,b\n1,2\n2,2', 'a.csv: needs two columns of numbers that vary, and has one.'],
  ['PNG\0\0', 'a.csv: is not a text file.'],
  ['"a,b\n1,2\n3,4', 'a.csv: has no rows of numbers.'],
])('%j gets one line', (text, message) => {
  expect(() => readCsv('a.csv', text)).toThrow(new Error(message));
});

test.each([
  { what: 'too few rows', text: 'x,y\n1,2\n3,4', columns: [0, 1] as const, message: /needs 50 rows .* has 2/ },
  {
    what: 'the same column twice',
    text: `x,y\n${rows(60, (i) => `${i},${-i}`)}`,
    columns: [0, 0] as const,
    message: /two different/,
  },
  {
    what: 'a column given itself',
    text: `x,y\n${rows(60, (i) => `${i},${-i}`)}`,
    columns: [0, 1] as const,
    context: 1,
    message: /'y' cannot be conditional on itself/,
  },
])('$what', ({ text, columns, context, message }) => {
  expect(() => tableOfColumns('a.csv', readCsv('a.csv', text), columns, context)).toThrow(message);
});
