import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCli } from '../testing/run-cli.js';
import { writeBanana } from '../testing/sample-files.js';

const program = path.resolve(import.meta.dirname, '../../dist/main.js');
if (!existsSync(program)) throw new Error(`${program} is missing: run \`npm run build\` first, as \`npm test\` does`);

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'pushforward-'));
  writeBanana(path.join(cwd, 'banana.csv'), 400);
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** Enough epochs that a signal arrives in the middle. */
const LONG = [
  'train',
  '--data',
  'banana.csv',
  '--transforms',
  '2',
  '--hidden',
  '16',
  '--batch',
  '50',
  '--epochs',
  '60',
  '--patience',
  '60',
];
const run = path.join('runs', 'train');
const weights = (directory: string) => readFileSync(path.join(cwd, directory, 'model', 'weights.safetensors'));

/** Starts the program in a process of its own, and waits until it trains. */
async function startTraining(args: readonly string[]): Promise<{ child: ChildProcess; stderr: () => string }> {
  const child = spawn(process.execPath, [program, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  await new Promise<void>((resolve, reject) => {
    child.on('exit', (code) => reject(new Error(`exited with ${code}: ${text}`)));
    child.stderr.on('data', (chunk) => {
      text += chunk;
      if (text.includes(' % ')) resolve();
    });
  });
  return { child, stderr: () => text };
}

test('Ctrl-C saves the state, says how to resume and exits with 130; the resumed run comes to the same model', async () => {
  const { child, stderr } = await startTraining(LONG);
  await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  expect(code, stderr()).toBe(130);
  expect(stderr()).toMatch(/stopped after step \d+; resume with: node \S+main\.js --resume \S+\n$/);
  const resumed = await runCli(cwd, ['--resume', run]);
  expect(resumed.code, resumed.stderr).toBe(0);

  const whole = await runCli(cwd, LONG);
  expect(whole.code, whole.stderr).toBe(0);
  expect(weights(`${run}-2`).equals(weights(run))).toBe(true);
});

test('killed while it writes over an older model, it leaves that model whole, and a run that goes on', async () => {
  const short = LONG.map((argument) => (argument === '60' ? '2' : argument));
  expect((await runCli(cwd, [...short, '--out', run])).code).toBe(0);
  const before = weights(run);
  const { child } = await startTraining([...LONG, '--out', run, '--force']);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(weights(run).equals(before)).toBe(true);
  expect((await runCli(cwd, ['info', run])).code).toBe(0);

  const resumed = await runCli(cwd, ['--resume', run]);
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(weights(run).equals(before)).toBe(false);
  expect((await runCli(cwd, ['score', run, '--data', 'banana.csv'])).code).toBe(0);
});

test('of two processes in one directory the second says who has it, and the lock dies with its process', async () => {
  const endless = LONG.map((argument) => (argument === '60' ? '10000' : argument));
  const first = await startTraining([...endless, '--out', 'shared']);
  for (const args of [
    ['--resume', 'shared'],
    [...endless, '--out', 'shared', '--force'],
  ]) {
    const second = spawn(process.execPath, [program, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    second.stderr.on('data', (chunk) => (text += chunk));
    const [code] = await once(second, 'close');
    expect([code, text]).toEqual([1, `error: shared: is being written by process ${first.child.pid}\n`]);
  }
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const resumed = await runCli(cwd, ['--resume', 'shared'], { stopAt: ' % ' });
  expect(resumed.code, resumed.stderr).toBe(130);
});

test.runIf(existsSync('/dev/full'))('no room for the output is said', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [program, '--help'], {
    cwd,
    stdio: ['ignore', full, 'pipe'],
    encoding: 'utf8',
  });
  closeSync(full);
  expect([status, stderr]).toEqual([1, 'error: standard output: no room left on the disk\n']);
});
