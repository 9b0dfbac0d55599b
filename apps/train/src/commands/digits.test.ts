import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { decode } from 'fast-png';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCsv } from '../testing/parse-csv.js';
import { pageProblems } from '../testing/check-page.js';
import { runCli } from '../testing/run-cli.js';
import { writeIdxDirectory } from '../testing/sample-files.js';

const SMALL = [
  '--steps',
  '12',
  '--batch',
  '16',
  '--latent',
  '3',
  '--hidden',
  '12,8',
  '--flow-hidden',
  '8',
  '--context',
  '4',
  '--samples',
  '10',
];

let cwd: string;
let stdout: string;
let stderr: string;

beforeAll(async () => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  writeIdxDirectory(path.join(cwd, 'idx'));
  const result = await runCli(cwd, ['--data', 'idx', ...SMALL]);
  ({ stdout, stderr } = result);
  expect(result.code, stderr).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true }));

const run = path.join('runs', 'digits');
const withoutTimes = (text: string) =>
  text
    .replaceAll(/\d+ s$/gm, '')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/─+/g, '');
const read = (...parts: string[]) => readFileSync(path.join(cwd, ...parts));

describe('the main job', () => {
  test('says what it does, and ends with a table', () => {
    expect(stderr).toContain('the 84 digits in idx: 54 to train on, 6 to validate on, 24 to test on\n');
    expect(stderr).toMatch(/^Gaussian 100 % · loss [\d.]+ · [\d.]+ steps\/s$/m);
    expect(stderr).toMatch(/^IAF {6}100 % · loss /m);
    expect(stdout).toMatch(/^Gaussian +−\d+\.\d\d ± \d+\.\d\d +−\d+\.\d\d ± \d+\.\d\d +\d+ s$/m);
    expect(stdout).toMatch(/^IAF +−\d+\.\d\d ± \d+\.\d\d +−\d+\.\d\d ± \d+\.\d\d +\d+ s$/m);
    expect(stdout).toMatch(/^IAF − Gaussian +[+−]?\d+\.\d\d ± \d+\.\d\d +[+−]?\d+\.\d\d ± \d+\.\d\d$/m);
  });

  test.each(['lstm-iaf', 'attention-iaf'])(
    'as vae it trains one posterior alone, such as %s, which its model keeps',
    async (posterior) => {
      const alone = await runCli(cwd, [
        'vae',
        '--posterior',
        posterior,
        '--data',
        'idx',
        ...SMALL,
        '--steps',
        '3',
        '--out',
        posterior,
      ]);
      expect(alone.code, alone.stderr).toBe(0);
      expect(readdirSync(path.join(cwd, posterior)).toSorted()).toEqual([
        posterior,
        'report.html',
        'run.json',
        'samples.png',
      ]);
      const drawn = await runCli(cwd, ['sample', posterior, '--count', '2', '--out', `${posterior}.png`]);
      expect(drawn.code, drawn.stderr).toBe(0);
      expect((await runCli(cwd, ['info', posterior])).stdout).toContain('with an inverse autoregressive posterior');
    },
  );

  test('the importance-weighted bound is above the ELBO', () => {
    for (const line of stdout.split('\n').filter((text) => /^(Gaussian|IAF) {2}/.test(text))) {
      const [elbo, , , logLikelihood] = line.replaceAll('−', '-').split(/ +/).slice(1);
      expect(Number(logLikelihood)).toBeGreaterThan(Number(elbo));
    }
  });

  test('leaves both models, the picture, the report and what the run was, and nothing else', () => {
    expect(readdirSync(path.join(cwd, run)).toSorted()).toEqual([
      'gaussian',
      'iaf',
      'report.html',
      'run.json',
      'samples.png',
    ]);
  });

  test('the report stands alone and shows the run', () => {
    const html = read(run, 'report.html').toString('utf8');
    expect(pageProblems(html)).toEqual([]);
    expect(html).toContain(`pushforward --data idx ${SMALL.join(' ')}`);
    for (const title of ['Result', 'Learning curves', 'Samples', 'Reconstructions', 'Latent map', 'Timings'])
      expect(html).toContain(`<h2>${title}</h2>`);
    for (const [, data] of html.matchAll(/src="data:image\/png;base64,([^"]+)"/g)) {
      expect(decode(Buffer.from(data, 'base64')).channels).toBe(1);
    }
  });

  test('the picture of samples is 7 by 7 images, three times enlarged', () => {
    const { width, height, data } = decode(read(run, 'samples.png'));
    expect([width, height]).toEqual([3 * (7 * 8 + 2), 3 * (7 * 8 + 2)]);
    expect(new Set(data).size).toBeGreaterThan(10);
  });

  test('stopped in each of the two trainings and resumed, it comes to the same models', async () => {
    const other = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
    try {
      writeIdxDirectory(path.join(other, 'idx'));
      const hint = `; resume with: pushforward --resume ${run}\n`;
      const first = await runCli(other, ['--data', 'idx', ...SMALL], { stopAt: 'Gaussian  ' });
      expect([first.code, first.stderr.endsWith(`stopped after step 1${hint}`)], first.stderr).toEqual([130, true]);
      const second = await runCli(other, ['--resume', run], { stopAt: 'IAF  ' });
      expect([second.code, second.stderr.endsWith(`stopped after step 1${hint}`)], second.stderr).toEqual([130, true]);
      const third = await runCli(other, ['--resume', run], { stopAt: 'IAF: testing' });
      expect([third.code, third.stderr.endsWith(`stopped${hint}`)], third.stderr).toEqual([130, true]);
      const last = await runCli(other, ['--resume', run]);
      expect(last.code, last.stderr).toBe(0);
      expect(withoutTimes(last.stdout)).toBe(withoutTimes(stdout));
      for (const file of ['gaussian/weights.safetensors', 'iaf/weights.safetensors', 'samples.png']) {
        expect(readFileSync(path.join(other, run, file)).equals(read(run, file)), file).toBe(true);
      }
    } finally {
      rmSync(other, { recursive: true });
    }
  });

  test('one posterior alone', async () => {
    const { code, stdout: table } = await runCli(cwd, [
      '--data',
      'idx',
      ...SMALL,
      '--posterior',
      'iaf',
      '--out',
      'alone',
    ]);
    expect(code).toBe(0);
    expect(table).not.toContain('Gaussian');
    expect(readdirSync(path.join(cwd, 'alone')).toSorted()).toEqual(['iaf', 'report.html', 'run.json', 'samples.png']);
    expect(pageProblems(read('alone', 'report.html').toString('utf8'))).toEqual([]);
  });
});

