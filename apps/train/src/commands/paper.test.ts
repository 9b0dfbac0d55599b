import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageProblems } from '../testing/check-page.js';
import { runCli } from '../testing/run-cli.js';
import { writeIdxDirectory } from '../testing/sample-files.js';

const RUN = ['--data', 'idx', '--quick', '--seeds', '2'];

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  writeIdxDirectory(path.join(cwd, 'idx'));
});
afterAll(() => rmSync(cwd, { recursive: true }));

const read = (...parts: string[]) => readFileSync(path.join(cwd, ...parts), 'utf8');

test('without a table it lists them with their rows', async () => {
  const { code, stdout } = await runCli(cwd, ['paper']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^iaf-mnist .*diagonal, .*iaf/m);
  expect(stdout).toMatch(/^maf-mnist .*gaussian, gaussian-conditional, made, /m);
});

test.each([
  [['paper', 'x'], "error: unknown table 'x'; tables are iaf-mnist, iaf-mnist-conv, maf-mnist, vlae-mnist\n"],
  [['paper', 'iaf-mnist', '--rows', 'iaf,diagonal,iaf'], /^error: --rows: names 'iaf' twice\n$/],
  [['paper', 'iaf-mnist', '--rows', 'iaf,x'], /^error: --rows: iaf-mnist has no row 'x'; its rows are diagonal, .*\n$/],
  [
    ['paper', 'iaf-mnist', '--resume', 'x'],
    "error: paper: --resume goes on with the table of its run, so leave 'iaf-mnist' out\n",
  ],
  [['paper', 'iaf-mnist', '--data', 'nowhere'], /^error: .*nowhere: no such directory\n$/],
])('%j is one clear line', async (args, message) => {
  const { code, stderr } = await runCli(cwd, args);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toMatch(message);
});

describe('a table of two seeds', () => {
  const rows = ['--rows', 'gaussian,made,made-conditional,maf-5'];

  test('stands beside the paper’s numbers, with its orders judged, and in a report', async () => {
    const { code, stdout, stderr } = await runCli(cwd, ['paper', 'maf-mnist', ...RUN, ...rows, '--out', 'maf']);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^MAF \(5\) +[−\d.]+ ± \d+\.\d\d +−1300\.50 ± 1\.70 +2 +\d+\.\d$/m);
    expect(stdout).toMatch(/^Gaussian above MADE, log p\(x\): [+−]\d+\.\d\d ± \d+\.\d\d nats, (holds|does not hold)$/m);
    // No claim is judged of which one row was left out.
    expect(stdout).not.toContain('MAF (5) above');
    const page = read('maf', 'report.html');
    expect(pageProblems(page)).toEqual([]);
    expect(page).toContain('This is the quick form');
  });

  test('an interrupted run goes on with the rows that it lacks, to the same numbers', async () => {
    const args = ['paper', 'maf-mnist', ...RUN, '--rows', 'made,made-conditional'];
    const whole = await runCli(cwd, [...args, '--out', 'whole']);
    expect(whole.code, whole.stderr).toBe(0);
    const stopped = await runCli(cwd, [...args, '--out', 'stopped'], { stopAt: 'MADE, conditional, seed 0' });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('resume with: pushforward --resume stopped');
    const resumed = await runCli(cwd, ['--resume', 'stopped']);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stderr).not.toContain('MADE, seed 0');
    for (const row of ['made.0', 'made-conditional.0', 'made.1', 'made-conditional.1']) {
      const [a, b] = ['whole', 'stopped'].map((run) => JSON.parse(read(run, 'results', `${row}.json`)).scores);
      expect(b).toEqual(a);
    }
  });

  test('a damaged result is named', async () => {
    const stopped = await runCli(cwd, ['paper', 'maf-mnist', ...RUN, '--rows', 'made', '--out', 'broken'], {
      stopAt: 'MADE, seed 1',
    });
    expect(stopped.code).toBe(130);
    writeFileSync(path.join(cwd, 'broken', 'results', 'made.0.json'), '{"row":');
    const { code, stderr } = await runCli(cwd, ['--resume', 'broken']);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `${path.join('broken', 'results', 'made.0.json')}: is damaged; delete it, and resuming trains the row again`,
    );
  });
});

test('posteriors are compared by ELBO, by log p(x), and by what lies between', async () => {
  const { code, stdout, stderr } = await runCli(cwd, ['paper', 'iaf-mnist', ...RUN, '--seeds', '1', '--out', 'iaf']);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^IAF of shifts +−\d+\.\d\d ± \d+\.\d\d +– /m);
  expect(stdout).toMatch(/^IAF above Gaussian, diagonal, ELBO: /m);
});

test('convolutional rows are trained too, and a number that a paper gives without an error stands without one', async () => {
  const args = ['--data', 'idx', '--quick', '--seeds', '1'];
  const conv = ['paper', 'iaf-mnist-conv', ...args, '--rows', 'diagonal,iaf-2-320', '--out', 'conv'];
  const { code, stdout, stderr } = await runCli(cwd, conv);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^IAF of 2 layers, 320 wide above Gaussian, diagonal, ELBO: /m);
  const vlae = await runCli(cwd, ['paper', 'vlae-mnist', ...args, '--rows', 'iaf-posterior,vlae', '--out', 'vlae']);
  expect(vlae.code, vlae.stderr).toBe(0);
  expect(vlae.stdout).toMatch(/^Autoregressive prior and decoder +.* −79\.03 {2}/m);
});
