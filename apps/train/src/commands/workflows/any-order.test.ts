import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { key, randomBits } from '@pushforward/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseCsv } from '../../testing/parse-csv.js';
import { pageProblems } from '../../testing/check-page.js';
import { runCli } from '../../testing/run-cli.js';

const bits = randomBits(key(21), 30_000);
const uniform = (i: number) => (bits[i] + 0.5) / 2 ** 32;
const gaussian = (i: number) => Math.sqrt(-2 * Math.log(uniform(2 * i))) * Math.cos(2 * Math.PI * uniform(2 * i + 1));

const ROWS = 2000;
const NAMES = ['height', 'city', 'income', 'visits'];
const CITIES = ['north, east', 'west'];
const KIND = 'city=categorical,income=positive,visits=integer:0';
const SMALL = ['--flow', 'any-order', '--hidden', '48,48', '--batch', '100', '--lr', '5e-3'];
const HOLES = ['', 'NA', 'NaN', 'null'];

/** Heights of 150 or 180 by city, incomes that grow with the height, visits for themselves; a fifth of all values missing. */
const rows = Array.from({ length: ROWS }, (_, i) => {
  const city = uniform(9000 + i) < 0.7 ? 0 : 1;
  const height = (city === 0 ? 150 : 180) + 5 * gaussian(i);
  const income = Math.exp((height - 165) / 20 + 0.2 * gaussian(ROWS + i));
  const visits = Math.floor(-3 * Math.log(uniform(9000 + ROWS + i)));
  return [height, city, income, visits];
});
const isHole = (i: number, column: number) => uniform(13_000 + 4 * i + column) < 0.2;
const written = (i: number, column: number) => {
  const value = rows[i][column];
  return column === 1 ? `"${CITIES[value]}"` : String(value);
};
const messy = `${NAMES.join(',')}\n${rows
  .map((_, i) => NAMES.map((_name, column) => (isHole(i, column) ? HOLES[i % 4] : written(i, column))).join(','))
  .join('\n')}\n`;

let cwd: string;
const write = (file: string, text: string) => writeFileSync(path.join(cwd, file), text);
const read = (file: string) => readFileSync(path.join(cwd, file), 'utf8');
const categorical = () => ({ city: { texts: [], others: 'added' as const } });
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

async function run(...args: string[]) {
  const result = await runCli(cwd, args);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

async function scores(file: string, ...options: string[]): Promise<Float64Array> {
  return parseCsv((await run('score', 'messy', '--data', file, ...options)).stdout, 'scores').values;
}

let said: { stdout: string; stderr: string };
beforeAll(async () => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  write('messy.csv', messy);
  said = await run('train', '--data', 'messy.csv', '--kind', KIND, ...SMALL, '--epochs', '30', '--out', 'messy');
}, 120_000);
afterAll(() => rmSync(cwd, { recursive: true }));

test('train learns from rows with holes, and says how many there are', () => {
  const missing = rows.reduce((sum, _, i) => sum + NAMES.filter((_name, column) => isHole(i, column)).length, 0);
  expect(said.stderr).toContain(
    `messy.csv: 4 columns, ${missing.toLocaleString('en')} of 8,000 values missing; 1600 rows to train on, 200 to validate on, 200 to test on\n`,
  );
  expect(said.stdout).toMatch(/^each column for itself +−/m);
  expect(said.stdout).toMatch(/^Any-order density − columns +\+/m);
  expect(said.stdout).toMatch(/^split +1,600 rows to train on, 200 to validate on, 200 to test on, by --seed 0$/m);
  expect(said.stdout).toContain(
    'units    nats per row: of a density in the units of the file, of "city" the log-probability of a category, and of "visits" a lower bound',
  );
  expect(pageProblems(read('messy/report.html'))).toEqual([]);
});

