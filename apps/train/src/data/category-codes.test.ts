import { expect, test } from 'vitest';
import { CategoryCodes, isMissingCategory } from './category-codes.js';
import { formatHeader, formatRows } from './csv/csv.js';
import { parseCsv } from '../testing/parse-csv.js';
import type { ReadOptions } from './read-options.js';

const added = { texts: [], others: 'added' } as const;
const parse = (text: string, options: ReadOptions = {}) =>
  parseCsv(text, 'file.csv', { categorical: { b: { ...added, texts: [] } }, ...options });

test('texts become codes in their order, whatever the order of the rows', () => {
  const table = parse('a,b\n1,west\n2,east\n3,west\n4,"north, or not"\n');
  expect(table.categories).toEqual([null, ['east', 'north, or not', 'west']]);
  expect([...table.values]).toEqual([1, 2, 2, 0, 3, 2, 4, 1]);
});

test('a category is what the file says, letter by letter', () => {
  const texts = ['01', '1', '1.0', 'None', '-', 'ja, "sí"', 'Zürich', '日本', 'a\nb', 'true', '=1+1'];
  const written =
    formatHeader(['a', 'b']) +
    formatRows({ values: Float64Array.from(texts.flatMap((_, i) => [i, i])), rows: texts.length, columns: 2 }, [
      null,
      texts,
    ]);
  const table = parse(written);
  const back = Array.from({ length: table.rows }, (_, row) => table.categories[1]![table.values[2 * row + 1]]);
  expect(back).toEqual(texts);
});

test.each(['', 'NA', 'nan', 'NaN', 'n/a', '<NA>', 'null'])('%j says that there is no value', (field) => {
  expect(isMissingCategory(field)).toBe(true);
  expect(() => parse(`a,b\n1,x\n2,${field}\n3,y\n`)).toThrow('--missing drop leaves such rows out');
  const table = parse(`a,b\n1,x\n2,${field}\n3,y\n`, { missing: 'drop' });
  expect([table.rows, table.missing, table.categories[1]]).toEqual([2, [0, 1], ['x', 'y']]);
});

test('of a file without a header the columns are those of the model', () => {
  const table = parse('1,x\n2,y\n', { header: false, wanted: ['a', 'b'] });
  expect(table.categories).toEqual([null, ['x', 'y']]);
});

test('a text where a number should be is an error that says how it becomes a category', () => {
  const known = { b: { texts: ['x'], others: 'counted' } } as const;
  const text = 'a,b,"c, d"\n1,x,red\n';
  expect(() => parse(text)).toThrow(
    'file.csv:2:3: "red" in column "c, d" is not a number; --drop 3 leaves the column out, --kind \'c,, d=categorical\' takes it for categories',
  );
  expect(() => parse(text, { categorical: { b: { ...known.b, texts: ['x'] } } })).toThrow(
    /--drop 3 leaves the column out$/,
  );
});

const at = () => 'f.csv:2:1';

test('categories that a model does not know', () => {
  const counted = new CategoryCodes('b', { texts: ['x', 'y'], others: 'counted' });
  expect(['y', 'z', 'w', 'z'].map((text) => counted.codeOf(text, at))).toEqual([1, 2, 2, 2]);
  expect(counted.notices()).toEqual([
    'column "b" has categories that are not among those of the model in 3 rows, which have no density: "z", "w"',
  ]);
  const refused = new CategoryCodes('b', { texts: ['x', 'y'], others: 'refused' });
  expect(() => refused.codeOf('z', at)).toThrow(
    'f.csv:2:1: "z" in column "b" is not among the categories of the model: "x", "y"',
  );
});

test('text that is no category', () => {
  const lines = Array.from({ length: 10_001 }, (_, i) => `${i},name ${i}`);
  expect(() => parse(`a,b\n${lines.join('\n')}\n`)).toThrow(
    'file.csv:10002:2: column "b" has more than 10000 categories: it is text, leave it out with --drop',
  );
});
