import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCsv } from '../../testing/parse-csv.js';
import { FLOW_NAMES, FLOWS } from '../../density/settings.js';
import { pageProblems } from '../../testing/check-page.js';
import { runCli } from '../../testing/run-cli.js';
import { writeBanana } from '../../testing/sample-files.js';

const SMALL = ['--transforms', '2', '--hidden', '16', '--epochs', '4', '--batch', '50'];

let cwd: string;
let stdout: string;
let stderr: string;

beforeAll(async () => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  writeBanana(path.join(cwd, 'banana.csv'), 400);
  const result = await runCli(cwd, ['train', '--data', 'banana.csv', ...SMALL]);
  ({ stdout, stderr } = result);
  expect(result.code, stderr).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true }));

const read = (...parts: string[]) => readFileSync(path.join(cwd, ...parts));
const text = (...parts: string[]) => read(...parts).toString('utf8');

describe('train', () => {
  test('says what it does, and ends with a table', () => {
    expect(stderr).toContain('banana.csv: 2 columns; 320 rows to train on, 40 to validate on, 40 to test on\n');
    expect(stderr).toMatch(/^MAF 100 % · loss -?[\d.]+ · [\d.]+ steps\/s$/m);
    expect(stdout).toMatch(/^Gaussian, full covariance +[+−]?\d+\.\d{3} ± \d+\.\d{3}$/m);
    expect(stdout).toMatch(/^MAF − Gaussian +[+−]\d+\.\d{3} ± \d+\.\d{3}$/m);
    expect(stdout).toContain(`report   ${path.join('runs', 'train', 'report.html')}\n`);
  });

  test('leaves the model, the report and what the run was, and nothing else', () => {
    expect(readdirSync(path.join(cwd, 'runs', 'train')).toSorted()).toEqual(['model', 'report.html', 'run.json']);
    expect(readdirSync(path.join(cwd, 'runs', 'train', 'model')).toSorted()).toEqual([
      'config.json',
      'weights.safetensors',
    ]);
  });

  test('the report stands alone and shows the run', () => {
    const html = text('runs', 'train', 'report.html');
    expect(pageProblems(html)).toEqual([]);
    expect(html).toContain('pushforward train --data banana.csv --transforms 2');
    expect(html).toContain('weight, in t');
    for (const title of ['Result', 'Learning curve', 'Marginals', 'Pairs', 'Timings'])
      expect(html).toContain(`<h2>${title}</h2>`);
  });

  test('a second run takes a fresh directory, and the same command gives the same model', async () => {
    expect((await runCli(cwd, ['train', '--data', 'banana.csv', ...SMALL])).code).toBe(0);
    expect(
      read('runs', 'train-2', 'model', 'weights.safetensors').equals(
        read('runs', 'train', 'model', 'weights.safetensors'),
      ),
    ).toBe(true);
  });

  test('a directory that has something in it is touched with --force only', async () => {
    const before = text('runs', 'train', 'run.json');
    const args = ['train', '--data', 'banana.csv', ...SMALL, '--seed', '3', '--out', path.join('runs', 'train-2')];
    expect(await runCli(cwd, args)).toMatchObject({
      code: 1,
      stderr: `error: ${path.join('runs', 'train-2')}: has something in it; --force writes into it all the same, --out chooses another\n`,
    });
    expect(text('runs', 'train', 'run.json')).toBe(before);
    expect((await runCli(cwd, [...args, '--force'])).code).toBe(0);
    expect(text('runs', 'train-2', 'run.json')).toContain('--force');
    expect(
      read('runs', 'train-2', 'model', 'weights.safetensors').equals(
        read('runs', 'train', 'model', 'weights.safetensors'),
      ),
    ).toBe(false);
  });

  test('stopped twice and resumed twice, it comes to the same model', async () => {
    const other = path.join(cwd, 'stopped');
    mkdirSync(other);
    writeBanana(path.join(other, 'banana.csv'), 400);
    const hint = `resume with: pushforward --resume ${path.join('runs', 'train')}\n`;
    const first = await runCli(other, ['train', '--data', 'banana.csv', ...SMALL], { stopAt: ' % ' });
    expect(first).toMatchObject({ code: 130, stdout: '' });
    expect(first.stderr.endsWith(`stopped after step 1; ${hint}`), first.stderr).toBe(true);
    const second = await runCli(other, ['--resume', path.join('runs', 'train')], { stopAt: ' % ' });
    expect(second).toMatchObject({ code: 130, stdout: '' });
    expect(second.stderr.endsWith(`stopped after step 2; ${hint}`), second.stderr).toBe(true);
    const last = await runCli(other, ['--resume', path.join('runs', 'train')]);
    expect(last.code, last.stderr).toBe(0);
    expect(last.stdout).toBe(stdout);
    const weights = readFileSync(path.join(other, 'runs', 'train', 'model', 'weights.safetensors'));
    expect(weights.equals(read('runs', 'train', 'model', 'weights.safetensors'))).toBe(true);
    expect(await runCli(other, ['--resume', path.join('runs', 'train')])).toMatchObject({
      code: 0,
      stdout: `${path.join('runs', 'train')}: this run has come to its end already\n`,
    });
  });

  test('a damaged checkpoint is refused in one line', async () => {
    const args = ['train', '--data', 'banana.csv', ...SMALL, '--out', 'broken'];
    expect((await runCli(cwd, args, { stopAt: ' % ' })).code).toBe(130);
    const file = path.join('broken', 'state', 'model.checkpoint.safetensors');
    truncateSync(path.join(cwd, file), 2000);
    expect(await runCli(cwd, ['--resume', 'broken'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        new RegExp(`^.*\nerror: ${file}: is damaged and cannot be resumed \\(.*\\); begin anew with another --out\n$`),
      ),
    });
    writeFileSync(path.join(cwd, 'broken', 'run.json'), '{"version": 1}');
    expect((await runCli(cwd, ['--resume', 'broken'])).stderr).toBe(
      `error: ${path.join('broken', 'run.json')}: was not written by this version of pushforward\n`,
    );
  });

  test('an IAF of one column without a header has a density that integrates to 1 in the units of the file', async () => {
    const values = Array.from({ length: 200 }, (_, i) =>
      (1000 + 40 * Math.tan(((i + 0.5) / 200 - 0.5) * 2.4)).toFixed(3),
    );
    writeFileSync(path.join(cwd, 'one.csv'), `${values.join('\n')}\n`);
    const {
      code,
      stdout: table,
      stderr: problem,
    } = await runCli(cwd, ['train', '--data', 'one.csv', '--flow', 'iaf', ...SMALL]);
    expect(code, problem).toBe(0);
    expect(table).toMatch(/^IAF − Gaussian /m);
    const step = 0.5;
    const grid = Array.from({ length: 4000 }, (_, i) => 1000 + step * (i - 2000));
    writeFileSync(path.join(cwd, 'grid.csv'), grid.join('\n'));
    const scores = await runCli(cwd, ['score', path.join('runs', 'train-3'), '--data', 'grid.csv']);
    expect(scores.code, scores.stderr).toBe(0);
    const total = parseCsv(scores.stdout, 'scores').values.reduce(
      (sum, logDensity) => sum + step * Math.exp(logDensity),
      0,
    );
    expect(total).toBeGreaterThan(0.99);
    expect(total).toBeLessThan(1.01);
  });
});

