import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pairedDifference } from '../statistics/statistics.js';
import { pageProblems } from '../testing/check-page.js';
import { runCli } from '../testing/run-cli.js';
import { writeIdxDirectory } from '../testing/sample-files.js';
import { writeUciArchive } from '../testing/uci-archive.js';

const RUN = ['--data', 'idx', '--quick', '--seeds', '2'];

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  writeIdxDirectory(path.join(cwd, 'idx'));
  writeUciArchive(path.join(cwd, 'uci'));
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
  [
    ['paper', 'x'],
    "error: unknown table 'x'; tables are iaf-mnist, iaf-mnist-conv, maf-mnist, maf-uci, maf-order, vlae-mnist\n",
  ],
  [['paper', 'iaf-mnist', '--rows', 'iaf,diagonal,iaf'], /^error: --rows: names 'iaf' twice\n$/],
  [['paper', 'iaf-mnist', '--rows', 'iaf,x'], /^error: --rows: iaf-mnist has no row 'x'; its rows are diagonal, .*\n$/],
  [
    ['paper', 'iaf-mnist', '--resume', 'x'],
    "error: paper: --resume goes on with the table of its run, so leave 'iaf-mnist' out\n",
  ],
  [['paper', 'maf-uci'], /^error: maf-uci: --data must name the directory that the paper’s authors publish, .*\n$/],
  [
    ['paper', 'maf-uci', '--data', 'nowhere'],
    /^error: .*nowhere.power.data\.npy: no such file; --rows names rows of .*\n$/,
  ],
  [['paper', 'maf-order', '--data', 'idx'], 'error: maf-order: draws its own data, so leave --data out\n'],
  [['paper', 'iaf-mnist', '--data', 'nowhere'], /^error: .*nowhere: no such directory\n$/],
])('%j is one clear line', async (args, message) => {
  const { code, stderr } = await runCli(cwd, args);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toMatch(message);
});

test('--force starts anew: results of an earlier run in the directory are not taken for its own', async () => {
  const counts: number[] = [];
  for (const quick of [['--quick'], []]) {
    const args = ['paper', 'maf-order', ...quick, '--seeds', '1', '--rows', 'exact', '--out', 'again', '--force'];
    const { code, stderr } = await runCli(cwd, args);
    expect(code, stderr).toBe(0);
    counts.push(JSON.parse(read('again', 'results', 'exact.0.json')).scores.logProb.length);
  }
  expect(counts[1]).toBeGreaterThan(counts[0]);
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

test('tables of numbers are read from the authors’ files, those of the chosen rows alone, and go on where they were stopped', async () => {
  rmSync(path.join(cwd, 'uci', 'BSDS300'), { recursive: true });
  const args = ['paper', 'maf-uci', '--data', 'uci', '--quick', '--seeds', '1', '--rows', 'power-made,gas-maf-5'];
  const whole = await runCli(cwd, [...args, '--out', 'uci-whole']);
  expect(whole.code, whole.stderr).toBe(0);
  expect(whole.stderr).toContain('POWER of 81 × 6, validated on 9 and tested on 10; GAS of 81 × 8');
  expect(whole.stdout).toMatch(/^POWER, MADE +[−\d.]+ ± \d+\.\d\d +−3\.08 ± 0\.03 +1 +\d+\.\d$/m);
  expect(whole.stdout).toMatch(/^GAS, MAF \(5\) +[−\d.]+ ± \d+\.\d\d +9\.07 ± 0\.02 +1 +\d+\.\d$/m);
  const stopped = await runCli(cwd, [...args, '--out', 'uci-stopped'], { stopAt: 'GAS, MAF (5)' });
  expect(stopped.code).toBe(130);
  const resumed = await runCli(cwd, ['--resume', 'uci-stopped']);
  expect(resumed.code, resumed.stderr).toBe(0);
  for (const row of ['power-made.0', 'gas-maf-5.0']) {
    const [a, b] = ['uci-whole', 'uci-stopped'].map((run) => JSON.parse(read(run, 'results', `${row}.json`)).scores);
    expect(b).toEqual(a);
  }
});

test('--epochs ends rows that would be trained for longer, and the report says so', async () => {
  const args = ['paper', 'maf-mnist', '--data', 'idx', '--quick', '--seeds', '1', '--epochs', '2', '--rows', 'made'];
  const { code, stderr } = await runCli(cwd, [...args, '--out', 'short']);
  expect(code, stderr).toBe(0);
  const { training } = JSON.parse(read('short', 'results', 'made.0.json'));
  expect(training.history.map(({ epoch }: { epoch: number }) => epoch)).toEqual([1, 2]);
  expect(read('short', 'report.html')).toContain('No row was trained for more than 2 epochs.');
});

test('the right order is above the wrong one, and below the density itself', async () => {
  const args = 'paper maf-order --quick --seeds 1 --out order --rows exact,made,made-wrong-order'.split(' ');
  const { code, stdout, stderr } = await runCli(cwd, args);
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/^MADE, order x₂, x₁ above MADE, order x₁, x₂, log p\(x\): \+0\.\d\d ± 0\.\d\d nats, holds$/m);
  const [exact, right] = ['exact', 'made'].map(
    (row) => JSON.parse(read('order', 'results', `${row}.0.json`)).scores.logProb,
  );
  expect(exact).toHaveLength(3000);
  const difference = pairedDifference(exact, right);
  expect(difference.mean).toBeGreaterThan(-2 * difference.standardError);
  expect(difference.mean).toBeLessThan(0.05);
});
