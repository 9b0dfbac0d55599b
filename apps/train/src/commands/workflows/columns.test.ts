import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { key, randomBits, split } from '@pushforward/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCsv } from '../../testing/parse-csv.js';
import { splitTable } from '../../density/splits.js';
import { loadModel } from '../../model/models.js';
import { runCli } from '../../testing/run-cli.js';

const SMALL = ['--transforms', '2', '--hidden', '16', '--batch', '100'];

let cwd: string;
beforeAll(() => void (cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'))));
afterAll(() => rmSync(cwd, { recursive: true }));

const bits = randomBits(key(11), 20_000);
const uniform = (i: number) => (bits[i] + 0.5) / 2 ** 32;
const gaussian = (i: number) => Math.sqrt(-2 * Math.log(uniform(2 * i))) * Math.cos(2 * Math.PI * uniform(2 * i + 1));
const write = (file: string, rows: readonly (readonly (number | string)[])[]) =>
  writeFileSync(path.join(cwd, file), `${rows.join('\n')}\n`);
const table = (count: number, row: (i: number) => (number | string)[]) =>
  Array.from({ length: count }, (_, i) => row(i));

async function run(...args: string[]) {
  const result = await runCli(cwd, args);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

/** The mean log-density of a file's rows. */
async function score(model: string, file: string): Promise<number> {
  const { values, rows } = parseCsv((await run('score', model, '--data', file)).stdout, 'scores');
  return values.reduce((sum, value) => sum + value, 0) / rows;
}

describe('one value far out', () => {
  const names = ['a', 'b'];
  const rows = table(2000, (i) => [gaussian(2 * i), 0.5 * gaussian(2 * i) ** 2 + 0.3 * gaussian(2 * i + 1)]);

  test('does not spoil what the rest is learned to be, and the comparison says so', async () => {
    write('rest.csv', [names, ...rows]);
    const outputs: Record<string, string> = {};
    for (const [file, own] of [
      ['rest.csv', rows],
      ['far.csv', rows.with(3, [1e6, rows[3][1]])],
    ] as const) {
      write(file, [names, ...own]);
      outputs[file] = (
        await run('train', '--data', file, ...SMALL, '--epochs', '15', '--out', file.slice(0, -4))
      ).stdout;
    }
    expect(Math.abs((await score('far', 'rest.csv')) - (await score('rest', 'rest.csv')))).toBeLessThan(0.05);
    expect(outputs['rest.csv']).toMatch(/^MAF − Gaussian +\+\d+\.\d{3} ± \d+\.\d{3}$/m);
    expect(outputs['far.csv']).toMatch(
      /^MAF − Gaussian +\S+ ± \d+\.\d{3} \(says little: values far out in "a" spoil the Gaussian\)$/m,
    );
    expect(readFileSync(path.join(cwd, 'far', 'report.html'), 'utf8')).toContain(
      'says little: values far out in &quot;a&quot; spoil the Gaussian',
    );
  });

  test('in rows to test on moves neither location nor scale', async () => {
    const units: string[] = [];
    const values = Float64Array.from(rows.flat());
    const source = {
      source: 't',
      names,
      given: [],
      hasHeader: true,
      categories: [],
      notices: [],
      missing: [],
      values,
      rows: 2000,
      columns: 2,
    };
    const held = splitTable(source, { validation: 0.1, test: 0.1 }, split(key(0), 4)[0]).test;
    const at = rows.findIndex(([a]) => a === held.values[0]);
    for (const value of [0, 0.5, 1e6]) {
      write('held.csv', [names, ...rows.with(at, [value, 1])]);
      const stopped = await runCli(
        cwd,
        ['train', '--data', 'held.csv', ...SMALL, '--epochs', '1', '--out', `held-${value}`],
        { stopAt: ' % ' },
      );
      expect(stopped.code).toBe(130);
      const { columns } = JSON.parse(readFileSync(path.join(cwd, `held-${value}`, 'run.json'), 'utf8')) as {
        columns: { loc: number; scale: number }[];
      };
      units.push(JSON.stringify(columns.map(({ loc, scale }) => [loc, scale])));
    }
    expect(new Set(units).size).toBe(1);
  });
});

describe('--dequantize', () => {
  const rows = table(600, (i) => [
    Math.min(9, Math.max(0, Math.round(5 + 2 * gaussian(i)))) / 10,
    10 * Math.floor(20 * uniform(i + 5000)),
    gaussian(i + 3000).toFixed(5),
  ]);
  const own = (column: number) => new Set(rows.map((row) => String(row[column])));
  const options = ['--data', 'grid.csv', ...SMALL, '--epochs', '8', '--dequantize'];
  let said: string;
  beforeAll(async () => {
    write('grid.csv', [['tenth', 'tens', 'real'], ...rows]);
    said = (await run('train', ...options, '--out', 'grid')).stdout;
  });

  test('samples are values that the file could have, as it writes them', async () => {
    const { stdout } = await run('sample', 'grid', '--count', '3000');
    const drawn = stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    expect([...new Set(drawn.map(([tenth]) => tenth))].filter((value) => !own(0).has(value))).toEqual([]);
    expect([...new Set(drawn.map(([, tens]) => tens))].filter((value) => !own(1).has(value))).toEqual([]);
    expect(new Set(drawn.map(([, , real]) => real)).size).toBe(3000);
  });

  test('score agrees with what training said, and with the probabilities of the values', async () => {
    const mean = await score('grid', 'grid.csv');
    const tested = Number(/^MAF +(\S+)/m.exec(said)![1].replace('−', '-'));
    expect(Math.abs(mean - tested)).toBeLessThan(0.5);
    // In nats: a value of a tenth has the density of the noisy ones times its step, and those of a Gaussian in tenths have an entropy of about 2.1.
    const { notes } = await loadModel(cwd, 'grid');
    expect(notes).toMatchObject({
      grid: [
        { start: 0, step: 0.1, steps: 9, parts: 10 },
        { start: 0, step: 10, steps: 19, parts: 1 },
        { start: 0, step: 0 },
      ],
    });
    const logProbability = mean + Math.log(0.1) + Math.log(10);
    expect(logProbability).toBeLessThan(-5.5);
    expect(logProbability).toBeGreaterThan(-7.5);
  });

  test('the same command gives the same files, and so does a run that was stopped', async () => {
    await run('train', ...options, '--out', 'again');
    const stopped = await runCli(cwd, ['train', ...options, '--out', 'stopped'], { stopAt: ' % ' });
    expect(stopped.code).toBe(130);
    await run('--resume', 'stopped');
    for (const file of readdirSync(path.join(cwd, 'grid', 'model'))) {
      const bytes = readFileSync(path.join(cwd, 'grid', 'model', file));
      for (const other of ['again', 'stopped'])
        expect(readFileSync(path.join(cwd, other, 'model', file)).equals(bytes), `${other}/${file}`).toBe(true);
    }
  });

  test('columns that follow from others are looked for with the noise', async () => {
    const sums = table(200, (i) => [i % 7, (3 * i) % 5, (i % 7) + ((3 * i) % 5)]);
    write('sums.csv', [['a', 'b', 'c'], ...sums]);
    const train = ['train', '--data', 'sums.csv', ...SMALL, '--epochs', '1'];
    expect(await runCli(cwd, [...train, '--out', 'sums'])).toMatchObject({
      code: 1,
      stderr:
        'error: sums.csv: column 3 ("c") is a linear function of those before it: together they have no density, leave it out\n',
    });
    await run(...train, '--out', 'sums', '--dequantize');
  });
});

test('the table of columns counts what is missing in the rows left out', async () => {
  const rows = table(60, (i) => [
    uniform(i),
    i % 10 === 3 ? '' : uniform(i + 100),
    i % 20 === 3 ? 'NA' : uniform(i + 200),
  ]);
  write('gaps.csv', [['a', 'b', 'c'], ...rows]);
  const { stderr } = await run(
    'train',
    '--data',
    'gaps.csv',
    ...SMALL,
    '--epochs',
    '1',
    '--missing',
    'drop',
    '--out',
    'gaps',
  );
  const missing = ['a', 'b', 'c'].map(
    (name) => new RegExp(`^${name} +bounded +\\S+ +\\S+ +54 +(\\d+) `, 'm').exec(stderr)?.[1],
  );
  expect(missing).toEqual(['0', '6', '3']);
});
