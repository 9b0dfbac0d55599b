import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { add, concat, div, mul, split, sub, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { affine, MapContext, maf } from '@pushforward/bijectors';
import { StandardNormal, Transformed } from '@pushforward/distributions';
import { saveModule } from '@pushforward/io/node';
import { key, normal } from '@pushforward/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageProblems } from '../apps/train/src/testing/check-page.js';
import { runCli } from '../apps/train/src/testing/run-cli.js';
import { defects } from '../scripts/shared/defects.mjs';

let cwd: string;
beforeAll(() => void (cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'))));
afterAll(() => rmSync(cwd, { recursive: true }));

const QUICK = ['--draws', '199'];

async function save(name: string): Promise<void> {
  const { model, draw } = defects.find((defect) => defect.name === name)!;
  const module = await model();
  const metadata = {
    kind: 'flow',
    columns: ['a', 'b'],
    trainedOn: 'other.csv',
    rows: 1000,
    testLogLikelihood: 0,
    commandLine: 'pushforward train',
  };
  await saveModule(module, path.join(cwd, name), { metadata });
  module.dispose();
  const values = await draw(250, 7).array();
  writeFileSync(path.join(cwd, `${name}.csv`), `a,b\n${(values as number[][]).join('\n')}\n`);
}

/** The tests that find a model wrong, and what else the command prints. */
async function check(name: string, ...args: string[]) {
  const { code, stdout, stderr } = await runCli(cwd, ['check', name, '--data', `${name}.csv`, ...QUICK, ...args]);
  expect(code, stderr).toBe(0);
  const found = [...stdout.matchAll(/^(\S+(?: \S+)*) .* wrong$/gm)].map(([, test]) => test.trim());
  return { stdout, found };
}

describe('check finds', () => {
  test.each([
    ['right', [], /^No fault is visible in 250 rows/m],
    [
      'overfitted',
      ['coverage', 'lowest tenth', 'baselines'],
      /^- lowest tenth: .* or it knows its training rows by heart/m,
    ],
    [
      'wrong tail',
      ['PIT', 'energy distance', 'coverage'],
      /^- coverage: Regions that should hold \S+ % of the data hold/m,
    ],
    [
      'missed mode',
      ['PIT', 'coverage', 'baselines'],
      /^- baselines: A simple density, fitted to half of these rows, beats the model/m,
    ],
    ['missed dependence', ['correlation', 'energy distance'], /^- correlation: Residuals 1 and 2 still move together/m],
  ])('a model that is %s', async (name, expected, sentence) => {
    await save(name);
    const { stdout, found } = await check(name, '--out', `of ${name}`);
    if (expected.length === 0) expect(found).toEqual([]);
    else for (const one of expected) expect(found, stdout).toContain(one);
    expect(stdout).toMatch(sentence);
    const page = readFileSync(path.join(cwd, `of ${name}`, 'report.html'), 'utf8');
    expect(pageProblems(page)).toEqual([]);
    expect(page.match(/<svg [^>]*role="img"/g)).toHaveLength(6);
  });
});

describe('check of a conditional model', () => {
  const ROWS = 400;

  /** Saves a model of a and b given a year, and rows of the three as `draw` makes them of the years. */
  async function checkGiven(
    name: string,
    init: 'identity' | 'orthogonal',
    draw: (model: Transformed, s: Tensor) => Tensor,
  ) {
    const flow = maf({ dim: 2, contextDim: 1, hidden: [16], transforms: 2, init, seed: 4 });
    const model = new Transformed(new StandardNormal(2), new MapContext(flow, affine({ loc: [2000], scale: [10] })));
    const metadata = {
      kind: 'flow',
      columns: ['a', 'b'],
      given: [{ name: 'year', place: 1, low: 1960, high: 2040 }],
      trainedOn: 'other.csv',
      rows: 1000,
      testLogLikelihood: 0,
      commandLine: 'pushforward train',
    };
    await saveModule(model, path.join(cwd, name), { metadata });
    const rows = tidy(() => {
      const year = add(mul(normal(key(1), [ROWS, 1]), 10), 2000);
      const [a, b] = split(draw(model, year), 2, 1);
      return concat([a, year, b], 1);
    });
    writeFileSync(path.join(cwd, `${name}.csv`), `a,year,b\n${((await rows.array()) as number[][]).join('\n')}\n`);
    rows.dispose();
    model.dispose();
    return check(name, '--out', `of ${name}`);
  }

  test('that is right', async () => {
    const { stdout, found } = await checkGiven('posterior', 'orthogonal', (model, context) =>
      model.sample([], { context, seed: 2 }),
    );
    expect(found).toEqual([]);
    expect(stdout).toMatch(/^No fault is visible in 400 rows: a right model passes all 9 tests/m);
    for (const sentence of [
      'simulation-based calibration: Each marginal of the model is calibrated',
      'expected coverage: Regions of highest density hold the truth as often as they should.',
      'TARP: Balls around random points hold the truth as often as they should.',
      'PIT: Each residual is distributed as the model says',
      'dependence on the context: No residual moves with what is given',
    ])
      expect(stdout).toContain(`- ${sentence}`);
    const page = readFileSync(path.join(cwd, 'of posterior', 'report.html'), 'utf8');
    expect(pageProblems(page)).toEqual([]);
    expect(page).toContain(', given &quot;year&quot;, that of 400 rows');
    // Two residuals twice, their correlations, two marginals, expected coverage and TARP.
    expect(page.match(/<svg [^>]*role="img"/g)).toHaveLength(9);

    writeFileSync(path.join(cwd, 'short.csv'), 'a,b\n1,2\n');
    const short = await runCli(cwd, ['check', 'posterior', '--data', 'short.csv']);
    expect([short.code, short.stderr]).toEqual([
      1,
      'error: short.csv: has no column "year", which the model is given\n',
    ]);
  });

  test('that ignores what it is given, and is right on average over all years', async () => {
    const { stdout, found } = await checkGiven('ignorant', 'identity', (_, year) =>
      mul(add(div(sub(year, 2000), 10), normal(key(2), [ROWS, 2])), Math.SQRT1_2),
    );
    expect(found).not.toContain('simulation-based calibration');
    expect(found).toContain('classifier');
    expect(found).toContain('dependence on the context');
    expect(stdout).toMatch(/^The model is wrong: /m);
    expect(stdout).toMatch(
      /^- dependence on the context: Residual [12] still moves with given number 1: the model does/m,
    );
  });
});

const write = (file: string, lines: readonly string[]) => writeFileSync(path.join(cwd, file), `${lines.join('\n')}\n`);
const run = (file: string, ...args: string[]) =>
  runCli(cwd, ['check', 'missed mode', '--data', file, '--out', 'messy', '--force', ...QUICK, ...args]);

describe('check of files that are not as they should be', () => {
  test.each([
    [
      'three rows',
      ['a,b', '1,2', '2,3', '3,5'],
      /^error: messy.csv: 3 rows to check are too few, at least 20 are needed$/m,
    ],
    ['a missing column', ['a', '1', '2'], /^error: messy.csv: has 1 columns, the model was trained on 2$/m],
    ['NaN', ['a,b', '1,NaN'], /^error: messy.csv:2:2: NaN in column "b" is not a finite number/m],
  ])('%s', async (_, lines, message) => {
    await save('missed mode');
    write('messy.csv', lines);
    const { code, stderr } = await run('messy.csv');
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  test('a constant column, columns in another order, and one too many', async () => {
    await save('missed mode');
    write('messy.csv', ['b,x,a', ...Array.from({ length: 40 }, (_, i) => `7,q,${Math.sin(i)}`)]);
    const { code, stdout, stderr } = await run('messy.csv');
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('left out: "x"');
    expect(stdout).toContain('- baselines: There is no simple density to compare with');
    expect(pageProblems(readFileSync(path.join(cwd, 'messy', 'report.html'), 'utf8'))).toEqual([]);
  });

  test('the file that the model was trained on', async () => {
    write('own.csv', ['a,b', ...Array.from({ length: 300 }, (_, i) => `${Math.sin(i * i)},${Math.cos(i * i * i)}`)]);
    const fast = ['--epochs', '1', '--transforms', '1', '--hidden', '4', '--out', 'own'];
    expect((await runCli(cwd, ['train', '--data', 'own.csv', ...fast])).code).toBe(0);
    const { stderr, stdout } = await runCli(cwd, ['check', 'own', '--data', 'own.csv', '--out', 'of own', ...QUICK]);
    expect(stderr).toContain(
      'the model was trained on this file; the 30 of its 300 rows that were kept to test on are used',
    );
    expect(stdout).toMatch(/ in 30 rows|The model is wrong/);
  });
});
