import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { key, randomBits } from '@pushforward/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCsv } from '../../testing/parse-csv.js';
import { pageProblems } from '../../testing/check-page.js';
import { runCli } from '../../testing/run-cli.js';

const SMALL = ['--transforms', '1', '--hidden', '16', '--batch', '50'];

const bits = randomBits(key(5), 8000);
const uniform = (i: number) => (bits[i] + 0.5) / 2 ** 32;
const gaussian = (i: number) => Math.sqrt(-2 * Math.log(uniform(2 * i))) * Math.cos(2 * Math.PI * uniform(2 * i + 1));

let cwd: string;
const write = (file: string, text: string) => writeFileSync(path.join(cwd, file), text);
const model = (out: string) => readFileSync(path.join(cwd, out, 'model', 'weights.safetensors'));
const train = (file: string, given: string, ...options: string[]) =>
  runCli(cwd, ['train', '--data', file, '--given', given, ...SMALL, ...options]);

beforeAll(async () => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  // The price rises with the year, whose numbers are large, and its spread with the size.
  const rows = Array.from({ length: 600 }, (_, i) => {
    const [year, size] = [2000 + Math.floor(25 * uniform(7000 + i)), 1 + uniform(6000 + i)];
    return [year, (1000 + 4 * (year - 2010) + 10 * size * gaussian(2 * i)).toFixed(3), size.toFixed(4)];
  });
  write('homes.csv', `year,price,size\n${rows.join('\n')}\n`);
  const result = await train('homes.csv', 'size,year', '--epochs', '15', '--lr', '0.01', '--out', 'run');
  expect(result.code, result.stderr).toBe(0);
  expect(result.stderr).toContain('homes.csv: 1 column given "year", "size"; 480 rows to train on');
  expect(result.stderr).not.toContain('warning');
  expect(result.stdout).toMatch(/^Gaussian, linear in "year", "size" +−4\.\d+ ± \d+\.\d{3}$/m);
  const [, flow] = /^MAF +−(\S+) ±/m.exec(result.stdout)!;
  // What is left given both is a Gaussian whose log-density is −½ log 2πe − E log(10 size), about −4.12, on average.
  expect(Math.abs(Number(flow) - 4.12)).toBeLessThan(0.2);
}, 60_000);
afterAll(() => rmSync(cwd, { recursive: true }));