describe('every kind of flow', () => {
  test.each(FLOW_NAMES.filter((flow) => flow !== 'any-order'))(
    '%s: trains, and its model is loaded, drawn from and scores its draws',
    async (flow) => {
      const out = `of-${flow}`;
      const trained = await runCli(cwd, [
        'train',
        '--data',
        'banana.csv',
        '--flow',
        flow,
        '--out',
        out,
        '--transforms',
        '2',
        '--hidden',
        '8,8',
        '--epochs',
        '1',
      ]);
      expect(trained.code, trained.stderr).toBe(0);
      expect(trained.stdout).toContain(`${FLOWS[flow].title} − Gaussian`);
      expect(text(out, 'report.html')).toContain(`${FLOWS[flow].name} learned the density`);
      const drawn = await runCli(cwd, ['sample', out, '--count', '20', '--out', `${out}.csv`]);
      expect(drawn.code, drawn.stderr).toBe(0);
      const scored = await runCli(cwd, ['score', out, '--data', `${out}.csv`]);
      expect(scored.code, scored.stderr).toBe(0);
      const { values } = parseCsv(scored.stdout, 'scores');
      expect([values.length, Array.from(values).every(Number.isFinite)]).toEqual([20, true]);
    },
  );

  test('a model that diverged is called so, with what to do', async () => {
    const options = ['--transforms', '2', '--hidden', '8', '--epochs', '3', '--out', 'diverged'];
    const { code, stderr: said } = await runCli(cwd, ['train', '--data', 'banana.csv', ...options, '--lr', '100']);
    expect(code).toBe(0);
    expect(said).toMatch(
      /^warning: MAF gives test rows -[\d.e+]+ nats on average, and gave them -[\d.]+ before it was trained: training diverged; a lower --lr than 100 may help$/m,
    );
  });

  test('attention is refused widths that make no blocks, before anything is written', async () => {
    const refused = await runCli(cwd, [
      'train',
      '--data',
      'banana.csv',
      '--flow',
      'attention-maf',
      '--hidden',
      '16,8',
      '--out',
      'none',
    ]);
    expect(refused).toMatchObject({
      code: 2,
      stderr: 'error: attention needs blocks of one width that is a multiple of 4, got 16,8\n',
    });
    expect(readdirSync(cwd)).not.toContain('none');
  });
});

