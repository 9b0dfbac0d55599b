import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { main } from '../cli.js';
import { type CliResult, runCli } from '../testing/run-cli.js';
import { writeBanana } from '../testing/sample-files.js';

const TRAIN = [
  'train',
  '--data',
  'banana.csv',
  '--transforms',
  '1',
  '--hidden',
  '8',
  '--epochs',
  '3',
  '--batch',
  '50',
  '--out',
  'run',
];

/** A directory with a run that was stopped, and one with the same run that came to its end. */
let stopped: string;
let whole: string;
let cwd: string;

const temporary = () => mkdtempSync(path.join(tmpdir(), 'pushforward-'));
const weights = (directory: string) => readFileSync(path.join(directory, 'run', 'model', 'weights.safetensors'));

beforeAll(async () => {
  [stopped, whole] = [temporary(), temporary()];
  for (const directory of [stopped, whole]) writeBanana(path.join(directory, 'banana.csv'), 200);
  const result = await runCli(whole, TRAIN);
  expect(result.code, result.stderr).toBe(0);
  // Stopped where it stays, for settings hold the absolute path of the data.
  expect((await runCli(stopped, TRAIN, { stopAt: ' % ' })).code).toBe(130);
  cpSync(path.join(stopped, 'run'), path.join(stopped, 'kept'), { recursive: true });
});
afterAll(() => {
  for (const directory of [stopped, whole]) rmSync(directory, { recursive: true });
});

beforeEach(() => {
  cwd = stopped;
  rmSync(path.join(cwd, 'run'), { recursive: true, force: true });
  cpSync(path.join(cwd, 'kept'), path.join(cwd, 'run'), { recursive: true });
});

/** Changes a file as text, for the length of a test. */
async function resumeWith(file: string, change: (text: string) => string): Promise<CliResult> {
  const absolute = path.join(cwd, file);
  const before = readFileSync(absolute, 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(absolute, after);
  try {
    return await runCli(cwd, ['--resume', 'run']);
  } finally {
    writeFileSync(absolute, before);
  }
}

const record = path.join('run', 'run.json');
const AGAIN = 'begin anew with another --out';

describe('goes on with the data and the settings that a run began with', () => {
  test('and with nothing else comes to the same model', async () => {
    const result = await runCli(cwd, ['--resume', 'run']);
    expect(result.code, result.stderr).toBe(0);
    expect(weights(cwd).equals(weights(whole))).toBe(true);
    expect(readdirSync(path.join(cwd, 'run')).toSorted()).toEqual(['model', 'report.html', 'run.json']);
  });

  test.each<[string, (text: string) => string, string]>([
    [
      'a changed value',
      (text) => text.replace(/\d(,.*\n)$/, '7$1').replace(/1(,.*\n)$/, '3$1'),
      'holds other values than when the run began',
    ],
    [
      'two rows exchanged',
      (text) => text.replace(/\n(.*)\n(.*)\n$/, '\n$2\n$1\n'),
      'holds other values than when the run began',
    ],
    [
      'a renamed column',
      (text) => text.replace('height', 'he\u001bight'),
      'column 1 is "he\\x1bight" and was "height" when the run began',
    ],
    ['a row less', (text) => text.replace(/\n.*\n$/, '\n'), 'has 199 rows and had 200 when the run began'],
    [
      'a column more',
      (text) =>
        text
          .replaceAll(/\n(?=.)/g, '\n1.5,')
          .replace(/^/, 'new,')
          .replace('1.5', '2.5'),
      'has 3 columns and had 2 when the run began',
    ],
  ])('%s is refused', async (_, change, message) => {
    const { code, stdout, stderr } = await resumeWith('banana.csv', change);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.split('\n').at(-2)).toMatch(/^error: banana\.csv: /);
    expect(stderr).toContain(`banana.csv: ${message}; put that back, or ${AGAIN}\n`);
  });

  test.each<[string, (text: string) => string, string]>([
    [
      'an edited rate',
      (text) => text.replace('"lr": 0.002', '"lr": 0.02'),
      `settings.lr is 0.02 and was 0.002 when the run began; put that back, or ${AGAIN}`,
    ],
    [
      'an edited width',
      (text) => text.replace(/\[\s*8\s*\]/, '[16]'),
      `settings.hidden is [16] and was [8] when the run began; put that back, or ${AGAIN}`,
    ],
    [
      'a missing setting',
      (text) => text.replace(/"epochs": 3,/, ''),
      `settings.epochs is missing and was 3 when the run began; put that back, or ${AGAIN}`,
    ],
    [
      'another command',
      (text) => text.replace('"command": "train"', '"command": "digits"'),
      `command is "digits" and was "train" when the run began; put that back, or ${AGAIN}`,
    ],
    [
      'no command',
      (text) => text.replace('"command": "train"', '"command": "\\u001b[31m"'),
      'command must be "digits", "train" or "paper", got "\\u001b[31m"',
    ],
    [
      'settings of another kind',
      (text) => text.replace('"settings": {', '"settings": 5, "other": {'),
      'settings must be an object, got 5',
    ],
    [
      'no fingerprint',
      (text) => text.replace('"sha256": "', '"sha256": "x'),
      'data must be rows, columns and a checksum, got {"rows":200,',
    ],
    [
      'an end that is none',
      (text) => text.replace('"finished": false', '"finished": 1'),
      'finished must be true or false, got 1',
    ],
    [
      'another version',
      (text) => text.replace('"version": 3', '"version": 4'),
      'was not written by this version of pushforward',
    ],
    ['a piece of a file', (text) => text.slice(0, 100), 'is not JSON'],
    ['nothing at all', () => 'null', 'was not written by this version of pushforward'],
    // Some engines parse it and some do not.
    ['bottomless nesting', () => '['.repeat(100_000) + ']'.repeat(100_000), ''],
  ])('%s in run.json is refused', async (_, change, message) => {
    const { code, stdout, stderr } = await resumeWith(record, change);
    expect([code, stdout, stderr.split('\n').length]).toEqual([1, '', 2]);
    expect(stderr).toContain(`error: ${record}: ${message}`);
  });

  test('without the record of its beginning nothing is resumed', async () => {
    rmSync(path.join(cwd, 'run', 'state', 'begun.json'));
    expect(await runCli(cwd, ['--resume', 'run'])).toMatchObject({
      code: 1,
      stderr: `error: ${path.join('run', 'state', 'begun.json')}: is missing, so the run cannot be resumed; ${AGAIN}\n`,
    });
  });
});

