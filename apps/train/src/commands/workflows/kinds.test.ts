import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tensor2d } from '@tensorflow/tfjs-core';
import { Chain } from '@pushforward/bijectors';
import { Transformed } from '@pushforward/distributions';
import { foldIn, key, randomBits, uniform as uniformNumbers } from '@pushforward/tensor';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCsv } from '../../testing/parse-csv.js';
import { loadModel } from '../../model/models.js';
import { pageProblems } from '../../testing/check-page.js';
import { runCli } from '../../testing/run-cli.js';

const bits = randomBits(key(3), 20_000);
const uniform = (i: number) => (bits[i] + 0.5) / 2 ** 32;
const gaussian = (i: number) => Math.sqrt(-2 * Math.log(uniform(2 * i))) * Math.cos(2 * Math.PI * uniform(2 * i + 1));

const ROWS = 800;
const NAMES = ['income', 'rate', 'visits', 'grade', 'hour', 'plain'];
const KINDS = 'income=positive,rate=bounded:0:1,visits=integer:0,grade=ordinal,hour=circular:0:24';
const LEVELS = [1, 2, 5];
const SMALL = ['--transforms', '2', '--hidden', '16', '--batch', '100'];

/** The visits grow with the income, the hours are around midnight. */
const ROW = (i: number) => {
  const g = gaussian(i);
  return [
    Math.exp(1 + 0.5 * g),
    1 / (1 + Math.exp(-gaussian(i + ROWS))),
    Math.floor(-Math.exp(0.5 * g) * 2 * Math.log(uniform(8000 + i))),
    LEVELS[Math.min(2, Math.floor(3 * uniform(9000 + i)))],
    (24.5 + 2 * gaussian(i + 2 * ROWS) + 24) % 24,
    gaussian(i + 3 * ROWS),
  ];
};

let cwd: string;
const write = (file: string, names: readonly string[], rows: readonly (readonly (number | string)[])[]) =>
  writeFileSync(path.join(cwd, file), `${names.join(',')}\n${rows.join('\n')}\n`);
const rows = Array.from({ length: ROWS }, (_, i) => ROW(i));

async function run(...args: string[]) {
  const result = await runCli(cwd, args);
  expect(result.code, result.stderr).toBe(0);
  return result;
}

async function scores(model: string, file: string, ...options: string[]): Promise<Float64Array> {
  return parseCsv((await run('score', model, '--data', file, ...options)).stdout, 'scores').values;
}

let said: { stdout: string; stderr: string };
beforeAll(async () => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  write('mixed.csv', NAMES, rows);
  said = await run('train', '--data', 'mixed.csv', '--kind', KINDS, ...SMALL, '--epochs', '12', '--out', 'mixed');
}, 60_000);
afterAll(() => rmSync(cwd, { recursive: true }));