describe('a model of train --given', () => {
  test('has a report of its own', () => {
    const html = readFileSync(path.join(cwd, 'run', 'report.html'), 'utf8');
    expect(pageProblems(html)).toEqual([]);
    expect(html).toContain('learned the density of 1 column given &quot;year&quot;, &quot;size&quot; from 480 rows');
    expect(html).toContain('price against year: samples');
    expect(html).not.toContain('size against year');
  });

  test('info says what is given', async () => {
    const { stdout } = await runCli(cwd, ['info', 'run']);
    expect(stdout).toMatch(/^kind +conditional normalizing flow$/m);
    expect(stdout).toMatch(/^columns +1: price$/m);
    expect(stdout).toMatch(/^given +2: year \(2000 to 2024 in training\), size \(1\.\d+ to [12]\.\d* in training\)$/m);
  });

  test('its density integrates to 1 in the units of the file, whatever is given', async () => {
    for (const [year, size] of [
      [2003, 1.1],
      [2020, 1.9],
    ]) {
      const prices = Array.from({ length: 2000 }, (_, i) => 1000 + 0.5 * (i - 1000));
      write('grid.csv', `size,price,year\n${prices.map((price) => `${size},${price},${year}`).join('\n')}\n`);
      const { stdout, stderr, code } = await runCli(cwd, ['score', 'run', '--data', 'grid.csv']);
      expect(code, stderr).toBe(0);
      const { values } = parseCsv(stdout, 'scores');
      expect(values.reduce((sum, nats) => sum + 0.5 * Math.exp(nats), 0)).toBeCloseTo(1, 2);
    }
  });

  test('sample draws at values, and for each row of a file, with what is given', async () => {
    const { stdout, stderr } = await runCli(cwd, ['sample', 'run', '--given', 'year=2020,size=1.5', '--count', '500']);
    expect(stderr).toBe('');
    const drawn = parseCsv(stdout, 'drawn');
    expect([drawn.names, drawn.rows]).toEqual([['year', 'price', 'size'], 500]);
    expect([drawn.values[0], drawn.values[2]]).toEqual([2020, 1.5]);
    const mean = drawn.values.reduce((sum, value, i) => (i % 3 === 1 ? sum + value / 500 : sum), 0);
    expect(Math.abs(mean - 1040)).toBeLessThan(5);

    write('contexts.csv', 'name;size;year\nx;1,5;2020\ny;1,25;2001\n');
    const each = await runCli(cwd, ['sample', 'run', '--given', 'contexts.csv', '--decimal', ',']);
    expect(parseCsv(each.stdout, 'each').values.filter((_, i) => i % 3 !== 1)).toEqual(
      Float64Array.of(2020, 1.5, 2001, 1.25),
    );
    const twice = await runCli(cwd, ['sample', 'run', '--given', 'contexts.csv', '--decimal', ',', '--count', '2']);
    expect(parseCsv(twice.stdout, 'twice').values.filter((_, i) => i % 3 === 0)).toEqual(
      Float64Array.of(2020, 2020, 2001, 2001),
    );
  });

  test('says where it is given what is far from all it was trained on', async () => {
    write('far.csv', 'year,price,size\n2010,1000,1.5\n1800,1000,1.5\n');
    const said = expect.stringMatching(
      /^warning: far\.csv: "year" is far outside of the training rows \(2000 to 2024\) in 1 of 2 rows, 1800 first: what the model says there is a guess$/m,
    );
    expect(await runCli(cwd, ['score', 'run', '--data', 'far.csv'])).toMatchObject({ code: 0, stderr: said });
    expect(await runCli(cwd, ['sample', 'run', '--given', 'far.csv'])).toMatchObject({ code: 0, stderr: said });
    expect((await runCli(cwd, ['sample', 'run', '--given', 'year=1800,size=1.5'])).stderr).toBe(
      'warning: --given: "year" is 1800, far outside of the training rows (2000 to 2024): what the model says there is a guess\n',
    );
  });

  test.each([
    [[], 'run: is given "year", "size": --given name=number,… says their values, --given FILE rows of them'],
    [['--given', 'year=1'], '--given: has no value for "size"'],
    [['--given', 'year=1,size=x'], '--given: "size" must be a finite number, got "x"'],
    [['--given', 'year=1,size=1e39'], '--given: "size" must be a finite number, got "1e39"'],
    [['--given', 'year=1,sizes=1'], '--given: the model is given no column "sizes"; it is given "year", "size"'],
    [['--given', 'year=1,size=1,year=2'], '--given: has "year" twice'],
    [['--given', 'year=1,size'], '--given year=1,size: expected column=value, got "size"'],
    [['--given', 'none.csv'], 'none.csv: no such file'],
  ])('sample %j is refused in one line', async (options, message) => {
    const { code, stdout, stderr } = await runCli(cwd, ['sample', 'run', ...options]);
    expect([stdout, stderr]).toEqual(['', `error: ${message}\n`]);
    expect(code).toBeGreaterThan(0);
  });

  test('a table without what is given is refused', async () => {
    write('short.csv', 'year,price\n2010,1000\n');
    expect((await runCli(cwd, ['score', 'run', '--data', 'short.csv'])).stderr).toBe(
      'error: short.csv: has no column "size", which the model is given\n',
    );
    expect((await runCli(cwd, ['sample', 'run', '--given', 'short.csv'])).stderr).toBe(
      'error: short.csv: has no column "size", which the model is given\n',
    );
  });

  test('check says whether it is right, with the rows kept to test on', async () => {
    const args = ['check', 'run', '--data', 'homes.csv', '--draws', '199', '--out', 'checked'];
    const { code, stdout, stderr } = await runCli(cwd, args);
    expect(code, stderr).toBe(0);
    expect(stderr).toBe(
      'homes.csv: the model was trained on this file; the 60 of its 600 rows that were kept to test on are used\n',
    );
    expect(stdout).toMatch(/^simulation-based calibration .* no fault seen$/m);
    const html = readFileSync(path.join(cwd, 'checked', 'report.html'), 'utf8');
    expect(pageProblems(html)).toEqual([]);
    expect(html).toContain(
      'Is the density of <code>run</code>, given &quot;year&quot;, &quot;size&quot;, that of 60 rows',
    );
  });

  test('stopped and resumed, it comes to the same model', async () => {
    const options = ['--epochs', '2', '--out'];
    expect((await train('homes.csv', 'year', ...options, 'whole')).code).toBe(0);
    const stop = ['train', '--data', 'homes.csv', '--given', 'year', ...SMALL, ...options, 'stopped'];
    expect((await runCli(cwd, stop, { stopAt: ' % ' })).code).toBe(130);
    const resumed = await runCli(cwd, ['--resume', 'stopped']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(model('stopped').length).toBe(model('whole').length);
    const [scores, others] = await Promise.all(
      ['whole', 'stopped'].map((run) => runCli(cwd, ['score', run, '--data', 'homes.csv'])),
    );
    expect(others.stdout).toBe(scores.stdout);
  });
});

describe('train --given refuses', () => {
  test.each([
    ['a,b,c', 't.csv: --given names every column that is read: none is left to learn'],
    ['d', 't.csv: has no column "d"; it has "a", "b", "c"'],
    ['a,1', 't.csv: --given names a column twice'],
  ])('%s', async (given, message) => {
    write('t.csv', `a,b,c\n${Array.from({ length: 50 }, (_, i) => [gaussian(i), gaussian(i + 50), 3]).join('\n')}\n`);
    expect(await train('t.csv', given)).toEqual({ code: 1, stdout: '', stderr: `error: ${message}\n` });
  });

  test('a constant column, and one that is not read', async () => {
    expect((await train('t.csv', 'c')).stderr).toBe(
      'error: t.csv: column 3 ("c") is constant, 3 in every row: given, it tells nothing of the others, leave it out\n',
    );
    expect((await train('t.csv', 'c', '--drop', 'c')).stderr).toBe(
      'error: t.csv: --given names column "c", which --columns or --drop leaves out\n',
    );
  });

  test('a column that the given ones decide; not given ones that decide each other', async () => {
    const rows = Array.from({ length: 60 }, (_, i) => {
      const isA = i % 2;
      return [isA, 1 - isA, gaussian(i), 2 * gaussian(i) + isA];
    });
    write('decided.csv', `isA,isB,x,y\n${rows.join('\n')}\n`);
    expect((await train('decided.csv', 'isA,isB')).stderr).toBe(
      'error: decided.csv: column 4 ("y") is a linear function of the given columns and of those before it: together they have no density, leave it out\n',
    );
    const result = await train('decided.csv', 'isA,isB', '--drop', 'y', '--epochs', '1', '--out', 'both');
    expect(result.code, result.stderr).toBe(0);
    expect(result.stdout).toMatch(/^Gaussian, linear in "isA", "isB" +[+−]?\d/m);
  });
});