describe('sample, score and info on its model', () => {
  const model = path.join('runs', 'train');

  test('sample draws rows with the columns of the file, the same ones for a seed', async () => {
    const drawn = await runCli(cwd, ['sample', model, '--count', '3', '--seed', '5']);
    expect(drawn).toMatchObject({ code: 0, stderr: '' });
    const { names, rows } = parseCsv(drawn.stdout, 'samples');
    expect([names, rows]).toEqual([['height', 'weight, in t'], 3]);
    const toFile = ['sample', path.join(model, 'model'), '--count', '3', '--seed', '5', '--out', 'drawn.csv'];
    expect(await runCli(cwd, toFile)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(text('drawn.csv')).toBe(drawn.stdout);
    expect(await runCli(cwd, toFile)).toMatchObject({
      code: 1,
      stderr: 'error: drawn.csv: exists already; --force replaces it, --out chooses another\n',
    });
    expect((await runCli(cwd, [...toFile, '--force'])).code).toBe(0);
  });

  test('its samples look like the data', async () => {
    const { stdout: drawn } = await runCli(cwd, ['sample', model, '--count', '2000']);
    const { values, rows } = parseCsv(drawn, 'samples');
    const heights = Float64Array.from({ length: rows }, (_, i) => values[2 * i]);
    const mean = heights.reduce((sum, value) => sum + value, 0) / rows;
    expect(mean).toBeGreaterThan(285);
    expect(mean).toBeLessThan(315);
  });

  test('there is no picture of rows', async () => {
    expect(await runCli(cwd, ['sample', model, '--out', 'x.png'])).toMatchObject({
      code: 2,
      stderr: 'error: --out x.png: must end in .csv, this is a model of rows, not of images\n',
    });
  });

  test('score gives one log-density a row, in the file or the terminal', async () => {
    const scored = await runCli(cwd, ['score', model, '--data', 'banana.csv']);
    expect(scored).toMatchObject({ code: 0, stderr: '' });
    const { names, rows, values } = parseCsv(scored.stdout, 'scores');
    expect([names, rows]).toEqual([['log_density'], 400]);
    // The flow's mean over all rows is near what the table says of the test rows.
    const mean = values.reduce((sum, value) => sum + value, 0) / rows;
    const said = /^MAF +(\S+)/m.exec(stdout)![1].replace('−', '-');
    expect(Math.abs(mean - Number(said))).toBeLessThan(0.5);
    expect((await runCli(cwd, ['score', model, '--data', 'banana.csv', '--out', 'scores.csv'])).code).toBe(0);
    expect(text('scores.csv')).toBe(scored.stdout);
  });

  test('score refuses other columns', async () => {
    writeFileSync(path.join(cwd, 'three.csv'), 'a,b,c\n1,2,3\n');
    expect((await runCli(cwd, ['score', model, '--data', 'three.csv'])).stderr).toBe(
      'error: three.csv: has no column "height", which the model was trained on\n',
    );
    writeFileSync(path.join(cwd, 'three.csv'), '1,2,3\n');
    expect((await runCli(cwd, ['score', model, '--data', 'three.csv'])).stderr).toBe(
      'error: three.csv: has 3 columns, the model was trained on 2\n',
    );
  });

  test('score takes columns by their names, and says so', async () => {
    writeFileSync(path.join(cwd, 'straight.csv'), 'height,"weight, in t"\n1,2\n0.5,1\n');
    writeFileSync(path.join(cwd, 'turned.csv'), '"weight, in t",id,height,word\n2,7,1,a\n1,8,0.5,"b, c"\n');
    const [straight, turned] = await Promise.all(
      ['straight.csv', 'turned.csv'].map((file) => runCli(cwd, ['score', model, '--data', file])),
    );
    expect([straight.stderr, straight.code]).toEqual(['', 0]);
    expect(turned.stdout).toBe(straight.stdout);
    expect(turned.stderr).toBe(
      'turned.csv: columns are taken by their names, in the order of the model; left out: "id", "word"\n',
    );
    const chosen = await runCli(cwd, ['score', model, '--data', 'turned.csv', '--columns', 'height,id']);
    expect(chosen.stderr).toBe('error: turned.csv: has no column "weight, in t", which the model was trained on\n');
  });

  test('score says how many rows have no density', async () => {
    writeFileSync(path.join(cwd, 'far.csv'), '1,2\n1e38,2\n0.5,-1e38\n');
    const { stdout: scores, stderr: said, code } = await runCli(cwd, ['score', model, '--data', 'far.csv']);
    expect(code).toBe(0);
    expect(scores.trim().split('\n').map(Number).map(Number.isNaN)).toEqual([true, false, false, false]);
    expect(said).toBe('far.csv: 2 of 3 rows have no density under this model: −Infinity\n');
  });

  test('score reads standard input, as it comes', async () => {
    const { stdout: scores } = await runCli(cwd, ['score', model, '--data', '-'], {
      stdin: Readable.from([Buffer.from('1,2\n'), Buffer.from('0.5,1\n')]),
    });
    expect(scores.trim().split('\n')).toHaveLength(3);
  });

  test('info', async () => {
    const { code, stdout: facts } = await runCli(cwd, ['info', model]);
    expect(code).toBe(0);
    expect(facts).toMatch(/^columns +2: height, weight, in t$/m);
    expect(facts).toMatch(/^parameters +[\d,]+ in \d+ arrays, \d+\.\d\d MB on disk$/m);
  });

  test('a damaged model is refused in one line', async () => {
    cpSync(path.join(cwd, model, 'model'), path.join(cwd, 'damaged'), { recursive: true });
    truncateSync(path.join(cwd, 'damaged', 'weights.safetensors'), 1000);
    const { code, stderr: problem } = await runCli(cwd, ['info', 'damaged']);
    expect(code).toBe(1);
    expect(problem).toMatch(/^error: damaged: .*weights\.safetensors.*\n$/);
  });
});