describe('train --kind', () => {
  test('says how each column is learned, and what the numbers are', () => {
    for (const line of [
      /^income +positive .* its logarithm is learned$/m,
      /^rate +bounded .* its logit between 0 and 1 is learned$/m,
      /^visits +integer .* uniform noise from 0 to 1 is added$/m,
      /^grade +ordinal +1 +5 +3 +0 +the order of its 3 values is learned, with uniform noise$/m,
      /^hour +circular .* 0 and 24 are the same angle$/m,
      /^plain +real .* centred and scaled by mean and deviation$/m,
    ])
      expect(said.stderr).toMatch(line);
    expect(said.stderr).not.toContain('warning');
    expect(said.stdout).toContain(
      'split    640 rows to train on, 80 to validate on, 80 to test on, by --seed 0\nunits    nats per row: of a density in the units of the file, and of "visits", "grade" a lower bound of the log-probability of their values\n',
    );
    // Better than the Gaussian, which has all of the plane for the positive, the bounded and the few.
    expect(said.stdout).toMatch(/^MAF − Gaussian +\+/m);
    const page = readFileSync(path.join(cwd, 'mixed', 'report.html'), 'utf8');
    expect(pageProblems(page)).toEqual([]);
    expect(page).toContain('income=positive, rate=bounded:0:1, visits=integer:0, grade=ordinal, hour=circular:0:24');
  });

  test('samples are of the kinds, and can be scored', async () => {
    await run('sample', 'mixed', '--count', '2000', '--out', 'drawn.csv');
    const drawn = parseCsv(readFileSync(path.join(cwd, 'drawn.csv'), 'utf8'), 'drawn.csv');
    const column = (name: string) => drawn.values.filter((_, i) => i % 6 === NAMES.indexOf(name));
    expect(column('income').every((value) => value > 0)).toBe(true);
    expect(column('rate').every((value) => value > 0 && value < 1)).toBe(true);
    expect(column('visits').every((value) => Number.isInteger(value) && value >= 0)).toBe(true);
    expect([...new Set(column('grade'))].toSorted((a, b) => a - b)).toEqual(LEVELS);
    const hours = column('hour');
    expect(hours.every((value) => value >= 0 && value < 24)).toBe(true);
    // On both sides of midnight, and hardly any at noon.
    expect(hours.filter((value) => value < 4).length).toBeGreaterThan(500);
    expect(hours.filter((value) => value > 20).length).toBeGreaterThan(500);
    expect(hours.filter((value) => value > 9 && value < 15).length).toBeLessThan(100);
    expect((await scores('mixed', 'drawn.csv')).every(Number.isFinite)).toBe(true);
  });

  test('whatever turn an angle is written in, its density is the same', async () => {
    write(
      'turns.csv',
      NAMES,
      [0, 24, -24, 240].map((turn) => rows[0].with(4, rows[0][4] + turn)),
    );
    const [first, ...others] = await scores('mixed', 'turns.csv', '--seed', '1');
    // The noise of whole numbers differs from row to row.
    write('same.csv', NAMES, [rows[0], rows[0], rows[0], rows[0]]);
    const [own, ...expected] = await scores('mixed', 'same.csv', '--seed', '1');
    expect(first).toBeCloseTo(own, 3);
    for (const [i, value] of others.entries()) expect(value).toBeCloseTo(expected[i], 3);
  });

  test('info names the kinds', async () => {
    expect((await run('info', 'mixed')).stdout).toMatch(
      /^kinds +income: positive; rate: between 0 and 1, not on them; visits: a whole number from 0; grade: one of 1, 2, 5; hour: an angle from 0 to 24$/m,
    );
  });

  test('exported, onnxruntime scores rows of the file and draws such rows as the program itself does', async () => {
    const { stdout } = await run('export', 'mixed', '--out', 'm.onnx');
    expect(stdout).toContain('uniform [rows, 6]: numbers from 0 to 1');
    const count = 500;
    write('some.csv', NAMES, rows.slice(0, count));
    const expected = await scores('mixed', 'some.csv', '--seed', '4');
    const density = await InferenceSession.create(path.join(cwd, 'm.onnx'));
    const matrix = (values: ArrayLike<number>) => new Tensor('float32', Float32Array.from(values), [count, 6]);
    const noise = uniformNumbers(foldIn(key(4), 0), [count, 6]);
    const scored = await density.run({ x: matrix(rows.slice(0, count).flat()), uniform: matrix(noise.dataSync()) });
    const found = scored.log_prob.data as Float32Array;
    expected.forEach((value, i) =>
      expect(Math.abs(found[i] - value), `row ${i}: ${found[i]} for ${value}`).toBeLessThan(
        1e-5 * Math.max(1, Math.abs(value)),
      ),
    );

    const drawn = parseCsv((await run('sample', 'mixed', '--count', String(count), '--seed', '5')).stdout, 'drawn');
    const module = (await loadModel(cwd, 'mixed')).module as Transformed;
    const start = module.base.sample(count, { seed: foldIn(key(5), 0) });
    const sampler = await InferenceSession.create(path.join(cwd, 'm-sampler.onnx'));
    const { x } = await sampler.run({ noise: matrix(start.dataSync()) });
    const values = x.data as Float32Array;
    const differ = [...drawn.values].filter(
      (value, i) => Math.abs(values[i] - value) > 1e-5 * Math.max(1, Math.abs(value)),
    );
    // A number next to the end of a step may be rounded to either side of it.
    expect(differ.length).toBeLessThan(3);
    module.dispose();
  });

  test('stopped and resumed, it comes to the same model', async () => {
    const options = ['train', '--data', 'mixed.csv', '--kind', KINDS, ...SMALL, '--epochs', '2', '--out'];
    await run(...options, 'whole');
    expect((await runCli(cwd, [...options, 'stopped'], { stopAt: ' % ' })).code).toBe(130);
    await run('--resume', 'stopped');
    expect(await scores('stopped', 'mixed.csv')).toEqual(await scores('whole', 'mixed.csv'));
  });

  test('a column may be learned as its kind given others', async () => {
    const kinds = 'income=positive,visits=integer:0';
    const options = ['--given', 'plain,hour', '--drop', 'grade,rate', '--kind', kinds, '--epochs', '2', ...SMALL];
    await run('train', '--data', 'mixed.csv', ...options, '--out', 'given');
    const { stdout } = await run('sample', 'given', '--given', 'plain=0,hour=3', '--count', '50');
    const drawn = parseCsv(stdout, 'drawn');
    expect(drawn.names).toEqual(['income', 'visits', 'hour', 'plain']);
    expect(drawn.values.every((value, i) => (i % 4 === 1 ? Number.isInteger(value) && value >= 0 : value >= 0))).toBe(
      true,
    );
    write('wrong.csv', drawn.names, [
      [1, 1, 3, 0],
      [-1, 1, 3, 0],
    ]);
    expect((await runCli(cwd, ['score', 'given', '--data', 'wrong.csv'])).stderr).toContain(
      'error: wrong.csv: row 2, column 1 ("income"): must be positive, got -1\n',
    );
  });
});