test('sample draws what is not given', async () => {
  await run('sample', 'messy', '--given', 'city=north,, east', '--count', '1500', '--out', 'drawn.csv');
  const drawn = parseCsv(read('drawn.csv'), 'drawn.csv', { categorical: categorical() });
  expect([drawn.names, drawn.categories[1]]).toEqual([NAMES, ['north, east']]);
  const column = (place: number) => drawn.values.filter((_, i) => i % 4 === place);
  expect(Math.abs(mean(column(0)) - 150)).toBeLessThan(1.5);
  expect(column(2).every((value) => value > 0)).toBe(true);
  expect(column(3).every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
  // And backwards: of an income of e the height is 185 by regression, which is in the west.
  const { stdout } = await run('sample', 'messy', '--given', `income=${Math.E}`, '--count', '500');
  const west = stdout.split('\n').filter((line) => line.includes('west')).length;
  expect(west).toBeGreaterThan(450);
  expect((await run('sample', 'messy', '--count', '3')).stdout.trim().split('\n')).toHaveLength(4);
});

test('score answers p(A | B)', async () => {
  write('ask.csv', 'city,height\n"north, east",150\n"north, east",180\nwest,180\n');
  const found = await scores('ask.csv', '--of', 'height', '--given', 'city');
  const exact = -Math.log(5) - 0.5 * Math.log(2 * Math.PI);
  expect(Math.abs(found[0] - exact)).toBeLessThan(0.15);
  expect(Math.abs(found[2] - exact)).toBeLessThan(0.25);
  // Six deviations off, where no row to train on is: unlikely, by how much is a guess.
  expect(found[1]).toBeLessThan(exact - 5);
  const city = await scores('ask.csv', '--of', 'city');
  expect(Math.exp(city[0])).toBeCloseTo(0.7, 1);
  // The chain rule, in the order of the columns.
  const [joint, height, rest] = [
    await scores('ask.csv', '--of', 'height,city'),
    await scores('ask.csv', '--of', 'height'),
    await scores('ask.csv', '--of', 'city', '--given', 'height'),
  ];
  for (const [i, value] of joint.entries()) expect(value).toBeCloseTo(height[i] + rest[i], 4);
});

test('score of rows with holes is that of what is there', async () => {
  expect((await scores('messy.csv')).every(Number.isFinite)).toBe(true);
  write('holes.csv', `${NAMES.join(',')}\n150,,NA,\n`);
  write('short.csv', 'height\n150\n');
  const [holes] = await scores('holes.csv');
  expect(holes).toBeCloseTo((await scores('short.csv', '--of', 'height'))[0], 5);
});

test('impute fills the holes and touches nothing else', async () => {
  const { stderr } = await run('impute', 'messy', '--data', 'messy.csv', '--out', 'full.csv', '--seed', '3');
  expect(stderr).toMatch(/^messy\.csv: [\d,]+ missing values in 2,000 rows are filled in, by --seed 3$/m);
  const full = parseCsv(read('full.csv'), 'full.csv', { categorical: { city: { texts: CITIES, others: 'refused' } } });
  expect([full.names, full.rows]).toEqual([NAMES, ROWS]);
  const filled: number[][] = [[], [], [], []];
  const truth: number[][] = [[], [], [], []];
  for (const [i, row] of rows.entries())
    for (const [column, value] of row.entries()) {
      const found = full.values[4 * i + column];
      if (!isHole(i, column)) expect(found).toBe(value);
      else {
        filled[column].push(found);
        truth[column].push(value);
      }
    }
  expect(filled.flat().every(Number.isFinite)).toBe(true);
  // The right city for most, where height or income tell it; heights near the true ones.
  const right = filled[1].filter((city, i) => city === truth[1][i]).length / filled[1].length;
  expect(right).toBeGreaterThan(0.9);
  const off = Math.sqrt(mean(filled[0].map((height, i) => (height - truth[0][i]) ** 2)));
  // Of two draws from one distribution √2 · 5 at best without the income; the deviation of all heights is 14.6.
  expect(off).toBeLessThan(9);
  expect(filled[3].every((visits) => Number.isInteger(visits) && visits >= 0)).toBe(true);
});

test('given values far outside of the training rows are named, with the range of those', async () => {
  write('far.csv', 'height,visits\n150,1\n1000,2\n160,3\n');
  const range = String.raw`\(\d+\.\d+ to \d+\.\d+\)`;
  const scored = await run('score', 'messy', '--data', 'far.csv', '--of', 'visits', '--given', 'height');
  expect(scored.stderr).toMatch(
    new RegExp(
      `^warning: far.csv: "height" is far outside of the training rows ${range} in 1 of 3 rows, 1000 first: what the model says there is a guess$`,
      'm',
    ),
  );
  const sampled = await run('sample', 'messy', '--given', 'height=1000', '--count', '2');
  expect(sampled.stderr).toMatch(
    new RegExp(`^warning: --given: "height" is 1000, far outside of the training rows ${range}: `, 'm'),
  );
  write('hole.csv', `${NAMES.join(',')}\n1000,,,\n`);
  expect((await run('impute', 'messy', '--data', 'hole.csv')).stderr).toContain('"height" is 1000, far outside');
  // What is scored and not given has a low density, which says it.
  for (const columns of [
    ['--of', 'height'],
    ['--of', 'visits', '--given', 'city'],
  ])
    expect(
      (await run('score', 'messy', '--data', columns[1] === 'height' ? 'far.csv' : 'messy.csv', ...columns)).stderr,
    ).not.toContain('warning');
});

test('several imputations are numbered, and differ in the holes alone', async () => {
  write('two.csv', `${NAMES.join(',')}\n150,west,1,\n,west,,2\n`);
  const { stdout } = await run('impute', 'messy', '--data', 'two.csv', '--draws', '3');
  const table = parseCsv(stdout, 'out', { categorical: categorical() });
  expect(table.names).toEqual(['imputation', ...NAMES]);
  const column = (place: number) => Array.from({ length: 6 }, (_, row) => table.values[5 * row + place]);
  expect(column(0)).toEqual([1, 2, 3, 1, 2, 3]);
  expect(column(1).slice(0, 3)).toEqual([150, 150, 150]);
  expect(new Set(column(1).slice(3)).size).toBe(3);
});

test('stopped and resumed, it comes to the same model', async () => {
  const options = ['train', '--data', 'messy.csv', '--kind', KIND, ...SMALL, '--epochs', '2', '--out'];
  await run(...options, 'whole');
  expect((await runCli(cwd, [...options, 'stopped'], { stopAt: ' % ' })).code).toBe(130);
  await run('--resume', 'stopped');
  const [one, other] = await Promise.all(
    ['whole', 'stopped'].map(async (name) => (await run('score', name, '--data', 'messy.csv')).stdout),
  );
  expect(other).toBe(one);
});

test('info says what it is', async () => {
  const { stdout } = await run('info', 'messy');
  expect(stdout).toMatch(/^kind +density of any columns given any others$/m);
  expect(stdout).toMatch(
    /^kinds +city: one of 2 categories: "north, east", "west"; income: positive; visits: a whole number from 0$/m,
  );
});

test.each([
  [
    ['check', 'messy', '--data', 'messy.csv'],
    'messy: is a model of --flow any-order, whose density has no residuals to test; check is for flows',
  ],
  [['export', 'messy', '--out', 'm.onnx'], 'messy: is a model of --flow any-order, which has no form in ONNX yet'],
  [
    ['sample', 'messy', '--given', 'size=3'],
    '--given: the model is given no column "size"; it is given "height", "city", "income", "visits"',
  ],
  [['sample', 'messy', '--given', 'income=-3'], '--given: row 1, column 3 ("income"): must be positive, got -3'],
  [
    ['sample', 'messy', '--given', 'messy.csv'],
    '--given messy.csv: expected column=value,…; impute fills in the holes of a file',
  ],
  [
    ['score', 'messy', '--data', 'messy.csv', '--of', 'size'],
    '--of: the model has no column "size"; it has "height", "city", "income", "visits"',
  ],
  [['score', 'messy', '--data', 'messy.csv', '--of', 'city', '--given', 'city'], '--of and --given: both name "city"'],
  [
    ['train', '--data', 'messy.csv', ...SMALL, '--given', 'city'],
    '--given: a model of --flow any-order learns all columns; sample and score are told what is given',
  ],
  [
    ['train', '--data', 'messy.csv', ...SMALL, '--kind', 'height=circular:0:360'],
    '--kind: a model of --flow any-order has no circular columns ("height")',
  ],
  [
    ['train', '--data', 'messy.csv', '--kind', KIND],
    /^messy\.csv:\d+:\d: .*; --missing drop leaves such rows out, and --flow any-order learns from them$/,
  ],
])('%j is refused in one line', async (args, message) => {
  const { code, stdout, stderr } = await runCli(cwd, args);
  expect([code > 0, stdout]).toEqual([true, '']);
  const line = stderr.replace(/^error: /, '').replace(/\n$/, '');
  if (typeof message === 'string') expect(line).toBe(message);
  else expect(line).toMatch(message);
});

test('a column without any value, and a file of the wrong columns, are refused in one line', async () => {
  write(
    'empty.csv',
    `a,b\n${rows
      .slice(0, 50)
      .map(([height]) => `${height},`)
      .join('\n')}\n`,
  );
  const args = ['train', '--data', 'empty.csv', ...SMALL, '--out', 'empty'];
  expect((await runCli(cwd, args)).stderr).toBe(
    'error: empty.csv: column 2 ("b") has no value in any row: leave it out\n',
  );
  expect(existsSync(path.join(cwd, 'empty'))).toBe(false);
  write('kept.csv', 'precious');
  const impute = ['impute', 'messy', '--data', 'empty.csv', '--out', 'kept.csv', '--force'];
  expect((await runCli(cwd, impute)).stderr).toContain('has no column "height"');
  write('new.csv', `${NAMES.join(',')}\n150,south,1,\n`);
  expect((await runCli(cwd, ['impute', 'messy', '--data', 'new.csv', '--out', 'kept.csv', '--force'])).stderr).toBe(
    'error: new.csv:2:2: "south" in column "city" is not among the categories of the model: "north, east", "west"\n',
  );
  expect(read('kept.csv')).toBe('precious');
});