describe('sample, score and info on its models', () => {
  const model = path.join(run, 'iaf');

  test('a run of two models asks which', async () => {
    expect((await runCli(cwd, ['sample', run])).stderr).toBe(
      `error: ${run}: has several models: choose ${path.join(run, 'gaussian')} or ${path.join(run, 'iaf')}\n`,
    );
  });

  test('a picture of 5 samples', async () => {
    expect(await runCli(cwd, ['sample', model, '--count', '5', '--out', 'five.png'])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const { width, height } = decode(read('five.png'));
    expect([width, height]).toEqual([2 * (3 * 8 + 2), 2 * (2 * 8 + 2)]);
  });

  test('samples as rows of pixels, which score takes', async () => {
    expect((await runCli(cwd, ['sample', model, '--count', '4', '--out', 'pixels.csv'])).code).toBe(0);
    const { columns, values } = parseCsv(read('pixels.csv').toString('utf8'), 'pixels');
    expect(columns).toBe(36);
    expect(values.every((value) => value === 0 || value === 1)).toBe(true);
    const scores = await runCli(cwd, ['score', model, '--data', 'pixels.csv', '--samples', '20']);
    expect(scores.code, scores.stderr).toBe(0);
    const { rows, values: logLikelihoods } = parseCsv(scores.stdout, 'scores');
    expect(rows).toBe(4);
    for (const value of logLikelihoods) expect(value).toBeLessThan(0);
  });

  test('score refuses grey pixels', async () => {
    const row = Array.from({ length: 36 }, () => 0);
    writeFileSync(path.join(cwd, 'grey.csv'), `${row.join(',')}\n${row.with(2, 0.5).join(',')}\n`);
    expect((await runCli(cwd, ['score', model, '--data', 'grey.csv'])).stderr).toBe(
      'error: grey.csv: row 2, column 3: pixels must be 0 or 1, got 0.5\n',
    );
  });

  test('info', async () => {
    const { stdout: facts } = await runCli(cwd, ['info', model]);
    expect(facts).toMatch(/^kind +variational autoencoder with an inverse autoregressive posterior$/m);
    expect(facts).toMatch(/^images +6 × 6 pixels, 3 latent dimensions$/m);
  });
});