/** Trains a flow of one column. */
async function one(name: string, kind: string, values: readonly number[]): Promise<void> {
  const file = `${name}.csv`;
  write(
    file,
    [name],
    values.map((value) => [value]),
  );
  const options = ['--flow', 'nsf', '--transforms', '1', '--hidden', '8', '--epochs', '8', '--lr', '0.01'];
  await run('train', '--data', file, '--kind', `${name}=${kind}`, ...options, '--out', name);
}

/** The density of some values. */
async function at(name: string, values: readonly number[], ...options: string[]): Promise<Float64Array> {
  write(
    'at.csv',
    [name],
    values.map((value) => [value]),
  );
  return (await scores(name, 'at.csv', ...options)).map(Math.exp);
}

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);

describe('one likelihood, in the units of the file', () => {
  test('is the change of variables by hand', async () => {
    const own = rows.map(([income, rate, , , , plain]) => [income, rate, plain]);
    write('three.csv', ['a', 'b', 'c'], own);
    const kinds = 'a=positive,b=bounded:0:1';
    await run('train', '--data', 'three.csv', '--kind', kinds, ...SMALL, '--epochs', '3', '--out', 'three');
    const found = await scores('three', 'three.csv');
    const { module } = await loadModel(cwd, 'three');
    const { base, bijector } = module as Transformed;
    const onTheLine = new Transformed(base, new Chain((bijector as Chain).parts.slice(0, 2)));
    const logits = own.map(([a, b, c]) => [Math.log(a), Math.log(b / (1 - b)), c]);
    const logProb = await onTheLine.logProb(tensor2d(logits)).data();
    for (const [i, [a, b]] of own.entries())
      expect(found[i]).toBeCloseTo(logProb[i] - Math.log(a) - Math.log(b * (1 - b)), 3);
  });

  test('integrates to 1 over positive numbers', async () => {
    await one(
      'weight',
      'positive',
      rows.map(([income]) => 100 * income),
    );
    const edges = Array.from({ length: 2000 }, (_, i) => Math.exp(-4 + (16 * (i + 0.5)) / 2000));
    const density = await at('weight', edges);
    expect(sum(density.map((value, i) => (value * edges[i] * 16) / 2000))).toBeCloseTo(1, 2);
  });

  test('integrates to 1 between bounds', async () => {
    await one(
      'part',
      'bounded:-2:6',
      rows.map(([, rate]) => 8 * rate - 2),
    );
    const density = await at(
      'part',
      Array.from({ length: 4000 }, (_, i) => -2 + (8 * (i + 0.5)) / 4000),
    );
    expect(sum(density) * (8 / 4000)).toBeCloseTo(1, 2);
  });

  test('integrates to 1 around the circle, and is the same on both sides of its seam', async () => {
    await one(
      'degree',
      'circular:-180:180',
      rows.map(([, , , , hour]) => ((15 * hour + 360) % 360) - 180),
    );
    const density = await at(
      'degree',
      Array.from({ length: 1440 }, (_, i) => -180 + (i + 0.5) / 4),
    );
    expect(sum(density) / 4).toBeCloseTo(1, 2);
    // The rows are around ±180°.
    const [left, right, middle] = await at('degree', [-179.999, 179.999, 0]);
    expect(left / right).toBeCloseTo(1, 2);
    expect(left).toBeGreaterThan(10 * middle);
  });

  test.each([
    ['visit', 'integer:0', rows.map(([, , visits]) => visits), Array.from({ length: 60 }, (_, i) => i)],
    ['level', 'ordinal', rows.map(([, , , grade]) => grade), LEVELS],
  ])('of %s=%s sums to at most 1, and to almost that', async (name, kind, values, support) => {
    await one(name, kind, values);
    const seeds = Array.from({ length: 20 }, (_, seed) => String(seed));
    const logs = new Float64Array(support.length);
    for (const seed of seeds)
      for (const [i, value] of (await at(name, support, '--seed', seed)).entries())
        logs[i] += Math.log(value) / seeds.length;
    const total = sum(logs.map(Math.exp));
    expect(total).toBeLessThan(1.02);
    expect(total).toBeGreaterThan(0.85);
  });
});