/** Runs the program, and does something when it first shows how far it is. */
async function runAnd(args: readonly string[], action: (stop: AbortController) => void): Promise<CliResult> {
  const stop = new AbortController();
  const result = { code: -1, stdout: '', stderr: '' };
  let done = false;
  const stdout = { write: (text: string) => void (result.stdout += text) };
  const write = (text: string) => {
    result.stderr += text;
    if (!text.includes(' % ') || done) return;
    done = true;
    action(stop);
  };
  result.code = await main(args, { cwd, stdout, stderr: { write }, signal: stop.signal, commandPrefix: 'pushforward' });
  return result;
}

function blockCheckpoints(): void {
  rmSync(path.join(cwd, 'run', 'state'), { recursive: true });
  writeFileSync(path.join(cwd, 'run', 'state'), '');
}

describe('a disk that takes no more', () => {
  const checkpoint = path.join('run', 'state', 'model.checkpoint.safetensors');
  afterEach(() => vi.restoreAllMocks());

  test('for checkpoints midway and at the end costs a warning, once', async () => {
    let now = 0;
    // Every look at the clock takes longer than checkpoints are apart.
    vi.spyOn(performance, 'now').mockImplementation(() => (now += 6000));
    const result = await runAnd(['--resume', 'run'], blockCheckpoints);
    expect(result.code, result.stderr).toBe(0);
    const warning = `${checkpoint}: is a file, not a directory; training goes on without this checkpoint\n`;
    expect(result.stderr.split(warning).length).toBe(2);
    expect(weights(cwd).equals(weights(whole))).toBe(true);
  });

  test('for the checkpoint of a stop is an error that names the file, and the run goes on from the one before', async () => {
    const { code, stderr } = await runAnd(['--resume', 'run'], (stop) => {
      blockCheckpoints();
      stop.abort('SIGINT');
    });
    expect(code).toBe(1);
    expect(stderr).toContain(
      `\nerror: ${checkpoint}: is a file, not a directory; when that is put right, resume with: pushforward --resume run\n`,
    );
  });

  test('for the model is an error that names the place, and the run goes on when there is room', async () => {
    const model = path.join(cwd, 'run', 'model');
    const result = await runAnd(['--resume', 'run'], () => writeFileSync(model, ''));
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(
      `\nerror: ${path.join('run', 'model')}: is a file, not a directory; when that is put right, resume with: pushforward --resume run\n`,
    );
    rmSync(model);
    mkdirSync(model);
    expect((await runCli(cwd, ['--resume', 'run'])).code).toBe(0);
    expect(weights(cwd).equals(weights(whole))).toBe(true);
  });
});