test('check takes rows with their kinds: a model’s own samples are found to be its own', async () => {
  const own = rows.map(([income, , , , hour]) => [income, hour]);
  write('two.csv', ['income', 'hour'], own);
  const kinds = 'income=positive,hour=circular:0:24';
  await run('train', '--data', 'two.csv', '--kind', kinds, ...SMALL, '--epochs', '3', '--out', 'two');
  await run('sample', 'two', '--count', '300', '--seed', '5', '--out', 'own.csv');
  const check = ['check', 'two', '--draws', '199', '--data'];
  expect((await run(...check, 'own.csv', '--out', 'right')).stdout).toMatch(/^No fault is visible in 300 rows/m);
  const late = own.slice(0, 300).map(([income, hour]) => [income, hour + 8]);
  write('late.csv', ['income', 'hour'], late);
  expect((await run(...check, 'late.csv', '--out', 'late')).stdout).toMatch(/^The model is wrong/m);
  write('negative.csv', ['income', 'hour'], late.with(6, [-4, 1]));
  expect((await runCli(cwd, [...check, 'negative.csv', '--out', 'none'])).stderr).toBe(
    'error: negative.csv: row 7, column 1 ("income"): must be positive, got -4\n',
  );
  expect(existsSync(path.join(cwd, 'none'))).toBe(false);
});

describe('train --kind refuses', () => {
  test.each([
    [0, -4, 'must be positive, got -4'],
    [1, 2, 'must be between 0 and 1, not on them, got 2'],
    [2, 3.5, 'must be a whole number from 0, got 3.5'],
  ])('a wrong value in column %d, in one line, and loses nothing', async (column, value, message) => {
    write('bad.csv', NAMES, rows.with(41, rows[41].with(column, value)));
    const name = NAMES[column];
    expect(await runCli(cwd, ['train', '--data', 'bad.csv', '--kind', KINDS, '--out', 'bad'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: bad.csv: row 42, column ${column + 1} ("${name}"): ${message}\n`,
    });
    expect(existsSync(path.join(cwd, 'bad'))).toBe(false);
    writeFileSync(path.join(cwd, 'kept.csv'), 'precious');
    const score = await runCli(cwd, ['score', 'mixed', '--data', 'bad.csv', '--out', 'kept.csv', '--force']);
    expect(score.stderr).toBe(`error: bad.csv: row 42, column ${column + 1} ("${name}"): ${message}\n`);
    expect(readFileSync(path.join(cwd, 'kept.csv'), 'utf8')).toBe('precious');
  });

  test('a level that training did not have', async () => {
    write('new.csv', NAMES, [rows[0].with(3, 4)]);
    expect((await runCli(cwd, ['score', 'mixed', '--data', 'new.csv'])).stderr).toBe(
      'error: new.csv: row 1, column 4 ("grade"): must be one of 1, 2, 5, got 4\n',
    );
  });

  test.each([
    ['size=positive', 1, 'mixed.csv: --kind: no column that is read is called "size"; they are "income", "rate"'],
    ['rate=positive,rate=ordinal', 1, 'mixed.csv: --kind: column "rate" has two kinds'],
    ['plain=positive', 1, /^error: mixed\.csv: row \d+, column 6 \("plain"\): must be positive, got -/],
    ['grade=categorical:3', 2, 'Expected grade=categorical, got "grade=categorical:3".'],
    ['grade', 2, 'Expected column=kind, got "grade".'],
  ])('%s', async (kinds, code, message) => {
    const result = await runCli(cwd, ['train', '--data', 'mixed.csv', '--kind', kinds]);
    expect(result.code).toBe(code);
    if (typeof message === 'string') expect(result.stderr).toContain(message);
    else expect(result.stderr).toMatch(message);
    expect(result.stderr.trim()).not.toContain('\n');
  });

  test('a kind of what is given', async () => {
    const args = ['train', '--data', 'mixed.csv', '--given', 'rate', '--kind', 'rate=bounded:0:1'];
    expect((await runCli(cwd, args)).stderr).toBe(
      'error: mixed.csv: --kind says how a column is learned, and column "rate" is given: it needs no kind\n',
    );
  });
});
